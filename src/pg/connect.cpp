// SPDX-License-Identifier: MIT
#include "pg/connect.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <optional>

#include "pg/conninfo.hpp"

namespace fraiseql::pg {

namespace {

constexpr std::chrono::seconds kAnswerTimeout{10};
// Milliseconds until data that nobody acknowledges means that the network is gone.
constexpr const char* kTcpTimeout = "5000";

struct KnownRefusal {
    std::string_view text;
    std::string_view sqlstate;
};

// libpq keeps the SQLSTATE of a refused start-up to itself. A server that speaks another language
// only makes the code less precise.
constexpr std::array<KnownRefusal, 9> kKnownRefusals = {{
    {"the database system is", "57P03"},
    {"too many clients", "53300"},
    {"remaining connection slots", "53300"},
    {"too many connections for", "53300"},
    {"password authentication failed", "28P01"},
    {"no password supplied", "28P01"},
    {"authentication failed", "28000"},
    {"no pg_hba.conf entry", "28000"},
    {"does not exist", "3D000"},
}};

std::string_view sqlstate_of(std::string_view message) {
    const bool from_server = message.find("FATAL:") != std::string_view::npos ||
                             message.find("no password supplied") != std::string_view::npos;
    if (!from_server) return "08001";
    if (message.find("FATAL:  role ") != std::string_view::npos) return "28000";
    for (const KnownRefusal& known : kKnownRefusals) {
        if (message.find(known.text) != std::string_view::npos) return known.sqlstate;
    }
    return "08001";
}

sql::DatabaseError connection_error(std::string message) {
    while (!message.empty() && (message.back() == '\n' || message.back() == ' ')) {
        message.pop_back();
    }
    std::string sqlstate(sqlstate_of(message));
    return sql::database_error(std::move(sqlstate), std::move(message));
}

/// A server that takes writes is wanted, but this session is to be read-only by its own wish: then
/// libpq would find no server that is good enough.
bool wants_primary(const std::string& target, const ConnectSettings& settings) {
    const std::pair<std::string, std::string> read_only("default_transaction_read_only", "on");
    const auto& all = settings.session_settings;
    return target == "read-write" && std::find(all.begin(), all.end(), read_only) != all.end();
}

/// PgBouncer takes no settings at connect but those that it knows.
bool refuses_settings(std::string_view message) {
    return message.find("unsupported startup parameter") != std::string_view::npos;
}

tl::expected<PgconnHandle, sql::DatabaseError> open(const ConnectSettings& settings,
                                                    const std::string& options,
                                                    const char* target) {
    const std::string timeout = std::to_string(settings.timeout_seconds);
    // What comes before the connection string is overruled by it, what comes after overrules it.
    const std::array<const char*, 12> keywords = {"tcp_user_timeout",
                                                  "keepalives_idle",
                                                  "keepalives_interval",
                                                  "keepalives_count",
                                                  "dbname",
                                                  "fallback_application_name",
                                                  "client_encoding",
                                                  "gssencmode",
                                                  "connect_timeout",
                                                  "options",
                                                  target,
                                                  nullptr};
    const std::array<const char*, 12> values = {kTcpTimeout,
                                                "10",
                                                "5",
                                                "2",
                                                settings.conninfo.c_str(),
                                                "fraiseql",
                                                "UTF8",
                                                "disable",
                                                timeout.c_str(),
                                                options.c_str(),
                                                "primary",
                                                nullptr};
    PgconnHandle connection(PQconnectdbParams(keywords.data(), values.data(), 1));
    if (connection == nullptr) return tl::unexpected(connection_error("out of memory"));
    if (PQstatus(connection.get()) != CONNECTION_OK) {
        return tl::unexpected(connection_error(PQerrorMessage(connection.get())));
    }
    return connection;
}

/// Nothing where there is no answer in time: libpq itself would wait for ever.
std::optional<bool> find_pooler(pg_conn* connection, std::chrono::seconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    if (PQsendQuery(connection, "SELECT pg_catalog.pg_backend_pid()") == 0) return std::nullopt;
    while (PQisBusy(connection) != 0) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        pollfd wait{PQsocket(connection), POLLIN, 0};
        if (left.count() <= 0 || poll(&wait, 1, static_cast<int>(left.count())) == 0 ||
            PQconsumeInput(connection) == 0)
            return std::nullopt;
    }
    using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;
    std::optional<bool> out;
    while (const Result result = Result(PQgetResult(connection), PQclear)) {
        if (PQresultStatus(result.get()) == PGRES_TUPLES_OK)
            out = std::to_string(PQbackendPID(connection)) != PQgetvalue(result.get(), 0, 0);
    }
    return out;
}

}  // namespace

bool is_pooled(pg_conn* connection) {
    return find_pooler(connection, kAnswerTimeout).value_or(false);
}

void ClosePgconn::operator()(pg_conn* connection) const noexcept { PQfinish(connection); }

std::string session_options(std::string_view before,
                            const std::vector<std::pair<std::string, std::string>>& settings) {
    std::string out(before);
    for (const auto& [name, value] : settings) {
        if (!out.empty()) out += ' ';
        out += "-c ";
        for (const char c : name + "=" + value) {
            if (c == ' ' || c == '\\' || c == '\t' || c == '\n') out += '\\';
            out += c;
        }
    }
    return out;
}

tl::expected<Established, sql::DatabaseError> connect(const ConnectSettings& settings) {
    auto given = resolve_conninfo(settings.conninfo);
    if (!given) return tl::unexpected(connection_error(given.error().message));
    const bool primary = wants_primary((*given)["target_session_attrs"], settings);
    const char* target = primary ? "target_session_attrs" : nullptr;
    const std::string given_options = (*given)["options"];
    const std::string options = session_options(given_options, settings.session_settings);
    auto connection = open(settings, settings.pooled ? given_options : options, target);
    if (!connection && refuses_settings(connection.error().message))
        connection = open(settings, given_options, target);
    if (!connection) return tl::unexpected(std::move(connection).error());
    const std::chrono::seconds limit(settings.timeout_seconds);
    const std::optional<bool> pooled = find_pooler(connection->get(), limit);
    if (!pooled)
        return tl::unexpected(connection_error("the database does not answer after connecting"));
    return Established{.connection = std::move(*connection), .pooled = *pooled || settings.pooled};
}

}  // namespace fraiseql::pg
