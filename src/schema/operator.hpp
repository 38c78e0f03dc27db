// SPDX-License-Identifier: MIT
// Operators: what a filter may ask of a value; one table for introspection and for SQL.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.hpp"
#include "schema/leaf.hpp"

namespace fraiseql::schema {

/// Which values an operator applies to. Any stands for isnull, which all have.
enum class OperatorFamily : std::uint8_t {
    Any,
    Equality,
    Order,
    Text,
    FullText,
    List,
    Json,
    Network,
    LTree,
    Range
};

/// What an operator compares with; operators.def says what each means.
enum class Operand : std::uint8_t {
    Same,
    Many,
    Item,
    Flag,
    NotFlag,
    Text,
    Texts,
    Contains,
    Prefix,
    Suffix,
    Range,
    Depth
};

/// One row of operators.def.
struct Operator {
    OperatorFamily family;
    std::string_view name;
    std::string_view suffix;
    Operand operand;
    /// SQL with %c for the value, %v and %w for operands.
    std::string_view sql;
    std::string_view description;
};

std::span<const Operator> operators() noexcept;

/// What can be asked of values of one type.
struct FilterKind {
    /// Name of the input type: "StringFilter", "IDListFilter".
    std::string name;
    std::vector<OperatorFamily> families;

    /// Returns the operator called `name`, or nullptr.
    const Operator* find(std::string_view name) const noexcept;
};

/// Returns the filter for values of the PostgreSQL type `type`, which show as `leaf`.
FilterKind filter_of(const catalog::Catalog& catalog, catalog::Oid type, const Leaf& leaf);

/// Whether `name`, of a PostgreSQL type, is one of `names`.
bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names);

/// Whether values of the type have an order that clients may ask for.
bool is_sortable(const catalog::Catalog& catalog, catalog::Oid type);

}  // namespace fraiseql::schema
