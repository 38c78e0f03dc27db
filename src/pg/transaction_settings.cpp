// SPDX-License-Identifier: MIT
#include "pg/transaction_settings.hpp"

#include <algorithm>

namespace fraiseql::pg {
namespace {

constexpr const char* kTimeout = "SELECT pg_catalog.set_config('statement_timeout', $1, true)";

std::string number(std::chrono::milliseconds limit) {
    // 0 would be no limit.
    return std::to_string(std::max<std::int64_t>(limit.count(), 1));
}

std::shared_ptr<const Statement> statement_for(std::size_t settings) {
    std::string sql = kTimeout;
    // Names are parameters, too: they come from the configuration, not from the catalog.
    for (std::size_t i = 0; i < settings; ++i)
        sql += ", pg_catalog.set_config($" + std::to_string(2 * i + 2) + ", $" +
               std::to_string(2 * i + 3) + ", true)";
    return make_statement(std::move(sql));
}

}  // namespace

TransactionSettings::TransactionSettings(const Settings& all)
    : timeout_(statement_for(0)), all_(statement_for(all.size() + 1)), settings_(all) {}

Call TransactionSettings::timeout(std::chrono::milliseconds limit) const {
    return {.statement = timeout_, .params = {number(limit)}};
}

Call TransactionSettings::all(std::chrono::milliseconds limit, bool read_only) const {
    Call out{.statement = all_, .params = {number(limit)}};
    for (const auto& [name, value] : settings_) {
        out.params.emplace_back(name);
        out.params.emplace_back(value);
    }
    // A transaction that writes says so as well, whatever the role's default is: the session's own
    // settings would overrule that default, too.
    out.params.emplace_back("transaction_read_only");
    out.params.emplace_back(read_only ? "on" : "off");
    return out;
}

}  // namespace fraiseql::pg
