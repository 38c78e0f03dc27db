// SPDX-License-Identifier: MIT
#include "rewrite/scope.hpp"

#include <algorithm>

#include "lineage/scope.hpp"
#include "rewrite/join_text.hpp"
#include "rewrite/view.hpp"

namespace fraiseql::rewrite {
namespace {

using lineage::Node;

/// JoinType of nodes/nodes.h, as far as it stands in rules.
enum class JoinType : std::uint8_t { Inner, Left, Full, Right };

JoinType join_type(const Node& join) { return static_cast<JoinType>(join.number("jointype")); }

/// The alias in `name alias`, `schema.name alias`, `( … ) alias` or any of these with `(columns)`.
std::string last_name(const Tokens& tokens, Slice text) {
    std::string name;
    for (std::uint32_t i = text.begin; i < text.end; i = tokens.closing(i) + 1)
        if (tokens[i].is_name()) name = tokens[i].name;
    return name;
}

}  // namespace

Scope::Scope(Workshop& workshop, const Query& query, Scope* parent)
    : workshop_(workshop), query_(query), parent_(parent) {
    const auto from = query.tree->operator[]("jointree").list("fromlist");
    const std::vector<Slice> texts = query.tokens->split_commas(query.from);
    readable_ = texts.size() == from.size();
    for (std::size_t i = 0; readable_ && i < from.size(); ++i)
        read_from(texts[i], from[i], false);
    if (!readable_) items_.clear();
    keep_whole_rows();
}

void Scope::read_from(Slice text, const Node& tree, bool nullable) {
    if (tree.is("RANGETBLREF"))
        read_item(text, tree.number("rtindex"), nullable);
    else if (tree.is("JOINEXPR"))
        read_join(text, tree, nullable);
    else
        readable_ = false;
}

void Scope::read_join(Slice text, const Node& tree, bool nullable) {
    const auto join = read_join_text(*query_.tokens, text);
    if (!join || !tree["alias"].is_null()) {
        readable_ = false;
        return;
    }
    const JoinType type = join_type(tree);
    const bool left = type == JoinType::Full || type == JoinType::Right;
    const bool right = type == JoinType::Full || type == JoinType::Left;
    read_from(join->left, tree["larg"], nullable || left);
    if (readable_) read_from(join->right, tree["rarg"], nullable || right);
}

void Scope::read_item(Slice text, std::int64_t rtindex, bool nullable) {
    const auto table = query_.tree->list("rtable");
    if (rtindex < 1 || static_cast<std::size_t>(rtindex) > table.size()) {
        readable_ = false;
        return;
    }
    RangeItem item{.text = text, .entry = &table[static_cast<std::size_t>(rtindex) - 1]};
    item.nullable = nullable;
    if (!text.empty() && (*query_.tokens)[text.begin].is("LATERAL")) {
        item.lateral = true;
        ++text.begin;
    }
    item.name = last_name(*query_.tokens, text);
    const auto kind = static_cast<lineage::RangeKind>(item.entry->number("rtekind", 8));
    if (kind == lineage::RangeKind::Subquery) read_subselect(item, text);
    if (kind == lineage::RangeKind::Relation) read_relation(item, text);
    items_.emplace(rtindex, std::move(item));
}

/// `( SELECT … ) alias`, perhaps with `(columns)` behind it.
void Scope::read_subselect(RangeItem& item, Slice text) {
    const Tokens& tokens = *query_.tokens;
    if (text.size() < 3 || !tokens[text.begin].is("(")) return;
    const std::uint32_t close = tokens.closing(text.begin);
    if (close + 2 != text.end) return;
    auto query = read_query(tokens, {text.begin + 1, close}, (*item.entry)["subquery"]);
    if (!query) return;
    for (const Target& target : query->targets)
        item.column_names.push_back(target.name);
    item.source = &workshop_.queries.emplace_back(std::move(*query));
}

/// `name`, `schema.name`, or one of these with an alias.
void Scope::read_relation(RangeItem& item, Slice text) {
    const Tokens& tokens = *query_.tokens;
    const bool qualified = text.size() >= 3 && tokens[text.begin + 1].is(".");
    if (text.size() > (qualified ? 4U : 2U) || !tokens[text.begin].is_name()) return;
    const auto relid = static_cast<catalog::Oid>(item.entry->number("relid"));
    const View* view = workshop_.views.find(relid);
    if (view == nullptr || !view->allows(workshop_.rights)) return;
    for (const catalog::Column& column : view->relation->columns)
        item.column_names.push_back(column.name);
    item.source = &*view->query;
}

/// `alias.*` means a row of just the columns that the relation has: such an item must stay.
void Scope::keep_whole_rows() {
    const Tokens& tokens = *query_.tokens;
    for (std::uint32_t i = query_.text.begin; i + 2 < query_.text.end; ++i) {
        if (!tokens[i].is_name() || !tokens[i + 1].is(".") || !tokens[i + 2].is("*")) continue;
        for (auto& [index, item] : items_)
            if (item.name == tokens[i].name) item.source = nullptr;
    }
}

Scope* Scope::outer(std::int64_t levels) noexcept {
    Scope* scope = this;
    for (; scope != nullptr && levels > 0; --levels)
        scope = scope->parent_;
    return scope;
}

RangeItem* Scope::item(std::int64_t varno) noexcept {
    const auto found = items_.find(varno);
    return found == items_.end() ? nullptr : &found->second;
}

Scope& Scope::open(RangeItem& item) {
    if (item.inner == nullptr) {
        // A view's body refers to nothing around it.
        const bool own = item.source->tokens == query_.tokens;
        item.inner = &workshop_.scopes.emplace_back(workshop_, *item.source, own ? this : nullptr);
    }
    return *item.inner;
}

Scope& Scope::inside(Query query) {
    const Query& own = workshop_.queries.emplace_back(std::move(query));
    return workshop_.scopes.emplace_back(workshop_, own, this);
}

Scope* Scope::rows() {
    if (!yields_one_row(*query_.tree)) return nullptr;
    Query rows = query_;
    rows.grouped = false;
    const Query& own = workshop_.queries.emplace_back(std::move(rows));
    return &workshop_.scopes.emplace_back(workshop_, own, parent_);
}

bool Scope::is_grouping(const Node& expression) const {
    for (const Node& target : query_.tree->list("targetList")) {
        const std::int64_t reference = target.number("ressortgroupref");
        if (reference == 0) continue;
        for (const Node& group : query_.tree->list("groupClause"))
            if (group.number("tleSortGroupRef") == reference &&
                same_expression(target["expr"], expression))
                return true;
    }
    return false;
}

sql::Fragment Scope::take(Slice text) {
    const Tokens& tokens = *query_.tokens;
    for (std::uint32_t i = text.begin; i < text.end; ++i) {
        if (!tokens[i].is_name()) continue;
        if (i + 2 < text.end && tokens[i + 1].is(".")) {
            use(tokens[i].name, tokens[i + 2].is_name() ? tokens[i + 2].name : "*");
            i += 2;
        } else {
            use_column(tokens[i].name);
        }
    }
    return sql::Fragment::from_catalog(tokens.text(text));
}

/// Marks too much where an inner query has an item of the same name, never too little.
void Scope::use(const std::string& name, const std::string& column) {
    for (Scope* scope = this; scope != nullptr; scope = scope->parent_)
        for (auto& [index, item] : scope->items_)
            if (item.name == name) {
                item.used = true;
                item.used_columns.insert(column);
                return;
            }
}

/// A name that stands alone may be a column of any item.
void Scope::use_column(const std::string& column) {
    for (Scope* scope = this; scope != nullptr; scope = scope->parent_)
        for (auto& [index, item] : scope->items_)
            if (std::find(item.column_names.begin(), item.column_names.end(), column) !=
                item.column_names.end()) {
                item.used = true;
                item.used_columns.insert(column);
            }
}

}  // namespace fraiseql::rewrite
