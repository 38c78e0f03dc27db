// SPDX-License-Identifier: MIT
#include "rewrite/query.hpp"

#include <algorithm>

namespace fraiseql::rewrite {
namespace {

using lineage::Node;

/// Finds the first of two words that stand together outside of brackets.
std::uint32_t find_pair(const Tokens& tokens, Slice slice, std::string_view first,
                        std::string_view second) {
    std::uint32_t at = tokens.find(slice, first);
    while (at + 1 < slice.end && !tokens[at + 1].is(second))
        at = tokens.find({at + 1, slice.end}, first);
    return at + 1 < slice.end ? at : slice.end;
}

Target read_target(const Tokens& tokens, Slice text, const Node& tree) {
    Target target{.name = {}, .value = {&tokens, text, &tree}};
    if (text.size() > 2 && tokens[text.end - 2].is("AS") && tokens[text.end - 1].is_name()) {
        target.name = tokens[text.end - 1].name;
        target.value.text.end -= 2;
    } else if (text.size() == 3 && tokens[text.begin + 1].is(".")) {
        target.name = tokens[text.begin + 2].name;
    } else if (text.size() == 1) {
        target.name = tokens[text.begin].name;
    }
    return target;
}

std::vector<const Node*> visible_targets(const Node& query) {
    std::vector<const Node*> out;
    for (const Node& target : query.list("targetList"))
        if (!target.flag("resjunk")) out.push_back(&target["expr"]);
    return out;
}

}  // namespace

std::string why_kept_whole(const Node& query) {
    if (!query["setOperations"].is_null())
        return "combines several queries (UNION, VALUES or the like)";
    if (!query.list("distinctClause").empty()) return "removes duplicates (DISTINCT)";
    if (!query.list("cteList").empty()) return "has a WITH clause";
    if (!query.list("windowClause").empty() || query.flag("hasWindowFuncs"))
        return "has window functions";
    if (query.flag("hasTargetSRFs")) return "calls functions that return sets";
    if (!query.list("groupingSets").empty()) return "has grouping sets";
    if (!query.list("rowMarks").empty() || query.flag("hasForUpdate")) return "locks rows";
    return {};
}

bool yields_one_row(const Node& query) {
    return query.flag("hasAggs") && query.list("groupClause").empty() &&
           query["havingQual"].is_null() && query["limitCount"].is_null() &&
           query["limitOffset"].is_null() && why_kept_whole(query).empty();
}

std::optional<Query> read_query(const Tokens& tokens, Slice text, const Node& tree) {
    if (!tree.is("QUERY") || !why_kept_whole(tree).empty()) return std::nullopt;
    if (text.empty() || !tokens[text.begin].is("SELECT")) return std::nullopt;
    Query query{.tokens = &tokens, .tree = &tree, .text = text};
    query.grouped = tree.flag("hasAggs") || !tree.list("groupClause").empty();

    const Slice body{text.begin + 1, text.end};
    const std::uint32_t order = find_pair(tokens, body, "ORDER", "BY");
    const std::uint32_t tail = std::min({order, tokens.find(body, "LIMIT"),
                                         tokens.find(body, "OFFSET"), tokens.find(body, "FETCH")});
    const std::uint32_t from = tokens.find({body.begin, tail}, "FROM");
    const Slice after{std::min(from + 1, tail), tail};
    const std::uint32_t conditions =
        std::min({tokens.find(after, "WHERE"), find_pair(tokens, after, "GROUP", "BY"),
                  tokens.find(after, "HAVING")});
    query.from = {after.begin, conditions};
    query.conditions = {conditions, tail};
    query.order = {tail, body.end};

    const std::vector<Slice> texts = tokens.split_commas({body.begin, from});
    const std::vector<const Node*> trees = visible_targets(tree);
    if (texts.size() != trees.size()) return std::nullopt;
    for (std::size_t i = 0; i < texts.size(); ++i)
        query.targets.push_back(read_target(tokens, texts[i], *trees[i]));
    return query;
}

}  // namespace fraiseql::rewrite
