// SPDX-License-Identifier: MIT
#include "pg/connect.hpp"

#include <libpq-fe.h>

#include <array>

namespace fraiseql::pg {

namespace {

sql::DatabaseError connection_error(std::string message) {
    while (!message.empty() && (message.back() == '\n' || message.back() == ' ')) {
        message.pop_back();
    }
    sql::DatabaseError error;
    // libpq keeps the SQLSTATE of a refused start-up to itself; the texts below are not translated
    // before the session has a language, and a miss only makes the code less precise.
    const bool starting = message.find("the database system is") != std::string::npos;
    const bool full = message.find("too many clients") != std::string::npos ||
                      message.find("remaining connection slots") != std::string::npos;
    error.sqlstate = starting ? "57P03" : full ? "53300" : "08001";
    error.message = std::move(message);
    return error;
}

tl::expected<std::string, sql::DatabaseError> options_in(const std::string& conninfo) {
    char* problem = nullptr;
    PQconninfoOption* parsed = PQconninfoParse(conninfo.c_str(), &problem);
    if (parsed == nullptr) {
        std::string message = problem != nullptr ? problem : "out of memory";
        PQfreemem(problem);
        return tl::unexpected(connection_error("bad connection string: " + message));
    }
    std::string options;
    for (const PQconninfoOption* option = parsed; option->keyword != nullptr; ++option) {
        if (std::string_view(option->keyword) == "options" && option->val != nullptr) {
            options = option->val;
        }
    }
    PQconninfoFree(parsed);
    return options;
}

}  // namespace

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

tl::expected<PgconnHandle, sql::DatabaseError> connect(const ConnectSettings& settings) {
    // A bare database name has no options; PQconninfoParse takes strings and URLs only.
    const bool bare_name = settings.conninfo.find('=') == std::string::npos &&
                           settings.conninfo.find("://") == std::string::npos;
    std::string before;
    if (!bare_name) {
        auto found = options_in(settings.conninfo);
        if (!found) return tl::unexpected(std::move(found).error());
        before = std::move(*found);
    }
    const std::string options = session_options(before, settings.session_settings);
    const std::string timeout = std::to_string(settings.timeout_seconds);
    const std::array<const char*, 7> keywords = {
        "dbname",          "fallback_application_name", "client_encoding", "gssencmode",
        "connect_timeout", "options",                   nullptr};
    const std::array<const char*, 7> values = {settings.conninfo.c_str(), "fraiseql",
                                               "UTF8",                    "disable",
                                               timeout.c_str(),           options.c_str(),
                                               nullptr};
    PgconnHandle connection(PQconnectdbParams(keywords.data(), values.data(), 1));
    if (connection == nullptr) return tl::unexpected(connection_error("out of memory"));
    if (PQstatus(connection.get()) != CONNECTION_OK) {
        return tl::unexpected(connection_error(PQerrorMessage(connection.get())));
    }
    return connection;
}

}  // namespace fraiseql::pg
