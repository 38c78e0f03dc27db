// SPDX-License-Identifier: MIT
#include "pg/session.hpp"

#include <libpq-fe.h>

#include <array>
#include <memory>
#include <utility>

#include "pg/connect.hpp"
#include "pg/query_value.hpp"

namespace fraiseql::pg {

namespace {

struct ClearResult {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using ResultHandle = std::unique_ptr<PGresult, ClearResult>;

std::string field(const PGresult* result, int code) {
    const char* text = PQresultErrorField(result, code);
    return text != nullptr ? text : "";
}

sql::DatabaseError error_of(const PGresult* result, PGconn* connection) {
    sql::DatabaseError error;
    error.sqlstate = field(result, PG_DIAG_SQLSTATE);
    error.message = field(result, PG_DIAG_MESSAGE_PRIMARY);
    error.detail = field(result, PG_DIAG_MESSAGE_DETAIL);
    error.hint = field(result, PG_DIAG_MESSAGE_HINT);
    error.schema = field(result, PG_DIAG_SCHEMA_NAME);
    error.table = field(result, PG_DIAG_TABLE_NAME);
    error.column = field(result, PG_DIAG_COLUMN_NAME);
    error.data_type = field(result, PG_DIAG_DATATYPE_NAME);
    error.constraint = field(result, PG_DIAG_CONSTRAINT_NAME);
    error.where = field(result, PG_DIAG_CONTEXT);
    error.position = field(result, PG_DIAG_STATEMENT_POSITION);
    if (error.sqlstate.empty()) error.sqlstate = "08006";
    if (error.message.empty()) error.message = PQerrorMessage(connection);
    return error;
}

void append_int(std::string& out, std::size_t value, int bytes) {
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
        out += static_cast<char>(value >> shift & 0xff);
    }
}

Rows copy_rows(const PGresult* result) {
    Rows rows;
    std::string body;
    for (int row = 0; row < PQntuples(result); ++row) {
        body.clear();
        append_int(body, static_cast<std::size_t>(PQnfields(result)), 2);
        for (int column = 0; column < PQnfields(result); ++column) {
            if (PQgetisnull(result, row, column) != 0) {
                append_int(body, 0xffffffff, 4);
                continue;
            }
            const auto length = static_cast<std::size_t>(PQgetlength(result, row, column));
            append_int(body, length, 4);
            body.append(PQgetvalue(result, row, column), length);
        }
        rows.append(body);
    }
    rows.set_command_tag(PQcmdStatus(const_cast<PGresult*>(result)));
    return rows;
}

bool succeeded(const PGresult* result) {
    const ExecStatusType status = PQresultStatus(result);
    return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY;
}

}  // namespace

void Session::Close::operator()(pg_conn* connection) const noexcept { PQfinish(connection); }

tl::expected<Session, sql::DatabaseError> Session::open(const std::string& conninfo,
                                                        int timeout_seconds) {
    auto connection =
        connect({.conninfo = conninfo, .timeout_seconds = timeout_seconds, .session_settings = {}});
    if (!connection) return tl::unexpected(std::move(connection).error());
    PQsetNoticeProcessor(connection->connection.get(), [](void*, const char*) {}, nullptr);
    return Session(connection->connection.release());
}

tl::expected<Rows, sql::DatabaseError> Session::query(
    const std::string& sql, const std::vector<std::optional<std::string>>& params) {
    std::vector<const char*> values;
    values.reserve(params.size());
    for (const auto& param : params)
        values.push_back(param ? param->c_str() : nullptr);
    const ResultHandle result(PQexecParams(connection_.get(), sql.c_str(),
                                           static_cast<int>(values.size()), nullptr, values.data(),
                                           nullptr, nullptr, 0));
    if (!succeeded(result.get())) {
        return tl::unexpected(error_of(result.get(), connection_.get()));
    }
    return copy_rows(result.get());
}

tl::expected<std::vector<Session::Column>, sql::DatabaseError> Session::describe(
    const std::string& sql) {
    const ResultHandle prepared(PQprepare(connection_.get(), "", sql.c_str(), 0, nullptr));
    if (!succeeded(prepared.get()))
        return tl::unexpected(error_of(prepared.get(), connection_.get()));
    const ResultHandle described(PQdescribePrepared(connection_.get(), ""));
    if (!succeeded(described.get()))
        return tl::unexpected(error_of(described.get(), connection_.get()));
    std::vector<Column> out;
    for (int i = 0; i < PQnfields(described.get()); ++i)
        out.push_back({PQfname(described.get(), i), PQftype(described.get(), i)});
    return out;
}

tl::expected<void, sql::DatabaseError> Session::run_script(const std::string& sql) {
    const ResultHandle result(PQexec(connection_.get(), sql.c_str()));
    if (!succeeded(result.get())) {
        return tl::unexpected(error_of(result.get(), connection_.get()));
    }
    return {};
}

std::function<void()> Session::canceller() const {
    const std::shared_ptr<PGcancel> key(PQgetCancel(connection_.get()),
                                        [](PGcancel* each) { PQfreeCancel(each); });
    return [key] {
        std::array<char, 256> problem{};
        if (key) PQcancel(key.get(), problem.data(), static_cast<int>(problem.size()));
    };
}

int Session::server_version() const { return PQserverVersion(connection_.get()); }

tl::expected<std::string, sql::DatabaseError> query_value(Session& session,
                                                          const std::string& sql) {
    // Sent together they are one transaction, so that the setting ends with it, through poolers
    // too.
    const ResultHandle result(
        PQexec(session.connection(), ("SET LOCAL jit = off; " + sql).c_str()));
    if (!succeeded(result.get()))
        return tl::unexpected(error_of(result.get(), session.connection()));
    if (PQntuples(result.get()) == 0) return std::string();
    return std::string(PQgetvalue(result.get(), 0, 0),
                       static_cast<std::size_t>(PQgetlength(result.get(), 0, 0)));
}

tl::expected<std::string, sql::DatabaseError> query_once(const std::string& conninfo,
                                                         const std::string& sql) {
    auto session = Session::open(conninfo);
    if (!session) return tl::unexpected(std::move(session).error());
    return query_value(*session, sql);
}

}  // namespace fraiseql::pg
