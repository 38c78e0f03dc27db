// SPDX-License-Identifier: MIT
// What a Schema owns; seen by the schema and by its builder only.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/arena.hpp"
#include "graphql/schema.hpp"

namespace fraiseql::graphql {

/// A type and its name, for the index of types.
struct TypeEntry {
    std::string_view name;
    const NamedType* type;
};

struct Schema::Storage {
    Arena arena = {};
    std::optional<std::string_view> description = {};
    std::vector<const NamedType*> types = {};
    std::vector<TypeEntry> entries = {};
    std::span<const NamedType::Slot> type_index = {};
    std::vector<DirectiveDef> directives = {};
    std::span<const NamedType::Slot> directive_index = {};
    const NamedType* query = nullptr;
    const NamedType* mutation = nullptr;
    const NamedType* subscription = nullptr;
    FieldDef typename_field = {};
    FieldDef schema_field = {};
    FieldDef type_field = {};
    std::uint32_t field_count = 0;
};

}  // namespace fraiseql::graphql
