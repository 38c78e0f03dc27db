// SPDX-License-Identifier: MIT
// Expressions: one member function for each kind of node that yields a value.
#include <fmt/format.h>

#include <unordered_map>

#include "lineage/constant.hpp"
#include "lineage/inference.hpp"
#include "lineage/json_constant.hpp"
#include "lineage/nullability.hpp"

namespace fraiseql::lineage {
namespace {

using namespace catalog;

/// One expression inside another takes several stack frames; this many take less than a megabyte.
constexpr int kMaxExpressionDepth = 600;

/// Ten times what the largest hand-written view takes: ends trees that refer to themselves.
constexpr std::int64_t kMaxExpressions = 200'000;

/// SubLinkType of nodes/primnodes.h.
constexpr std::int64_t kExists = 0, kExpression = 4, kArray = 6;

/// CoercionForm: a call, as against a cast that was written or implied (or SQL's own syntax, 3).
constexpr std::int64_t kExplicitCast = 1, kImplicitCast = 2;

Oid oid_of(const Node& node, std::string_view field) {
    return static_cast<Oid>(node.number(field));
}

/// The SQL type of an expression, for the kinds of node that can yield json; 0 for others.
Oid expression_type(const Node& node) {
    static constexpr std::string_view kTypeFields[] = {
        "vartype",      "consttype", "funcresulttype", "opresulttype", "aggtype",   "wintype",
        "coalescetype", "casetype",  "resulttype",     "minmaxtype",   "refrestype"};
    for (std::string_view field : kTypeFields) {
        if (Oid type = oid_of(node, field)) return type;
    }
    if (node.is("SUBLINK") && node.number("subLinkType") == kExpression) {
        auto targets = node["subselect"].list("targetList");
        if (!targets.empty()) return expression_type(targets[0]["expr"]);
    }
    return 0;
}

/// A query that aggregates all its rows into one, and so yields one row whatever they are.
bool yields_one_row(const Node& query) {
    bool aggregates = query.flag("hasAggs") && query.list("groupClause").empty() &&
                      query.list("groupingSets").empty() && query["havingQual"].is_null();
    bool no_from = query["jointree"].list("fromlist").empty() &&
                   query["jointree"]["quals"].is_null() && !query.flag("hasTargetSRFs");
    return (aggregates || no_from) && query["limitCount"].is_null() &&
           query["limitOffset"].is_null() && query["setOperations"].is_null();
}

}  // namespace

ShapePointer Inference::expression(const Node& node, Scope& scope) {
    static const std::unordered_map<std::string_view, Handler> kHandlers = {
        {"VAR", &Inference::variable},
        {"CONST", &Inference::constant},
        {"FUNCEXPR", &Inference::function_call},
        {"OPEXPR", &Inference::operator_call},
        {"AGGREF", &Inference::aggregate},
        {"WINDOWFUNC", &Inference::window_function},
        {"COALESCE", &Inference::coalesce},
        {"COALESCEEXPR", &Inference::coalesce},
        {"CASE", &Inference::case_of},
        {"CASEEXPR", &Inference::case_of},
        {"MINMAX", &Inference::min_max},
        {"MINMAXEXPR", &Inference::min_max},
        {"NULLIFEXPR", &Inference::null_if},
        {"BOOLEXPR", &Inference::boolean},
        {"SCALARARRAYOPEXPR", &Inference::boolean},
        {"ROWCOMPARE", &Inference::boolean},
        {"ROWCOMPAREEXPR", &Inference::boolean},
        {"NULLTEST", &Inference::never_null_boolean},
        {"BOOLEANTEST", &Inference::never_null_boolean},
        {"DISTINCTEXPR", &Inference::never_null_boolean},
        {"RELABELTYPE", &Inference::relabel},
        {"COERCEVIAIO", &Inference::coerce_via_text},
        {"COERCETODOMAIN", &Inference::coerce_to_domain},
        {"ARRAYCOERCEEXPR", &Inference::coerce_array},
        {"COLLATE", &Inference::collate},
        {"COLLATEEXPR", &Inference::collate},
        {"ARRAY", &Inference::array},
        {"ARRAYEXPR", &Inference::array},
        {"ROW", &Inference::row},
        {"ROWEXPR", &Inference::row},
        {"SUBLINK", &Inference::sub_select},
        {"FIELDSELECT", &Inference::field_select},
        {"SUBSCRIPTINGREF", &Inference::subscript},
        {"SQLVALUEFUNCTION", &Inference::current_value},
        {"JSONCONSTRUCTOREXPR", &Inference::json_constructor},
        {"JSONVALUEEXPR", &Inference::json_value_expression},
        {"JSONEXPR", &Inference::returning_expression},
        {"JSONISPREDICATE", &Inference::boolean},
    };
    if (depth_ >= kMaxExpressionDepth) return opaque_shape("The expression is too deeply nested.");
    if (++expressions_ > kMaxExpressions) return opaque_shape("The view is too large.");
    auto handler = kHandlers.find(node.text);
    if (!node.is_record() || handler == kHandlers.end()) {
        if (Oid type = expression_type(node)) return typed(type, -1, true, "The expression");
        return opaque_shape(fmt::format("The expression is of an unknown kind ({}).", node.text));
    }
    ++depth_;
    ShapePointer shape = (this->*handler->second)(node, scope);
    --depth_;
    return shape;
}

bool Inference::any_nullable(Arguments arguments, Scope& scope) {
    bool nullable = false;
    for (const Node& argument : arguments) {
        nullable = expression(argument, scope)->nullable || nullable;
    }
    return nullable;
}

ShapePointer Inference::variable(const Node& node, Scope& scope) {
    std::int64_t levels = node.number("varlevelsup");
    std::int64_t varno = node.number("varno");
    std::int64_t column = node.number("varattno");
    Scope* owner = scope.outer(levels);
    RangeEntry* entry = owner ? owner->entry(varno) : nullptr;
    if (!entry) return typed_by(node, "vartype", true, "The query");
    ShapePointer shape = entry_column(node, *entry, *owner);
    if (levels > 0) {
        shape = without_columns(shape);
    } else if (column > 0 && entry->kind != RangeKind::Join) {
        shape = with_columns(
            shape, [&](AttributeNumber number) { return target_of_column(scope, varno, number); });
    }
    bool missing = entry->nullable_side && !owner->row_is_present(varno);
    bool nullable = shape->nullable || missing;
    for (const auto& fact : owner->not_null) {
        if (fact.first == varno && fact.second == column) nullable = false;
    }
    return with_nullable(shape, nullable || owner->has_grouping_sets);
}

ShapePointer Inference::constant(const Node& node, Scope&) {
    Oid type = oid_of(node, "consttype");
    Oid base = catalog_.base_type(type);
    auto typmod = static_cast<std::int32_t>(node.number("consttypmod", -1));
    if (node.flag("constisnull")) {
        return is_json(base) || base == kUnknown ? null_shape()
                                                 : typed(type, typmod, true, "The constant");
    }
    auto content = varlena_content(node["constvalue"].bytes);
    if (base == kJson && content) {
        return json_text_shape(std::string(content->begin(), content->end()));
    }
    if (base == kJsonb && content) return jsonb_shape(*content);
    if (base == kUnknown) return scalar_shape(kText, false);
    ShapePointer shape = typed(type, typmod, false, "The constant");
    const List* list = shape->list();
    if (!list || !content) return shape;
    // An empty array has no dimensions; one without nulls no offset to a bitmap of them.
    ShapePointer element = list->element;
    if (uint32_at(*content, 0) == 0) element = never_shape();
    if (uint32_at(*content, 4) == 0) element = with_nullable(element, false);
    return make_shape(List{.element = element, .array_type = type}, false);
}

ShapePointer Inference::function_call(const Node& node, Scope& scope) {
    const Function* function = catalog_.function(oid_of(node, "funcid"));
    Arguments arguments = node.list("args");
    Oid type = oid_of(node, "funcresulttype");
    if (!is_builtin(function)) {
        std::string source = fmt::format("The result of function {}",
                                         function ? function->name : std::string("(dropped)"));
        return typed(type, -1, true, source);
    }
    if (auto shape = json_function(*function, node, arguments, scope)) return *shape;
    std::int64_t form = node.number("funcformat");
    bool cast = form == kExplicitCast || form == kImplicitCast;
    bool extract = function->name == "extract" || function->name == "date_part";
    bool keeps = cast || never_null(*function) ||
                 (extract && !arguments.empty() &&
                  extracts_from_infinity(constant_text(arguments[0]).value_or("")));
    bool nullable = function->name != "concat" && (any_nullable(arguments, scope) || !keeps);
    std::int32_t typmod = -1;
    if (cast && arguments.size() > 1) {
        typmod = static_cast<std::int32_t>(constant_integer(arguments[1]).value_or(-1));
    }
    return typed(type, typmod, nullable, fmt::format("The result of {}()", function->name));
}

ShapePointer Inference::operator_call(const Node& node, Scope& scope) {
    const Function* function = catalog_.function(oid_of(node, "opfuncid"));
    Arguments arguments = node.list("args");
    Oid type = oid_of(node, "opresulttype");
    if (!is_builtin(function)) return typed(type, -1, true, "The result of an operator");
    if (auto shape = json_function(*function, node, arguments, scope)) return *shape;
    bool nullable = any_nullable(arguments, scope) || !operator_never_null(*function);
    return typed(type, -1, nullable, "The result of an operator");
}

ShapePointer Inference::coalesce(const Node& node, Scope& scope) {
    ShapePointer out = never_shape();
    bool nullable = true;
    for (const Node& argument : node.list("args")) {
        ShapePointer next = expression(argument, scope);
        nullable = nullable && next->nullable;
        // A null is skipped, so it does not count as one of the values.
        if (!is_null_constant(argument)) out = unify(out, with_nullable(next, false), resolver());
        if (!nullable) break;
    }
    return with_nullable(out, nullable);
}

ShapePointer Inference::case_of(const Node& node, Scope& scope) {
    std::size_t known_before = scope.not_null.size();
    ShapePointer out = never_shape();
    bool searched = node["arg"].is_null();
    for (const Node& when : node.list("args")) {
        std::size_t known = scope.not_null.size();
        if (searched) assume_true(when["expr"], scope);
        out = unify(out, expression(when["result"], scope), resolver());
        scope.not_null.resize(known);
        if (searched) assume_not_true(when["expr"], scope);
    }
    const Node& otherwise = node["defresult"];
    out = unify(out, otherwise.is_null() ? null_shape() : expression(otherwise, scope), resolver());
    scope.not_null.resize(known_before);
    return out;
}

ShapePointer Inference::min_max(const Node& node, Scope& scope) {
    bool nullable = true;
    for (const Node& argument : node.list("args")) {
        nullable = expression(argument, scope)->nullable && nullable;
    }
    return typed(oid_of(node, "minmaxtype"), -1, nullable, "The result of GREATEST or LEAST");
}

ShapePointer Inference::null_if(const Node& node, Scope& scope) {
    Arguments arguments = node.list("args");
    if (arguments.empty()) return typed_by(node, "opresulttype", true, "The result of NULLIF");
    return without_columns(with_nullable(expression(arguments[0], scope), true));
}

ShapePointer Inference::boolean(const Node& node, Scope& scope) {
    // An array with null elements makes ANY and ALL null even where the array itself is there.
    bool certain = node.is("BOOLEXPR") && !any_nullable(node.list("args"), scope);
    return scalar_shape(kBool, !certain);
}

ShapePointer Inference::never_null_boolean(const Node&, Scope&) {
    return scalar_shape(kBool, false);
}

/// A cast that keeps the bytes: of varchar to text, of a domain to its base.
ShapePointer Inference::relabel(const Node& node, Scope& scope) {
    ShapePointer arg = expression(node["arg"], scope);
    if (!arg->scalar()) return arg;
    Shape out = *arg;
    out.kind = Scalar{.type = oid_of(node, "resulttype"),
                      .typmod = static_cast<std::int32_t>(node.number("resulttypmod", -1))};
    return std::make_shared<const Shape>(std::move(out));
}

ShapePointer Inference::coerce_via_text(const Node& node, Scope& scope) {
    ShapePointer arg = expression(node["arg"], scope);
    Oid type = oid_of(node, "resulttype");
    bool from_json = is_json(catalog_.base_type(expression_type(node["arg"])));
    if (from_json && is_json(catalog_.base_type(type))) return arg;
    return typed(type, -1, arg->nullable, "Text cast to JSON");
}

ShapePointer Inference::coerce_to_domain(const Node& node, Scope& scope) {
    ShapePointer arg = expression(node["arg"], scope);
    Oid type = oid_of(node, "resulttype");
    const Type* domain = catalog_.type(type);
    bool nullable = arg->nullable && !(domain && domain->not_null);
    if (!arg->scalar()) return with_nullable(arg, nullable);
    return scalar_shape(type, nullable, static_cast<std::int32_t>(node.number("resulttypmod", -1)));
}

ShapePointer Inference::coerce_array(const Node& node, Scope& scope) {
    ShapePointer arg = expression(node["arg"], scope);
    ShapePointer out = typed_by(node, "resulttype", arg->nullable, "The result of a cast");
    if (!out->list() || !arg->list()) return out;
    ShapePointer element = with_nullable(out->list()->element, arg->list()->element->nullable);
    return make_shape(List{element, out->list()->array_type}, arg->nullable);
}

ShapePointer Inference::collate(const Node& node, Scope& scope) {
    return expression(node["arg"], scope);
}

ShapePointer Inference::array(const Node& node, Scope& scope) {
    ShapePointer elements = list_of(node.list("elements"), scope);
    Oid type = oid_of(node, "array_typeid");
    if (!node.flag("multidims")) {
        return make_shape(List{elements->list()->element, type}, false);
    }
    return make_shape(List{elements->list()->element}, false);
}

ShapePointer Inference::row(const Node& node, Scope& scope) {
    Oid type = oid_of(node, "row_typeid");
    Object out{.row_type = type};
    auto names = node.list("colnames");
    auto columns = catalog_.row_columns(type);
    std::size_t i = 0;
    for (const Node& argument : node.list("args")) {
        std::string key = fmt::format("f{}", i + 1);
        if (i < names.size()) key = names[i].text;
        if (i < columns.size()) key = columns[i].name;
        out.fields.push_back({.key = std::move(key),
                              .shape = expression(argument, scope),
                              .same_as_column = same_target(argument, scope)});
        ++i;
    }
    return make_shape(std::move(out), false);
}

ShapePointer Inference::sub_select(const Node& node, Scope& scope) {
    std::int64_t kind = node.number("subLinkType");
    if (kind != kExpression && kind != kArray) return scalar_shape(kBool, kind != kExists);
    const Node& select = node["subselect"];
    ResultColumns columns = query(select, &scope);
    if (columns.empty()) return opaque_shape("The sub-select has no columns.");
    ShapePointer value = without_columns(columns[0].shape);
    if (kind == kExpression) {
        return with_nullable(value, value->nullable || !yields_one_row(select));
    }
    const Type* element = value->scalar() ? catalog_.type(value->scalar()->type) : nullptr;
    return make_shape(List{value, element ? element->array : 0}, false);
}

ShapePointer Inference::field_select(const Node& node, Scope& scope) {
    ShapePointer arg = expression(node["arg"], scope);
    const Object* row = arg->object();
    auto number = node.number("fieldnum");
    auto index = static_cast<std::size_t>(number) - 1;
    for (const Column& column : catalog_.row_columns(row ? row->row_type : 0)) {
        const Field* field = column.number == number ? row->find(column.name) : nullptr;
        if (field) return with_nullable(field->shape, field->shape->nullable || arg->nullable);
    }
    if (row && row->row_type == kRecord && number > 0 && index < row->fields.size()) {
        return with_nullable(row->fields[index].shape,
                             row->fields[index].shape->nullable || arg->nullable);
    }
    return typed_by(node, "resulttype", true, "The field of a row");
}

ShapePointer Inference::subscript(const Node& node, Scope& scope) {
    ShapePointer container = expression(node["refexpr"], scope);
    Arguments subscripts = node.list("refupperindexpr");
    bool slice = !node.list("reflowerindexpr").empty();
    if (is_json(catalog_.base_type(oid_of(node, "refcontainertype")))) {
        ShapePointer value = container;
        for (const Node& step : subscripts) {
            auto key = constant_text(step);
            if (!key) return opaque_shape("A subscript of jsonb is not a constant.");
            value = value->list() ? json_element(value) : json_key(value, *key);
        }
        return value;
    }
    if (slice) return with_nullable(container, true);
    if (container->list() && subscripts.size() == 1) {
        return with_nullable(container->list()->element, true);
    }
    std::string_view field = node["refrestype"].is_null() ? "refelemtype" : "refrestype";
    return typed_by(node, field, true, "The element of an array");
}

ShapePointer Inference::current_value(const Node& node, Scope&) {
    // CURRENT_SCHEMA alone may be null.
    constexpr std::int64_t kCurrentSchema = 14;
    return scalar_shape(oid_of(node, "type"), node.number("op") == kCurrentSchema);
}

ShapePointer Inference::returning_expression(const Node& node, Scope&) {
    return typed(oid_of(node["returning"], "typid"), -1, true, "The result of a JSON query");
}

}  // namespace fraiseql::lineage
