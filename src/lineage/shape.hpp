// SPDX-License-Identifier: MIT
// Shape: the type of a value of a view, as far as the view's rule tells it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "catalog/catalog.hpp"

namespace fraiseql::lineage {

using catalog::AttributeNumber;
using catalog::Oid;

struct Shape;
using ShapePointer = std::shared_ptr<const Shape>;

/// A column of a table (never of a view) from which a value comes unchanged.
struct Origin {
    Oid relation = 0;
    AttributeNumber column = 0;
    bool operator==(const Origin&) const = default;
};

/// One value of a PostgreSQL type that is neither json, an array nor a row. In JSON it is what
/// to_json makes of that type.
struct Scalar {
    Oid type = 0;
    std::int32_t typmod = -1;
};

/// A key of an object.
struct Field {
    std::string key;
    ShapePointer shape;
    /// Column of the view being described that carries the same value in every row: for keys of the
    /// document and of the objects directly inside it. None inside lists.
    std::optional<AttributeNumber> same_as_column = {};
    /// The comment on the column it comes from, or empty.
    std::string description = {};
};

/// A JSON object with known keys, in the order in which the view builds it.
struct Object {
    std::vector<Field> fields;
    /// The constant under '__typename', or empty.
    std::string type_name = {};
    /// The composite type or row type that it is a row of, or 0.
    Oid row_type = 0;

    /// Returns the field of that key, or nullptr.
    const Field* find(std::string_view key) const noexcept;
};

/// A JSON array, or a PostgreSQL array, which becomes one.
struct List {
    ShapePointer element;
    /// The array type in SQL, or 0 where the value is JSON already.
    Oid array_type = 0;
};

/// The document (column `data`) of another relation, whose type is described there.
struct RelationRef {
    Oid relation = 0;
    AttributeNumber column = 0;
};

/// One of several objects, told apart by their '__typename' (Object or RelationRef each).
struct Union {
    std::vector<ShapePointer> members;
};

/// JSON that cannot be typed.
struct Opaque {
    /// A sentence for people: which expression, and why.
    std::string reason;
};

/// The type of a value. Immutable once built; parts are shared. Arrays and rows show as List and
/// Object whether they are SQL values or JSON, since they look the same to the reader.
struct Shape {
    using Kind = std::variant<Scalar, Object, List, RelationRef, Union, Opaque>;
    Kind kind;
    bool nullable = true;
    /// The table column whose value this is, unchanged (or turned into JSON as it is).
    std::optional<Origin> origin = {};

    const Scalar* scalar() const noexcept { return std::get_if<Scalar>(&kind); }
    const Object* object() const noexcept { return std::get_if<Object>(&kind); }
    const List* list() const noexcept { return std::get_if<List>(&kind); }
    const RelationRef* relation() const noexcept { return std::get_if<RelationRef>(&kind); }
    const Union* members() const noexcept { return std::get_if<Union>(&kind); }
    const Opaque* opaque() const noexcept { return std::get_if<Opaque>(&kind); }
};

/// A column of a relation with what is known about its values.
struct ColumnShape {
    std::string name;
    AttributeNumber number = 0;
    ShapePointer shape;
    /// The comment on the column itself, or on the table column it comes from. May be empty.
    std::string description = {};
};

/// All columns of a relation; for tables from the catalog, for views through lineage.
struct RelationShape {
    std::vector<ColumnShape> columns;
    /// Relations that the view reads, directly and through other views, ordered by oid; itself for
    /// a table.
    std::vector<Oid> reads;

    /// Returns the column of that name or number, or nullptr.
    const ColumnShape* column(std::string_view name) const noexcept;
    const ColumnShape* column(AttributeNumber number) const noexcept;
};

/// Renders a shape like SDL: `{ id: uuid!, tags: [text]!, author: <app.v_user>! }`. A key that has
/// the same value as a column shows it as `id=1: uuid!`. For tests and `fraiseql check`.
std::string to_string(const Shape& shape, const catalog::Catalog& catalog);

}  // namespace fraiseql::lineage
