// SPDX-License-Identifier: MIT
// Functions whose value is not decided by their arguments alone.
#include <algorithm>
#include <array>
#include <string_view>

#include "projection/expansion.hpp"

namespace fraiseql::projection {
namespace {

using catalog::Function;

/// STABLE functions of PostgreSQL that look at the time, the session or the catalog. The other
/// STABLE ones depend on settings that the functions of a projection fix.
constexpr std::array<std::string_view, 22> kOfTheSession = {
    "age",
    "current_database",
    "current_query",
    "current_schema",
    "current_schemas",
    "current_setting",
    "current_user",
    "database_to_xml",
    "inet_client_addr",
    "inet_client_port",
    "inet_server_addr",
    "inet_server_port",
    "now",
    "query_to_xml",
    "session_user",
    "statement_timestamp",
    "table_to_xml",
    "to_regclass",
    "transaction_timestamp",
    "txid_current_snapshot",
    "version",
    "schema_to_xml",
};

bool is_of_the_session(std::string_view name) {
    return name.starts_with("pg_") || name.starts_with("has_") ||
           std::find(kOfTheSession.begin(), kOfTheSession.end(), name) != kOfTheSession.end();
}

}  // namespace

std::string why_unsteady(const Function& function) {
    if (function.volatility == Function::Volatility::Immutable) return "";
    const std::string call =
        (function.is_builtin() ? "" : function.schema + ".") + function.name + "()";
    if (!function.is_builtin())
        return "it calls " + call + ", which is not IMMUTABLE: it may read tables of its own";
    if (function.volatility == Function::Volatility::Volatile)
        return "it calls " + call + ", which is VOLATILE";
    // age(a, b) is IMMUTABLE; the one that is not takes today as its other argument.
    if (is_of_the_session(function.name))
        return "it calls " + call + ", whose value depends on the session or the time";
    return "";
}

}  // namespace fraiseql::projection
