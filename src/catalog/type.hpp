// SPDX-License-Identifier: MIT
// Types of the catalog: base types, enums, domains, composites, ranges, arrays.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "catalog/oid.hpp"
#include "catalog/relation.hpp"

namespace fraiseql::catalog {

/// A data type (pg_type).
struct Type {
    enum class Kind : std::uint8_t {
        Base,
        Enum,
        Domain,
        Composite,
        Range,
        Multirange,
        Array,
        Pseudo
    };

    Oid oid = 0;
    std::string schema;
    std::string name;
    Kind kind = Kind::Base;
    /// pg_type.typcategory: 'N' numeric, 'S' string, …
    char category = 'U';
    std::string comment;
    /// Enum: its labels in order.
    std::vector<std::string> labels;
    /// Domain: the type under it, its modifier and NOT NULL, its CHECKs as text.
    Oid base = 0;
    std::int32_t base_typmod = -1;
    bool not_null = false;
    std::vector<std::string> checks;
    /// Array: its element type. Range and multirange: the type between the bounds.
    Oid element = 0;
    /// Oid of the array type over this one, or 0.
    Oid array = 0;
    /// Composite: the relation whose row it is, or 0 for a free-standing type.
    Oid relation = 0;
    /// Composite that is free-standing: its attributes.
    std::vector<Column> attributes;
    bool from_extension = false;
};

}  // namespace fraiseql::catalog
