// SPDX-License-Identifier: MIT
#include "pg/conninfo.hpp"

#include <libpq-fe.h>

#include <cstdlib>
#include <memory>
#include <string_view>

namespace fraiseql::pg {
namespace {

std::string quoted(std::string_view value) {
    if (!value.empty() && value.find_first_of(" '\\") == std::string_view::npos)
        return std::string(value);
    std::string out = "'";
    for (const char c : value) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c;
    }
    return out + "'";
}

using ConninfoOptions = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

Result<ConninfoOptions> parse(const std::string& conninfo) {
    char* message = nullptr;
    ConninfoOptions options(PQconninfoParse(conninfo.c_str(), &message), PQconninfoFree);
    const std::unique_ptr<char, decltype(&PQfreemem)> owned(message, PQfreemem);
    if (options == nullptr)
        // libpq's message may quote the text, and with it a password.
        return fail(ErrorCode::Configuration, "The database's URL cannot be read.",
                    "A URL looks like postgres://user:password@host:5432/database, or "
                    "postgres:///database for the local socket.");
    return options;
}

/// The same; a bare name is a database on this machine's socket.
Result<ConninfoOptions> parse_any(const std::string& conninfo) {
    const bool bare =
        conninfo.find('=') == std::string::npos && conninfo.find("://") == std::string::npos;
    return parse(bare ? "" : conninfo);
}

/// The value of `keyword`, that of its variable where there is none, or nothing.
std::string value_in(const ConninfoOptions& options, std::string_view keyword) {
    for (const PQconninfoOption* each = options.get(); each->keyword != nullptr; ++each) {
        if (each->keyword != keyword) continue;
        if (each->val != nullptr) return each->val;
        const char* set = each->envvar != nullptr ? std::getenv(each->envvar) : nullptr;
        return set != nullptr ? set : "";
    }
    return {};
}

}  // namespace

Result<std::string> masked_conninfo(const std::string& conninfo) {
    FRAISEQL_TRY(const ConninfoOptions options, parse(conninfo));
    std::string out;
    for (const PQconninfoOption* each = options.get(); each->keyword != nullptr; ++each) {
        if (each->val == nullptr) continue;
        const bool secret = each->dispchar != nullptr && *each->dispchar == '*';
        if (!out.empty()) out += ' ';
        out += std::string(each->keyword) + "=" + (secret ? "****" : quoted(each->val));
    }
    return out;
}

Result<std::string> conninfo_value(const std::string& conninfo, std::string_view keyword) {
    FRAISEQL_TRY(const ConninfoOptions options, parse_any(conninfo));
    return value_in(options, keyword);
}

Result<DatabaseTls> tls_of(const std::string& conninfo) {
    FRAISEQL_TRY(const ConninfoOptions options, parse_any(conninfo));
    DatabaseTls out{.hosts = value_in(options, "host"), .mode = value_in(options, "sslmode")};
    // An address in place of the name is where the connection really goes.
    if (std::string addresses = value_in(options, "hostaddr"); !addresses.empty())
        out.hosts = std::move(addresses);
    if (out.mode.empty()) out.mode = "prefer";
    return out;
}

}  // namespace fraiseql::pg
