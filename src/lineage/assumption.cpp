// SPDX-License-Identifier: MIT
// What a condition says about nulls wherever it holds: WHERE, inner JOIN … ON, FILTER, CASE WHEN.
#include "lineage/inference.hpp"

namespace fraiseql::lineage {
namespace {

using catalog::Function;
using catalog::Oid;

bool is_null_test(const Node& node, std::int64_t type) {
    return node.is("NULLTEST") && node.number("nulltesttype") == type && !node.flag("argisrow");
}

constexpr std::int64_t kIsNull = 0;
constexpr std::int64_t kIsNotNull = 1;
constexpr std::int64_t kAnySubLink = 2;

}  // namespace

void Inference::assume_true(const Node& condition, Scope& scope) const {
    if (condition.kind == Node::Kind::List) {
        for (const Node& item : condition.items)
            assume_true(item, scope);
    } else if (condition.is("BOOLEXPR") && condition["boolop"].text == "and") {
        for (const Node& part : condition.list("args"))
            assume_true(part, scope);
    } else if (condition.is("BOOLEXPR") && condition["boolop"].text == "not") {
        for (const Node& part : condition.list("args"))
            assume_not_true(part, scope);
    } else if (is_null_test(condition, kIsNotNull)) {
        assume_not_null(condition["arg"], scope);
    } else if (condition.is("VAR")) {
        assume_not_null(condition, scope);
    } else if (condition.is("SUBLINK") && condition.number("subLinkType") == kAnySubLink) {
        assume_true(condition["testexpr"], scope);
    } else if (condition.is("OPEXPR") ||
               (condition.is("SCALARARRAYOPEXPR") && condition.flag("useOr"))) {
        // A strict operator that is true was not given a null.
        const Function* function =
            catalog_.function(static_cast<Oid>(condition.number("opfuncid")));
        if (!is_builtin(function) || !function->strict) return;
        for (const Node& argument : condition.list("args"))
            assume_not_null(argument, scope);
    }
}

void Inference::assume_not_true(const Node& condition, Scope& scope) const {
    if (condition.is("BOOLEXPR") && condition["boolop"].text == "or") {
        for (const Node& part : condition.list("args"))
            assume_not_true(part, scope);
    } else if (is_null_test(condition, kIsNull)) {
        assume_not_null(condition["arg"], scope);
    }
}

void Inference::assume_not_null(const Node& expression, Scope& scope) const {
    const Node* node = &expression;
    while (node->is("RELABELTYPE"))
        node = &(*node)["arg"];
    // A column of a join's alias is a column of one of its sides.
    for (int i = 0; i < 16 && node->is("VAR") && node->number("varlevelsup") == 0; ++i) {
        std::int64_t varno = node->number("varno");
        std::int64_t column = node->number("varattno");
        scope.not_null.emplace_back(varno, column);
        RangeEntry* entry = scope.entry(varno);
        if (!entry || entry->kind != RangeKind::Join || column < 1) return;
        auto aliases = entry->node->list("joinaliasvars");
        if (static_cast<std::size_t>(column) > aliases.size()) return;
        node = &aliases[static_cast<std::size_t>(column) - 1];
    }
}

}  // namespace fraiseql::lineage
