// SPDX-License-Identifier: MIT
#include "rewrite/navigator.hpp"

#include "rewrite/case_text.hpp"
#include "rewrite/expression_type.hpp"
#include "rewrite/json_call.hpp"

namespace fraiseql::rewrite {
namespace {

using lineage::Node;
using sql::Fragment;

/// Views over views over views: no person nests them deeper.
constexpr int kMaxDepth = 64;

/// EXPR_SUBLINK of nodes/primnodes.h.
constexpr std::int64_t kExpressionSubLink = 4;

bool is_true(const Value& value) { return value.sql.text() == "true"; }

}  // namespace

std::optional<Value> Navigator::value(Scope& scope, const Expression& expression, Keys keys) {
    const End end = [this](Scope& at, const Expression& found) -> std::optional<Value> {
        return leaf(at, found);
    };
    return follow(scope, expression, keys, {.end = end, .label = {}, .json_keys = true});
}

std::optional<Value> Navigator::presence(Scope& scope, const Expression& expression, Keys keys) {
    const End end = [this](Scope&, const Expression& found) -> std::optional<Value> {
        if (!is_object(catalog_, found)) return std::nullopt;
        return Value{.sql = sql::Raw("true"), .type = catalog::kBool};
    };
    return follow(scope, expression, keys, {.end = end, .label = "?", .direct = true});
}

Value Navigator::leaf(Scope& scope, const Expression& expression) const {
    if (const auto inner = converted_by(catalog_, expression)) {
        const catalog::Type* type = catalog_.type(catalog_.base_type(type_of(*inner->tree)));
        const bool scalar = type != nullptr && (type->kind == catalog::Type::Kind::Base ||
                                                type->kind == catalog::Type::Kind::Enum ||
                                                type->kind == catalog::Type::Kind::Array);
        if (scalar && !catalog::is_json(type->oid)) return leaf(scope, *inner);
    }
    Value out{.sql = scope.take(expression.text),
              .type = type_of(*expression.tree),
              .default_collation = has_default_collation(*expression.tree)};
    out.of_jsonb = inside_jsonb_ > 0 || out.type == catalog::kJsonb;
    // A string constant that nothing gave a type: JSON takes it for text.
    if (out.type == catalog::kUnknown)
        return {.sql = Fragment(out.sql).raw("::text"), .type = catalog::kText};
    if (out.type != 0) return out;
    return {.sql = Fragment("to_jsonb(").add(out.sql).raw(")"),
            .type = catalog::kJsonb,
            .of_jsonb = true};
}

std::optional<Value> Navigator::json_keys(Scope& scope, const Expression& expression,
                                          Keys keys) const {
    const catalog::Oid type = type_of(*expression.tree);
    if (!catalog::is_json(type)) return std::nullopt;
    Fragment out("(");
    out.add(scope.take(expression.text)).raw(")");
    for (const std::string& key : keys)
        out.raw(" -> ").literal(key);
    return Value{.sql = out, .type = type, .of_jsonb = inside_jsonb_ > 0};
}

std::optional<Value> Navigator::follow(Scope& scope, const Expression& expression, Keys keys,
                                       const Route& route) {
    if (depth_ > kMaxDepth) return std::nullopt;
    const int jsonb = type_of(*expression.tree) == catalog::kJsonb ? 1 : 0;
    ++depth_;
    inside_jsonb_ += jsonb;
    std::optional<Value> out;
    if (keys.empty()) out = route.end(scope, expression);
    // What the rows are grouped by may be used as a whole only.
    if (!out && !(scope.is_grouped() && scope.is_grouping(*expression.tree)))
        out = step(scope, expression, keys, route);
    if (!out && route.json_keys && !keys.empty()) out = json_keys(scope, expression, keys);
    inside_jsonb_ -= jsonb;
    --depth_;
    return out;
}

std::optional<Value> Navigator::step(Scope& scope, const Expression& expression, Keys keys,
                                     const Route& route) {
    const Node& tree = *expression.tree;
    if (tree.is("VAR")) return through_column(scope, expression, keys, route);
    if (tree.is("FUNCEXPR")) return through_object(scope, expression, keys, route);
    if (tree.is("OPEXPR")) return through_concatenation(scope, expression, keys, route);
    if (route.direct) return std::nullopt;
    if (tree.is("CASE") || tree.is("CASEEXPR")) return through_case(scope, expression, keys, route);
    if (tree.is("SUBLINK")) return through_sub_select(scope, expression, keys, route);
    return std::nullopt;
}

/// A column of a view or sub-select in FROM: that is replaced by its own query, which offers the
/// value as a column more.
std::optional<Value> Navigator::through_column(Scope& scope, const Expression& expression,
                                               Keys keys, const Route& route) {
    const Node& tree = *expression.tree;
    Scope* owner = scope.outer(tree.number("varlevelsup"));
    RangeItem* item = owner == nullptr ? nullptr : owner->item(tree.number("varno"));
    if (item == nullptr || item->source == nullptr || owner->is_grouped()) return std::nullopt;
    const auto column = static_cast<std::size_t>(tree.number("varattno"));
    if (column < 1 || column > item->source->targets.size()) return std::nullopt;
    Scope& inner = owner->open(*item);
    auto value = follow(inner, item->source->targets[column - 1].value, keys, route);
    if (!value) return std::nullopt;
    item->used = true;
    if (is_true(*value) && !item->nullable) return value;
    std::string name = item->column_names[column - 1];
    for (const std::string& key : keys)
        name += "." + key;
    name = add_output(item->added, name + route.label, value->sql, value->complete);
    value->sql = Fragment().identifier(item->name).raw(".").identifier(name);
    value->complete = false;
    value->nullable = value->nullable || item->nullable;
    return value;
}

std::optional<Value> Navigator::through_object(Scope& scope, const Expression& expression,
                                               Keys keys, const Route& route) {
    if (keys.empty() || !is_object(catalog_, expression)) return std::nullopt;
    const auto member = member_of(expression, keys.front());
    if (!member) return std::nullopt;
    return follow(scope, *member, keys.subspan(1), route);
}

/// `a || b` where both are objects: the keys of b go before those of a.
std::optional<Value> Navigator::through_concatenation(Scope& scope, const Expression& expression,
                                                      Keys keys, const Route& route) {
    const auto trees = expression.tree->list("args");
    if (keys.empty() || trees.size() != 2 ||
        builtin_name(catalog_, *expression.tree) != "jsonb_concat")
        return std::nullopt;
    const Tokens& tokens = *expression.tokens;
    const Slice text = tokens.without_parentheses(expression.text);
    std::uint32_t bar = tokens.find(text, "|");
    if (bar + 1 >= text.end || !tokens[bar + 1].is("|")) return std::nullopt;
    const Expression left{&tokens, tokens.without_parentheses({text.begin, bar}), &trees[0]};
    const Expression right{&tokens, tokens.without_parentheses({bar + 2, text.end}), &trees[1]};
    if (!is_object(catalog_, right)) return std::nullopt;
    if (member_of(right, keys.front())) return follow(scope, right, keys, route);
    if (builtin_name(catalog_, *left.tree) != "jsonb_concat" && !is_object(catalog_, left))
        return std::nullopt;
    return step(scope, left, keys, route);
}

/// Each result is followed on its own; they must come to one type.
std::optional<Value> Navigator::through_case(Scope& scope, const Expression& expression, Keys keys,
                                             const Route& route) {
    const auto text = read_case(expression);
    if (!text) return std::nullopt;
    Value out;
    out.sql.raw("CASE");
    for (const CaseBranch& branch : text->branches) {
        std::optional<Value> result;
        if (branch.is_null)
            result = Value{.sql = sql::Raw("NULL")};
        else
            result = follow(scope, branch.result, keys, route);
        if (!result || result->complete) return std::nullopt;
        if (!branch.is_null) {
            if (out.type != 0 && result->type != out.type) return std::nullopt;
            out.type = result->type;
            out.of_jsonb = out.of_jsonb || result->of_jsonb;
            out.default_collation = out.default_collation && result->default_collation;
        }
        out.sql.raw(" ").add(scope.take(branch.before)).raw(" ").add(result->sql);
    }
    if (out.type == 0) return std::nullopt;
    out.sql.raw(" END");
    out.nullable = true;
    return out;
}

std::optional<Value> Navigator::through_sub_select(Scope& scope, const Expression& expression,
                                                   Keys keys, const Route& route) {
    const Tokens& tokens = *expression.tokens;
    if (expression.tree->number("subLinkType") != kExpressionSubLink) return std::nullopt;
    const Slice text = tokens.without_parentheses(expression.text);
    if (text == expression.text) return std::nullopt;
    auto query = read_query(tokens, text, (*expression.tree)["subselect"]);
    if (!query || query->targets.size() != 1) return std::nullopt;
    Scope& inner = scope.inside(std::move(*query));
    auto value = follow(inner, inner.query().targets.front().value, keys, route);
    if (!value) return std::nullopt;
    if (!value->complete) value->sql = Fragment("(").add(inner.select({{"", value->sql}})).raw(")");
    value->complete = false;
    return value;
}

}  // namespace fraiseql::rewrite
