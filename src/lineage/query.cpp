// SPDX-License-Identifier: MIT
// Queries: WITH, result columns, set operations and recursion.
#include <algorithm>

#include "lineage/inference.hpp"

namespace fraiseql::lineage {
namespace {

/// Deeper than any hand-written view; the stack stays far below its limit.
constexpr int kMaxQueryDepth = 100;
constexpr int kMaxRounds = 6;

/// SetOperation of nodes/parsenodes.h.
constexpr std::int64_t kUnion = 1;

std::vector<Target> targets_of(const Node& query) {
    std::vector<Target> out;
    for (const Node& target : query.list("targetList")) {
        if (target.flag("resjunk")) continue;
        out.push_back({.number = static_cast<AttributeNumber>(target.number("resno")),
                       .expression = &target["expr"]});
    }
    return out;
}

ResultColumns named_like(const Node& query, ResultColumns columns) {
    std::size_t i = 0;
    for (const Node& target : query.list("targetList")) {
        if (target.flag("resjunk")) continue;
        if (i == columns.size()) break;
        columns[i++].name = target["resname"].text;
    }
    return columns;
}

bool same_columns(const ResultColumns& a, const ResultColumns& b) {
    return std::ranges::equal(a, b, [](const ResultColumn& x, const ResultColumn& y) {
        return same_shape(*x.shape, *y.shape);
    });
}

}  // namespace

Inference::Inference(const catalog::Catalog& catalog, RelationShapes relation_shape)
    : catalog_(catalog), relation_shape_(std::move(relation_shape)) {}

ResultColumns Inference::query(const Node& query, Scope* parent, RecursiveQuery* recursive) {
    Scope scope{.query = query, .parent = parent};
    if (!parent) expressions_ = 0;
    ResultColumns out;
    int level = 0;
    for (Scope* outer = parent; outer; outer = outer->parent)
        ++level;
    if (level > kMaxQueryDepth) return out;
    infer_with(scope);
    if (query["setOperations"].is_record()) {
        // The branches are inferred where the operation needs them, since one may be recursive.
        for (const Node& entry : query.list("rtable")) {
            scope.range.push_back({.node = &entry, .kind = RangeKind::Subquery});
        }
        return named_like(query, set_operation(query["setOperations"], scope, recursive));
    }
    fill_range(scope);
    scope.targets = targets_of(query);
    scope.has_grouping_sets = !query.list("groupingSets").empty();
    for (const Target& target : scope.targets) {
        out.push_back({.name = {}, .shape = expression(*target.expression, scope)});
    }
    return named_like(query, std::move(out));
}

void Inference::infer_with(Scope& scope) {
    for (const Node& with : scope.query.list("cteList")) {
        std::string_view name = with["ctename"].text;
        const Node& inner = with["ctequery"];
        ResultColumns columns =
            with.flag("cterecursive") ? recursive_with(inner, name, scope) : query(inner, &scope);
        auto names = with.list("ctecolnames");
        for (std::size_t i = 0; i < columns.size() && i < names.size(); ++i) {
            columns[i].name = names[i].text;
        }
        scope.with[name] = std::move(columns);
    }
}

ResultColumns Inference::recursive_with(const Node& inner, std::string_view name, Scope& scope) {
    RecursiveQuery rows{.query = &inner};
    scope.recursive[name] = &rows;
    ResultColumns out = query(inner, &scope, &rows);
    scope.recursive.erase(name);
    return out;
}

ResultColumns Inference::set_operation(const Node& node, Scope& scope, RecursiveQuery* recursive) {
    if (node.is("RANGETBLREF")) {
        RangeEntry* entry = scope.entry(node.number("rtindex"));
        return entry ? query((*entry->node)["subquery"], &scope) : ResultColumns{};
    }
    if (!node.is("SETOPERATIONSTMT") || depth_ > 1000) return {};
    ++depth_;
    ResultColumns out = set_operation(node["larg"], scope, nullptr);
    if (node.number("op") != kUnion) {
        // INTERSECT and EXCEPT return rows of the left side only.
    } else if (recursive) {
        out = repeat_until_stable(node["rarg"], std::move(out), scope, *recursive);
    } else {
        out = unify_columns(std::move(out), set_operation(node["rarg"], scope, nullptr));
    }
    --depth_;
    return out;
}

ResultColumns Inference::unify_columns(ResultColumns left, const ResultColumns& right) const {
    for (std::size_t i = 0; i < left.size() && i < right.size(); ++i) {
        left[i].shape = unify(left[i].shape, right[i].shape, resolver());
    }
    return left;
}

/// The recursive term reads what it adds to: repeat until nothing new appears. A document that
/// holds the document of the row before it never settles, and has no finite type.
ResultColumns Inference::repeat_until_stable(const Node& right, ResultColumns rows, Scope& scope,
                                             RecursiveQuery& recursive) {
    for (int round = 0; round < kMaxRounds; ++round) {
        recursive.columns = rows;
        ResultColumns next = unify_columns(rows, set_operation(right, scope, nullptr));
        if (same_columns(rows, next)) return next;
        rows = std::move(next);
    }
    recursive.columns = rows;
    ResultColumns next = unify_columns(rows, set_operation(right, scope, nullptr));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (same_shape(*rows[i].shape, *next[i].shape)) continue;
        rows[i].shape = opaque_shape("The recursive query nests its own rows without end.");
    }
    return rows;
}

}  // namespace fraiseql::lineage
