// SPDX-License-Identifier: MIT
// Relations of the catalog: tables and views with their columns, keys, indexes and rules.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/oid.hpp"

namespace fraiseql::catalog {

/// A column of a relation, or an attribute of a composite type (pg_attribute).
struct Column {
    AttributeNumber number = 0;
    std::string name;
    Oid type = 0;
    /// Type modifier: -1 where the type has none.
    std::int32_t typmod = -1;
    /// attnotnull; always false for columns of views, whose nullability lineage infers.
    bool not_null = false;
    bool has_default = false;
    /// GENERATED ALWAYS AS (…) STORED.
    bool generated = false;
    /// Its expression (pg_get_expr); empty where it has a collation that is not its type's.
    std::string generated_as;
    /// Long values are stored compressed (attstorage): each look into one unpacks it.
    bool compressed = false;
    /// GENERATED … AS IDENTITY, and whether it is the ALWAYS form.
    bool identity = false;
    bool identity_always = false;
    bool can_select = false;
    std::string comment;
};

/// An index (pg_index). Expressions appear as column 0.
struct Index {
    Oid oid = 0;
    std::string name;
    std::string method;
    bool unique = false;
    bool primary = false;
    /// Usable: indisvalid and indisready.
    bool valid = false;
    /// NULLS NOT DISTINCT, from PostgreSQL 15.
    bool nulls_not_distinct = false;
    /// Key columns in order, without INCLUDE columns.
    std::vector<AttributeNumber> columns;
    /// Some key is an expression.
    bool has_expressions = false;
    /// The WHERE of a partial index as text, or empty.
    std::string predicate;
};

/// A foreign key of the relation that has it; `columns[i]` refers to `target_columns[i]`.
struct ForeignKey {
    Oid oid = 0;
    std::string name;
    std::vector<AttributeNumber> columns;
    Oid target = 0;
    std::vector<AttributeNumber> target_columns;
    bool validated = true;
};

/// Another constraint: it names the columns that a violation concerns.
struct Constraint {
    enum class Kind : std::uint8_t { Primary, Unique, Check, Exclusion };
    std::string name;
    Kind kind = Kind::Check;
    std::vector<AttributeNumber> columns;
    /// As pg_get_constraintdef prints it.
    std::string definition;
};

/// The role that owns an object, and whether row-level security binds it.
struct Role {
    Oid oid = 0;
    std::string name;
    bool superuser = false;
    bool bypasses_rls = false;
};

/// A table or view of a non-system schema (pg_class).
struct Relation {
    enum class Kind : std::uint8_t {
        Table,
        PartitionedTable,
        View,
        MaterializedView,
        ForeignTable
    };

    Oid oid = 0;
    std::string schema;
    std::string name;
    Kind kind = Kind::Table;
    std::string comment;
    /// By attribute number, without dropped columns.
    std::vector<Column> columns;
    /// pg_node_tree text of the _RETURN rule; empty unless the relation is a view.
    std::string rule;
    /// pg_get_viewdef; empty unless the relation is a view.
    std::string definition;
    Role owner;
    /// Oid of the row type.
    Oid row_type = 0;
    bool security_invoker = false;
    bool security_barrier = false;
    bool row_security = false;
    bool force_row_security = false;
    bool is_partition = false;
    /// Belongs to an extension, which decides about it.
    bool from_extension = false;
    /// Populated: false for a materialized view that was never refreshed.
    bool populated = true;
    /// pg_class.reltuples; negative where never analysed.
    double estimated_rows = -1;
    /// The current user may read all columns, and use the schema.
    bool can_select = false;
    std::vector<Index> indexes;
    std::vector<ForeignKey> foreign_keys;
    std::vector<Constraint> constraints;
    /// Those that it is a partition or an inheritance child of, directly.
    std::vector<Oid> parents = {};
    /// pg_node_tree texts of the conditions of the policies that hold for SELECT.
    std::vector<std::string> read_policies = {};
    /// Whatever changes its rows bumps its version: the triggers of sql/cache.sql are there.
    bool versioned = false;

    bool is_view() const noexcept { return kind == Kind::View || kind == Kind::MaterializedView; }
    /// Returns the column called `name`, or nullptr.
    const Column* column(std::string_view name) const noexcept;
    /// Returns the column of that number, or nullptr.
    const Column* column(AttributeNumber number) const noexcept;
    /// Returns the primary key's index, or nullptr.
    const Index* primary_key() const noexcept;
};

/// Names the kind for a message: "table", "materialized view", …
std::string_view describe(Relation::Kind kind) noexcept;

}  // namespace fraiseql::catalog
