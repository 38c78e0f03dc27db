// SPDX-License-Identifier: MIT
#include "cli/required_modules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "install/modules.hpp"

namespace fraiseql::cli {

namespace {

constexpr std::string_view kExecute = "GRANT EXECUTE ON FUNCTION ";

Result<void> check_function(const catalog::Catalog& catalog, std::string_view option,
                            std::string_view schema, std::string_view name) {
    const auto functions = catalog.functions(schema, name);
    if (functions.empty())
        return fail(
            ErrorCode::Configuration,
            fmt::format("{}: the database has no {}.{}.", option, schema, name),
            fmt::format("Run `fraiseql db install {}`, also where an older version has.", schema));
    if (!functions.front()->can_execute)
        return fail(ErrorCode::Configuration,
                    fmt::format("{}: the role may not call {}.{}.", option, schema, name),
                    fmt::format("GRANT what it needs: `fraiseql db install {} --role {}`.", schema,
                                catalog.current_user().name));
    return {};
}

/// Checks all functions that a server's role is granted with the module `schema`.
Result<void> check_module(const catalog::Catalog& catalog, std::string_view option,
                          std::string_view schema) {
    const auto all = install::modules();
    const auto module =
        std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.name == schema; });
    for (const std::string_view grant : module->grants) {
        if (!grant.starts_with(kExecute)) continue;
        for (std::string_view rest = grant.substr(kExecute.size()); !rest.empty();) {
            const std::size_t end = std::min(rest.find(", "), rest.size());
            const std::string_view name = rest.substr(schema.size() + 1, end - schema.size() - 1);
            if (auto checked = check_function(catalog, option, schema, name); !checked)
                return checked;
            rest.remove_prefix(std::min(end + 2, rest.size()));
        }
    }
    return {};
}

}  // namespace

Result<void> check_modules(const catalog::Catalog& catalog, const AuthOptions& options,
                           bool sessions) {
    Result<void> checked;
    if (sessions) checked = check_module(catalog, "--session-key-file", "auth");
    if (checked && options.rbac) checked = check_module(catalog, "--rbac", "rbac");
    if (checked && options.audit_rows) checked = check_module(catalog, "--audit-rows", "audit");
    return checked;
}

}  // namespace fraiseql::cli
