// SPDX-License-Identifier: MIT
// Scope: one SELECT while it is being written anew: what of its FROM is used, and what is added.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "rewrite/query.hpp"
#include "rewrite/selection.hpp"
#include "rewrite/views.hpp"
#include "sql/fragment.hpp"

namespace fraiseql::rewrite {

class Scope;

/// A result column as it will be written.
struct Output {
    std::string name;
    sql::Fragment value;
    /// The value has a query of its own and needs no row of this one.
    bool complete = false;
};

/// Returns the name of the output that has this value, which is added under `wanted` or, where that
/// is taken or too long for PostgreSQL, under another name.
std::string add_output(std::vector<Output>& outputs, std::string wanted, const sql::Fragment& value,
                       bool complete = false);

/// An item of FROM. Where `source` is set it can be replaced by that query.
struct RangeItem {
    std::string name = {};
    Slice text = {};
    const lineage::Node* entry = nullptr;
    /// An outer join may fill its columns with nulls.
    bool nullable = false;
    bool lateral = false;
    const Query* source = nullptr;
    /// The names under which the rest of the query refers to the columns of `source`.
    std::vector<std::string> column_names = {};
    bool used = false;
    std::set<std::string> used_columns = {};
    /// Its replacement, and what that offers beside columns.
    Scope* inner = nullptr;
    std::vector<Output> added = {};
};

/// What the scopes of one statement share.
struct Workshop {
    const Views& views;
    Rights rights = Rights::OfCurrentUser;
    std::deque<Scope> scopes = {};
    std::deque<Query> queries = {};
};

class Scope {
  public:
    Scope(Workshop& workshop, const Query& query, Scope* parent);

    const Query& query() const noexcept { return query_; }
    /// Returns the scope `levels` further out, or nullptr.
    Scope* outer(std::int64_t levels) noexcept;
    /// Returns the item that a VAR's varno names, or nullptr.
    RangeItem* item(std::int64_t varno) noexcept;
    /// Returns the scope of the query that takes the item's place from now on.
    Scope& open(RangeItem& item);
    /// Returns the scope of a sub-select that stands in an expression of this query.
    Scope& inside(Query query);

    /// Returns a scope of the rows that this query makes one row of by aggregates; nullptr where it
    /// is no such query.
    Scope* rows();

    /// Whether only grouped expressions may be used where expressions are being taken from now.
    bool is_grouped() const noexcept { return query_.grouped && inside_aggregate_ == 0; }
    /// Whether the expression is one that the rows are grouped by.
    bool is_grouping(const lineage::Node& expression) const;
    void enter_aggregate() noexcept { ++inside_aggregate_; }
    void leave_aggregate() noexcept { --inside_aggregate_; }

    /// Returns the text of a part of the query as it is; what it refers to counts as used.
    sql::Fragment take(Slice text);
    /// Returns the query with other targets, without the parts of FROM that nothing uses any more.
    sql::Fragment select(const std::vector<Output>& targets, bool ordered = true);
    /// Returns the query with other targets for a part of its rows.
    sql::Fragment select_part(const std::vector<Output>& targets, const ItemRows& part);

  private:
    sql::Fragment write_select(const std::vector<Output>& targets, const sql::Fragment& conditions,
                               const sql::Fragment& order);
    void read_from(Slice text, const lineage::Node& tree, bool nullable);
    void read_join(Slice text, const lineage::Node& tree, bool nullable);
    void read_item(Slice text, std::int64_t rtindex, bool nullable);
    void read_subselect(RangeItem& item, Slice text);
    void read_relation(RangeItem& item, Slice text);
    void keep_whole_rows();
    void use(const std::string& name, const std::string& column);
    void use_column(const std::string& column);

    sql::Fragment write_from(Slice text, const lineage::Node& tree);
    sql::Fragment write_list(Slice text, const lineage::Node& tree);
    sql::Fragment write_join(Slice text, const lineage::Node& tree);
    sql::Fragment write_item(RangeItem& item);
    bool is_dispensable(const lineage::Node& tree);

    Workshop& workshop_;
    const Query& query_;
    Scope* parent_;
    /// By index in the range table.
    std::map<std::int64_t, RangeItem> items_ = {};
    int inside_aggregate_ = 0;
    bool readable_ = true;
};

}  // namespace fraiseql::rewrite
