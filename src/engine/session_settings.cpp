// SPDX-License-Identifier: MIT
#include "engine/session_settings.hpp"

#include <fmt/format.h>

#include <map>

namespace fraiseql::engine {
namespace {

/// One text for each number of settings; names are parameters like the values.
const std::shared_ptr<const pg::Statement>& statement_for(std::size_t settings) {
    // Per thread: a worker shares nothing on the way of a request.
    static thread_local std::map<std::size_t, std::shared_ptr<const pg::Statement>> statements;
    auto& statement = statements[settings];
    if (statement == nullptr) {
        std::string sql = "SELECT ";
        for (std::size_t i = 0; i < settings; ++i)
            sql += fmt::format("{}set_config(${}, ${}, true)", i == 0 ? "" : ", ", 2 * i + 1,
                               2 * i + 2);
        statement = pg::make_statement(std::move(sql));
    }
    return statement;
}

}  // namespace

std::optional<pg::Call> settings_call(const auth::Principal* principal) {
    if (principal == nullptr || principal->settings.empty()) return std::nullopt;
    pg::Call call{.statement = statement_for(principal->settings.size())};
    call.params.reserve(2 * principal->settings.size());
    for (const auto& [name, value] : principal->settings) {
        call.params.emplace_back(name);
        call.params.emplace_back(value);
    }
    return call;
}

}  // namespace fraiseql::engine
