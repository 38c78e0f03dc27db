// SPDX-License-Identifier: MIT
// Members: what rows of an object type can be filtered, ordered and aggregated by.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "schema/draft.hpp"

namespace fraiseql::schema {

/// Members by the name of an object, interface or union type.
using MembersByType = std::unordered_map<std::string, std::vector<Member>>;

/// Gives members of a stored document the columns that are generated from them.
void use_generated_columns(const Entity& entity, std::vector<Member>& members);

/// Returns the fields of all composite types of the draft.
MembersByType collect_members(const Draft& draft);

/// Adds the entity's columns that are no fields of its type: they are there to filter and order by.
/// What is generated from a member of the document, as in `n int GENERATED ALWAYS AS
/// ((data->>'n')::int) STORED`, is no other value: from now on the member is that column.
void add_column_members(Draft& draft, const Entity& entity, std::vector<Member>& members);

}  // namespace fraiseql::schema
