// SPDX-License-Identifier: MIT
// Inference: from the expressions of one view's rule to shapes. The layer's own; see lineage.hpp.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "catalog/catalog.hpp"
#include "lineage/combine.hpp"
#include "lineage/node.hpp"
#include "lineage/scope.hpp"
#include "lineage/shape.hpp"

namespace fraiseql::lineage {

/// Infers queries and expressions against one catalog. Recursion is bounded: what is deeper than
/// any view that people write becomes Opaque. Definitions: query.cpp, range_table.cpp,
/// expression.cpp, json_functions.cpp, aggregate.cpp, assumption.cpp, typed_value.cpp.
class Inference {
  public:
    /// Gives the shape of a relation; an empty one where it is not known (yet).
    using RelationShapes = std::function<const RelationShape&(Oid)>;

    Inference(const catalog::Catalog& catalog, RelationShapes relation_shape);

    /// Returns the result columns of a query.
    ResultColumns query(const Node& query, Scope* parent, RecursiveQuery* recursive = nullptr);

    /// Returns the shape of a column of a table, as the catalog tells it.
    ShapePointer table_column(const catalog::Relation& table, const catalog::Column& column) const;

    using Handler = ShapePointer (Inference::*)(const Node&, Scope&);

  private:
    using Arguments = std::span<const Node>;

    // query.cpp: WITH, targets and set operations
    void infer_with(Scope& scope);
    ResultColumns recursive_with(const Node& query, std::string_view name, Scope& scope);
    ResultColumns set_operation(const Node& node, Scope& scope, RecursiveQuery* recursive);
    ResultColumns unify_columns(ResultColumns left, const ResultColumns& right) const;
    ResultColumns repeat_until_stable(const Node& right, ResultColumns rows, Scope& scope,
                                      RecursiveQuery& recursive);

    // range_table.cpp: FROM and the columns it offers
    void fill_range(Scope& scope);
    void mark_joins(const Node& from, bool nullable, Scope& scope);
    ResultColumns range_columns(const Node& entry, RangeKind kind, Scope& scope);
    ResultColumns values_columns(const Node& entry, Scope& scope);
    ResultColumns function_columns(const Node& entry, Scope& scope);
    ResultColumns with_columns_of(const Node& entry, Scope& scope);
    ShapePointer entry_column(const Node& var, RangeEntry& entry, Scope& scope);
    ShapePointer relation_column(Oid relation, AttributeNumber number, const Node& var) const;
    ShapePointer whole_row(const Node& var, RangeEntry& entry, Scope& scope);
    std::optional<AttributeNumber> target_of_column(const Scope& scope, std::int64_t varno,
                                                    std::int64_t column) const;

    // assumption.cpp: what a condition that holds says about nulls
    void assume_true(const Node& condition, Scope& scope) const;
    void assume_not_true(const Node& condition, Scope& scope) const;
    void assume_not_null(const Node& expression, Scope& scope) const;

    // expression.cpp
    ShapePointer expression(const Node& node, Scope& scope);
    ShapePointer variable(const Node& node, Scope& scope);
    ShapePointer constant(const Node& node, Scope& scope);
    ShapePointer function_call(const Node& node, Scope& scope);
    ShapePointer operator_call(const Node& node, Scope& scope);
    ShapePointer coalesce(const Node& node, Scope& scope);
    ShapePointer case_of(const Node& node, Scope& scope);
    ShapePointer min_max(const Node& node, Scope& scope);
    ShapePointer null_if(const Node& node, Scope& scope);
    ShapePointer boolean(const Node& node, Scope& scope);
    ShapePointer never_null_boolean(const Node& node, Scope& scope);
    ShapePointer relabel(const Node& node, Scope& scope);
    ShapePointer coerce_via_text(const Node& node, Scope& scope);
    ShapePointer coerce_to_domain(const Node& node, Scope& scope);
    ShapePointer coerce_array(const Node& node, Scope& scope);
    ShapePointer collate(const Node& node, Scope& scope);
    ShapePointer array(const Node& node, Scope& scope);
    ShapePointer row(const Node& node, Scope& scope);
    ShapePointer sub_select(const Node& node, Scope& scope);
    ShapePointer field_select(const Node& node, Scope& scope);
    ShapePointer subscript(const Node& node, Scope& scope);
    ShapePointer current_value(const Node& node, Scope& scope);
    ShapePointer json_constructor(const Node& node, Scope& scope);
    ShapePointer json_value_expression(const Node& node, Scope& scope);
    ShapePointer returning_expression(const Node& node, Scope& scope);
    bool any_nullable(Arguments arguments, Scope& scope);

    // aggregate.cpp
    ShapePointer aggregate(const Node& node, Scope& scope);
    ShapePointer window_function(const Node& node, Scope& scope);
    ShapePointer collect(const catalog::Function& function, const Node& node, Arguments arguments,
                         Scope& scope);

    // json_functions.cpp
    std::optional<ShapePointer> json_function(const catalog::Function& function, const Node& node,
                                              Arguments arguments, Scope& scope);
    ShapePointer build_object(const Node& node, Arguments arguments, Scope& scope);
    ShapePointer object_of(Arguments pairs, bool absent_on_null, Scope& scope);
    ShapePointer build_array(const Node& node, Arguments arguments, Scope& scope);
    ShapePointer list_of(Arguments elements, Scope& scope);
    ShapePointer json_path(const ShapePointer& value, std::span<const std::string> path) const;
    ShapePointer json_key(const ShapePointer& value, std::string_view key) const;
    ShapePointer json_element(const ShapePointer& value) const;
    ShapePointer as_json_text(const ShapePointer& value) const;
    ShapePointer without_keys(const ShapePointer& value, std::span<const std::string> keys) const;
    ShapePointer extract(const catalog::Function& function, Arguments arguments, Scope& scope);
    ShapePointer set_key(Arguments arguments, Scope& scope);
    std::optional<AttributeNumber> same_target(const Node& value, const Scope& scope) const;
    std::string description_of(const Shape& shape) const;

    // typed_value.cpp: values of which only the SQL type is known
    ShapePointer typed(Oid type, std::int32_t typmod, bool nullable, std::string_view source,
                       int depth = 0) const;
    ShapePointer typed_by(const Node& node, std::string_view type_field, bool nullable,
                          std::string_view source) const;
    ShapePointer row_of_type(Oid type, bool nullable, std::string_view source, int depth) const;
    ResultColumns relation_columns(Oid relation) const;
    ShapePointer reference_or_shape(const catalog::Relation& relation,
                                    const ColumnShape& column) const;
    ShapePointer resolve(const RelationRef& ref) const;
    Resolve resolver() const;
    bool is_builtin(const catalog::Function* function) const noexcept;

    const catalog::Catalog& catalog_;
    RelationShapes relation_shape_;
    int depth_ = 0;
    std::int64_t expressions_ = 0;
};

/// Finds functions that may return another value for the same arguments, anywhere in the tree.
bool is_volatile(const Node& node, const catalog::Catalog& catalog);

}  // namespace fraiseql::lineage
