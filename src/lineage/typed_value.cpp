// SPDX-License-Identifier: MIT
// Values of which only the SQL type is known, and the columns of relations.
#include <fmt/format.h>

#include <algorithm>

#include "lineage/inference.hpp"

namespace fraiseql::lineage {
namespace {

using namespace catalog;

constexpr int kMaxTypeDepth = 16;

/// The column under which views and projection tables keep their document.
constexpr std::string_view kDocumentColumn = "data";

}  // namespace

/// `source` begins the sentence that says why JSON is untyped: "The function f" returns it.
ShapePointer Inference::typed(Oid type, std::int32_t typmod, bool nullable, std::string_view source,
                              int depth) const {
    Oid base = catalog_.base_type(type);
    const Type* found = catalog_.type(base);
    if (is_json(base)) {
        return opaque_shape(fmt::format("{} is {}, whose content the catalog does not describe.",
                                        source, catalog_.type_name(type)),
                            nullable);
    }
    if (base == kRecord || base == kRecordArray) {
        return opaque_shape(fmt::format("{} is an anonymous record.", source), nullable);
    }
    if (!found || depth > kMaxTypeDepth) return scalar_shape(type, nullable, typmod);
    if (found->kind == Type::Kind::Array) {
        ShapePointer element = typed(found->element, typmod, true, source, depth + 1);
        return make_shape(List{.element = element, .array_type = type}, nullable);
    }
    if (found->kind == Type::Kind::Composite) return row_of_type(base, nullable, source, depth);
    return scalar_shape(type, nullable, typmod);
}

ShapePointer Inference::typed_by(const Node& node, std::string_view type_field, bool nullable,
                                 std::string_view source) const {
    auto typmod = static_cast<std::int32_t>(
        type_field == "vartype" ? node.number("vartypmod", -1) : node.number("resulttypmod", -1));
    return typed(static_cast<Oid>(node.number(type_field)), typmod, nullable, source);
}

/// Values of a row type need not come from the table: NOT NULL does not bind them.
ShapePointer Inference::row_of_type(Oid type, bool nullable, std::string_view source,
                                    int depth) const {
    Object row{.row_type = type};
    const Type* composite = catalog_.type(type);
    for (ResultColumn& column : relation_columns(composite->relation)) {
        row.fields.push_back({.key = std::move(column.name),
                              .shape = without_columns(with_nullable(column.shape, true))});
    }
    if (row.fields.empty()) {
        for (const Column& column : catalog_.row_columns(type)) {
            row.fields.push_back(
                {.key = column.name,
                 .shape = typed(column.type, column.typmod, true, source, depth + 1),
                 .description = column.comment});
        }
    }
    return make_shape(std::move(row), nullable);
}

ShapePointer Inference::table_column(const Relation& table, const Column& column) const {
    const Type* type = catalog_.type(column.type);
    bool not_null = column.not_null || (type && type->kind == Type::Kind::Domain && type->not_null);
    std::string source = fmt::format("Column {}.{}", catalog_.display_name(table), column.name);
    Shape shape = *typed(column.type, column.typmod, !not_null, source);
    shape.origin = Origin{.relation = table.oid, .column = column.number};
    return std::make_shared<const Shape>(std::move(shape));
}

ResultColumns Inference::relation_columns(Oid oid) const {
    ResultColumns out;
    const Relation* relation = oid != 0 ? catalog_.relation(oid) : nullptr;
    if (!relation) return out;
    for (const ColumnShape& column : relation_shape_(oid).columns) {
        out.push_back({column.name, reference_or_shape(*relation, column)});
    }
    return out;
}

/// The document of another relation is named, not repeated: it has its own GraphQL type.
ShapePointer Inference::reference_or_shape(const Relation& relation,
                                           const ColumnShape& column) const {
    const Shape& shape = *column.shape;
    const Column* declared = relation.column(column.number);
    bool document = column.name == kDocumentColumn && declared &&
                    is_json(catalog_.base_type(declared->type)) &&
                    (shape.object() || shape.members() || (!relation.is_view() && shape.opaque()));
    if (!document) return column.shape;
    return make_shape(RelationRef{.relation = relation.oid, .column = column.number},
                      shape.nullable);
}

ShapePointer Inference::resolve(const RelationRef& ref) const {
    const ColumnShape* column = relation_shape_(ref.relation).column(ref.column);
    return column ? column->shape : opaque_shape("The document of a relation that is gone.");
}

Resolve Inference::resolver() const {
    return [this](const RelationRef& ref) { return resolve(ref); };
}

bool Inference::is_builtin(const Function* function) const noexcept {
    return function != nullptr && function->is_builtin();
}

}  // namespace fraiseql::lineage
