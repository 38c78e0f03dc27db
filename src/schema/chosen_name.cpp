// SPDX-License-Identifier: MIT
#include "schema/chosen_name.hpp"

#include <fmt/format.h>

#include "graphql/lexer.hpp"

namespace fraiseql::schema {

Result<std::optional<std::string>> chosen_name(const catalog::Annotations& annotations,
                                               std::string_view subject) {
    const auto lines = annotations.find_all("name");
    if (lines.empty()) return std::optional<std::string>();
    const std::string& name = lines.front()->arguments;
    if (lines.size() > 1)
        return fail(ErrorCode::Configuration,
                    fmt::format("{}: its comment has two names, {} and {}.", subject, name,
                                lines[1]->arguments),
                    "Leave one '@name' line.");
    if (!graphql::is_name(name) || name.starts_with("__"))
        return fail(ErrorCode::Configuration,
                    fmt::format("{}, line {} of its comment: \"{}\" cannot be a name in GraphQL.",
                                subject, lines.front()->line, name),
                    "Write '@name Member': letters, digits and _, no digit first, and no __.");
    return std::optional(name);
}

}  // namespace fraiseql::schema
