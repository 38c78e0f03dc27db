// SPDX-License-Identifier: MIT
// The variables of one operation by name.
#pragma once

#include <string_view>
#include <unordered_map>

#include "graphql/ast.hpp"

namespace fraiseql::graphql {

/// Finds variable definitions; quick for the few that operations have, not slow for many.
class VariableNames {
  public:
    explicit VariableNames(const OperationDefinition& operation) : variables_(operation.variables) {
        if (variables_.size() <= kFew) return;
        for (const VariableDefinition& variable : variables_) {
            first_.emplace(variable.name, &variable);
            last_[variable.name] = &variable;
        }
    }

    /// Returns the first definition of that name, or nullptr.
    const VariableDefinition* find(std::string_view name) const {
        if (variables_.size() > kFew) return find_in(first_, name);
        for (const VariableDefinition& variable : variables_)
            if (variable.name == name) return &variable;
        return nullptr;
    }

    /// Returns the last definition of that name, or nullptr.
    const VariableDefinition* find_last(std::string_view name) const {
        if (variables_.size() > kFew) return find_in(last_, name);
        for (std::size_t i = variables_.size(); i > 0; --i)
            if (variables_[i - 1].name == name) return &variables_[i - 1];
        return nullptr;
    }

  private:
    using Map = std::unordered_map<std::string_view, const VariableDefinition*>;

    static const VariableDefinition* find_in(const Map& map, std::string_view name) {
        auto found = map.find(name);
        return found == map.end() ? nullptr : found->second;
    }

    static constexpr std::size_t kFew = 8;
    std::span<const VariableDefinition> variables_;
    Map first_;
    Map last_;
};

}  // namespace fraiseql::graphql
