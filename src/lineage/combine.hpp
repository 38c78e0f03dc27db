// SPDX-License-Identifier: MIT
// Making shapes from shapes: nullable, merged, unified, seen from another query.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "lineage/shape.hpp"

namespace fraiseql::lineage {

/// Builds a shape.
ShapePointer make_shape(Shape::Kind kind, bool nullable);

/// A value of `type` that is not json, an array or a row.
ShapePointer scalar_shape(Oid type, bool nullable, std::int32_t typmod = -1);

/// JSON that cannot be typed, for a reason that reads as a sentence.
ShapePointer opaque_shape(std::string reason, bool nullable = true);

/// A JSON null, which unifies with anything; the element of an empty list, which does so without
/// making it nullable. Neither is left in a finished shape: see `finished`.
ShapePointer null_shape();
ShapePointer never_shape();

/// Returns the shape with that nullability; the same pointer where nothing changes.
ShapePointer with_nullable(const ShapePointer& shape, bool nullable);

/// Returns the shape with all keys, at any depth outside lists, nullable: jsonb_strip_nulls.
ShapePointer with_missing_keys(const ShapePointer& shape);

/// Returns the shape with the columns that its keys equal renamed by `column_of`, or forgotten
/// where that returns none. Nothing inside lists refers to columns.
using ColumnMap = std::function<std::optional<AttributeNumber>(AttributeNumber)>;
ShapePointer with_columns(const ShapePointer& shape, const ColumnMap& column_of);
ShapePointer without_columns(const ShapePointer& shape);

/// Gives what a RelationRef stands for: the shape of the other relation's document.
using Resolve = std::function<ShapePointer(const RelationRef&)>;

/// Returns a shape that fits the values of both: branches of CASE, rows of UNION, elements of a
/// list. Objects of different '__typename' become a Union; what cannot be both becomes Opaque.
ShapePointer unify(const ShapePointer& a, const ShapePointer& b, const Resolve& resolve);

/// Returns the keys of both, those of `right` first where both have one: `left || right`.
ShapePointer concatenate(const ShapePointer& left, const ShapePointer& right,
                         const Resolve& resolve);

/// Returns the shape without the internal null and never shapes.
ShapePointer finished(const ShapePointer& shape);

/// Tells whether both look the same: kinds, keys, types and nullability, but not origins.
bool same_shape(const Shape& a, const Shape& b);

}  // namespace fraiseql::lineage
