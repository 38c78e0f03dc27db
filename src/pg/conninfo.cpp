// SPDX-License-Identifier: MIT
#include "pg/conninfo.hpp"

#include <libpq-fe.h>

#include <array>
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

std::string_view trimmed(std::string_view message) {
    return message.substr(0, message.find_last_not_of(" \n") + 1);
}

/// What libpq says of it where that is the name of an option; all else may quote a password.
std::string reason(const char* message) {
    const std::string_view text = message != nullptr ? trimmed(message) : "";
    const bool names_option = text.starts_with("invalid connection option") ||
                              text.starts_with("invalid URI query parameter");
    return names_option ? ": " + std::string(text) + "." : ".";
}

using ConninfoOptions = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

Result<ConninfoOptions> parse(const std::string& conninfo) {
    char* message = nullptr;
    ConninfoOptions options(PQconninfoParse(conninfo.c_str(), &message), PQconninfoFree);
    const std::unique_ptr<char, decltype(&PQfreemem)> owned(message, PQfreemem);
    if (options == nullptr)
        return fail(ErrorCode::Configuration, "The database's URL cannot be read" + reason(message),
                    "A URL looks like postgres://user:password@host:5432/database, or "
                    "postgres:///database for the local socket.");
    return options;
}

bool is_bare_name(const std::string& conninfo) {
    return conninfo.find('=') == std::string::npos && conninfo.find("://") == std::string::npos;
}

// No value that it could have: libpq puts everything together, refuses it, and connects to nobody.
constexpr const char* kRefused = "channel_binding";

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

Result<ConninfoValues> resolve_conninfo(const std::string& conninfo) {
    if (!is_bare_name(conninfo))
        if (auto parsed = parse(conninfo); !parsed) return fail(parsed.error());
    const std::array<const char*, 3> keywords = {"dbname", kRefused, nullptr};
    const std::array<const char*, 3> values = {conninfo.c_str(), "?", nullptr};
    const std::unique_ptr<PGconn, decltype(&PQfinish)> refused(
        PQconnectStartParams(keywords.data(), values.data(), 1), PQfinish);
    const std::string_view message = PQerrorMessage(refused.get());
    if (message.find(kRefused) == std::string_view::npos)
        return fail(ErrorCode::Configuration,
                    "The database's URL leads nowhere: " + std::string(trimmed(message)) + ".",
                    "Services are looked for in ~/.pg_service.conf, or where PGSERVICEFILE says.");
    const ConninfoOptions options(PQconninfo(refused.get()), PQconninfoFree);
    ConninfoValues out;
    for (const PQconninfoOption* each = options.get(); each != nullptr && each->keyword != nullptr;
         ++each)
        if (each->val != nullptr && std::string_view(each->keyword) != kRefused)
            out.emplace(each->keyword, each->val);
    return out;
}

Result<std::string> conninfo_value(const std::string& conninfo, const std::string& keyword) {
    FRAISEQL_TRY(const ConninfoValues values, resolve_conninfo(conninfo));
    const auto found = values.find(keyword);
    return found == values.end() ? std::string() : found->second;
}

Result<DatabaseTls> tls_of(const std::string& conninfo) {
    FRAISEQL_TRY(ConninfoValues values, resolve_conninfo(conninfo));
    DatabaseTls out{.hosts = values["host"], .mode = values["sslmode"]};
    // An address in place of the name is where the connection really goes.
    if (!values["hostaddr"].empty()) out.hosts = values["hostaddr"];
    if (out.mode.empty()) out.mode = "prefer";
    return out;
}

}  // namespace fraiseql::pg
