// SPDX-License-Identifier: MIT
// Aggregates and window functions: lists, objects with keys from the data, counts, sums.
#include <fmt/format.h>

#include "lineage/inference.hpp"
#include "lineage/nullability.hpp"

namespace fraiseql::lineage {
namespace {

using namespace catalog;

/// Every group has a row, and FILTER leaves none out.
bool has_rows(const Node& aggregate, const Scope& scope) {
    return !scope.query.list("groupClause").empty() && !scope.has_grouping_sets &&
           aggregate["aggfilter"].is_null();
}

bool collects_array(std::string_view name) { return name == "array_agg"; }

bool collects_json(std::string_view name) {
    return name == "json_agg" || name == "jsonb_agg" || name == "json_agg_strict" ||
           name == "jsonb_agg_strict";
}

bool collects_object(std::string_view name) {
    return name.starts_with("json_object_agg") || name.starts_with("jsonb_object_agg");
}

}  // namespace

ShapePointer Inference::aggregate(const Node& node, Scope& scope) {
    const Function* function = catalog_.function(static_cast<Oid>(node.number("aggfnoid")));
    auto type = static_cast<Oid>(node.number("aggtype"));
    // An aggregate of an outer query takes its rows from there.
    Scope* rows = scope.outer(node.number("agglevelsup"));
    if (!function || !rows) return typed(type, -1, true, "The result of an aggregate");
    std::vector<Node> arguments;
    for (const Node& argument : node.list("args")) {
        if (!argument.flag("resjunk")) arguments.push_back(argument["expr"]);
    }
    std::size_t known = scope.not_null.size();
    assume_true(node["aggfilter"], scope);
    ShapePointer shape = collect(*function, node, arguments, scope);
    bool keeps = aggregate_keeps_not_null(*function) && has_rows(node, *rows);
    if (!shape && counts(*function)) shape = scalar_shape(type, false);
    if (!shape) {
        bool nullable = !keeps || any_nullable(arguments, scope);
        shape = typed(type, -1, nullable, fmt::format("The result of {}()", function->name));
    } else if (shape->list()) {
        shape = with_nullable(shape, !keeps);
    }
    scope.not_null.resize(known);
    return shape;
}

/// Returns what an aggregate that collects its argument makes; nothing for the others.
ShapePointer Inference::collect(const Function& function, const Node& node, Arguments arguments,
                                Scope& scope) {
    if (!function.is_builtin() || arguments.empty()) return nullptr;
    if (collects_object(function.name)) {
        return opaque_shape(
            fmt::format("{}() makes an object whose keys are data.", function.name));
    }
    bool json = collects_json(function.name);
    if (!json && !collects_array(function.name)) return nullptr;
    ShapePointer element = without_columns(expression(arguments[0], scope));
    if (function.name.ends_with("_strict")) element = with_nullable(element, false);
    // An array of arrays keeps the type of its elements, and shows as a list of lists.
    auto type = static_cast<Oid>(node.number("aggtype"));
    return make_shape(List{.element = element, .array_type = json ? 0 : type}, true);
}

ShapePointer Inference::window_function(const Node& node, Scope& scope) {
    const Function* function = catalog_.function(static_cast<Oid>(node.number("winfnoid")));
    auto type = static_cast<Oid>(node.number("wintype"));
    Arguments arguments = node.list("args");
    if (!function) return typed(type, -1, true, "The result of a window function");
    if (counts(*function)) return scalar_shape(type, false);
    if (ShapePointer shape = collect(*function, node, arguments, scope)) {
        const List* list = shape->list();
        if (!list || list->array_type == 0) return shape;
        return make_shape(List{list->element, type}, true);
    }
    return typed(type, -1, true, fmt::format("The result of {}()", function->name));
}

}  // namespace fraiseql::lineage
