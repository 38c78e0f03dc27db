// SPDX-License-Identifier: MIT
#include "rewrite/json_call.hpp"

#include <algorithm>

#include "lineage/constant.hpp"

namespace fraiseql::rewrite {
namespace {

using lineage::Node;

/// The arguments of a call in text and tree, where both have as many.
std::vector<Expression> arguments_of(const Expression& call, std::string_view name) {
    std::uint32_t after = 0;
    const auto inside = call.tokens->arguments(call.text, name, after);
    const auto trees = call.tree->list("args");
    if (!inside || after != call.text.end) return {};
    const std::vector<Slice> texts = call.tokens->split_commas(*inside);
    if (texts.size() != trees.size()) return {};
    std::vector<Expression> out;
    for (std::size_t i = 0; i < texts.size(); ++i)
        out.push_back({call.tokens, texts[i], &trees[i]});
    return out;
}

}  // namespace

std::string_view builtin_name(const catalog::Catalog& catalog, const Node& call) {
    std::string_view field;
    if (call.is("FUNCEXPR")) field = "funcid";
    if (call.is("OPEXPR")) field = "opfuncid";
    if (call.is("AGGREF")) field = "aggfnoid";
    if (field.empty()) return {};
    const auto* function = catalog.function(static_cast<catalog::Oid>(call.number(field)));
    return function != nullptr && function->is_builtin() ? std::string_view(function->name)
                                                         : std::string_view();
}

bool is_object(const catalog::Catalog& catalog, const Expression& expression) {
    const std::string_view name = builtin_name(catalog, *expression.tree);
    if (name != "jsonb_build_object" && name != "json_build_object") return false;
    if (expression.tree->flag("funcvariadic")) return false;
    const std::size_t count = arguments_of(expression, name).size();
    return count > 0 && count % 2 == 0;
}

std::optional<Expression> member_of(const Expression& object, std::string_view key) {
    const std::vector<Expression> arguments =
        arguments_of(object, (*object.tokens)[object.text.begin].name);
    // Of two values under one key, the last one counts.
    for (std::size_t i = arguments.size(); i >= 2; i -= 2)
        if (lineage::constant_text(*arguments[i - 2].tree) == key) return arguments[i - 1];
    return std::nullopt;
}

std::optional<Expression> converted_by(const catalog::Catalog& catalog,
                                       const Expression& expression) {
    const std::string_view name = builtin_name(catalog, *expression.tree);
    if (name != "to_jsonb" && name != "to_json") return std::nullopt;
    const std::vector<Expression> arguments = arguments_of(expression, name);
    if (arguments.size() != 1) return std::nullopt;
    return arguments.front();
}

std::optional<Expression> list_or_empty(const Expression& expression) {
    const Node& tree = *expression.tree;
    if (!tree.is("COALESCE") && !tree.is("COALESCEEXPR")) return std::nullopt;
    const Tokens& tokens = *expression.tokens;
    const auto trees = tree.list("args");
    std::uint32_t after = 0;
    const auto inside = tokens.arguments(expression.text, "COALESCE", after);
    if (!inside || trees.size() != 2) return std::nullopt;
    const std::vector<Slice> texts = tokens.split_commas(*inside);
    const bool empty =
        texts.size() == 2 && !texts[1].empty() && tokens[texts[1].begin].text == "'[]'";
    if (!empty) return std::nullopt;
    return Expression{&tokens, texts[0], &trees[0]};
}

std::optional<AggregateText> read_aggregate(const catalog::Catalog& catalog,
                                            const Expression& expression) {
    const Node& tree = *expression.tree;
    const std::string_view name = builtin_name(catalog, tree);
    if (name != "jsonb_agg" && name != "json_agg") return std::nullopt;
    const auto trees = tree.list("args");
    if (trees.empty() || !tree.list("aggdistinct").empty() || tree.number("agglevelsup") != 0)
        return std::nullopt;
    const Tokens& tokens = *expression.tokens;
    std::uint32_t after = 0;
    const auto inside = tokens.arguments(expression.text, name, after);
    if (!inside) return std::nullopt;
    const std::uint32_t order = tokens.find(*inside, "ORDER");
    const Slice item{inside->begin, order};
    if (tokens.split_commas(item).size() != 1) return std::nullopt;
    return AggregateText{.item = {&tokens, item, &trees.front()["expr"]},
                         .order = {order, inside->end},
                         .filter = {after, expression.text.end}};
}

}  // namespace fraiseql::rewrite
