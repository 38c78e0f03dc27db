// SPDX-License-Identifier: MIT
#include "pg/conninfo.hpp"

#include <libpq-fe.h>

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

}  // namespace

Result<std::string> masked_conninfo(const std::string& conninfo) {
    char* message = nullptr;
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
        PQconninfoParse(conninfo.c_str(), &message), PQconninfoFree);
    const std::unique_ptr<char, decltype(&PQfreemem)> owned(message, PQfreemem);
    if (options == nullptr)
        // libpq's message may quote the text, and with it a password.
        return fail(ErrorCode::Configuration, "The database's URL cannot be read.",
                    "A URL looks like postgres://user:password@host:5432/database, or "
                    "postgres:///database for the local socket.");
    std::string out;
    for (const PQconninfoOption* each = options.get(); each->keyword != nullptr; ++each) {
        if (each->val == nullptr) continue;
        const bool secret = each->dispchar != nullptr && *each->dispchar == '*';
        if (!out.empty()) out += ' ';
        out += std::string(each->keyword) + "=" + (secret ? "****" : quoted(each->val));
    }
    return out;
}

}  // namespace fraiseql::pg
