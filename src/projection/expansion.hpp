// SPDX-License-Identifier: MIT
// Expansion: a view with the views it reads unfolded, down to tables and the equalities among them.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/arena.hpp"
#include "catalog/catalog.hpp"
#include "lineage/node.hpp"

namespace fraiseql::projection {

struct Block;

/// An item of FROM: a table, or the queries (several where it is a set operation) behind it.
struct Item {
    int source = -1;
    std::vector<Block*> blocks = {};
    /// An outer join may fill its columns with nulls.
    bool nullable = false;
};

/// One SELECT.
struct Block {
    const lineage::Node* query = nullptr;
    Block* parent = nullptr;
    /// Whose rights it reads with: row-level security depends on that.
    catalog::Role role = {};
    /// Rows decide about other rows: LIMIT, window functions, DISTINCT ON, grouping sets.
    bool barrier = false;
    /// By index in the range table.
    std::map<std::int64_t, Item> items = {};
};

/// A table as it is read at one place.
struct Occurrence {
    const catalog::Relation* table = nullptr;
    std::string alias;
};

/// Rows of the view that a row of `from` has part in come from rows of `to` with an equal value.
/// `to` is negative where the value is the view's key.
struct Equality {
    int from = 0;
    catalog::AttributeNumber from_column = 0;
    int to = 0;
    catalog::AttributeNumber to_column = 0;
};

/// Unfolds one view.
class Expansion {
  public:
    explicit Expansion(const catalog::Catalog& catalog) : catalog_(catalog) {}

    /// Fills in what the next three return.
    void expand(const catalog::Relation& view, catalog::AttributeNumber key);

    const std::vector<Occurrence>& occurrences() const noexcept { return occurrences_; }
    const std::vector<Equality>& equalities() const noexcept { return equalities_; }
    /// Sentences that say what makes the rows depend on more than rows of tables.
    const std::vector<std::string>& refusals() const noexcept { return refusals_; }

  private:
    using Node = lineage::Node;
    /// The table column that an expression passes on.
    struct Reference {
        int source = 0;
        catalog::AttributeNumber column = 0;
        /// No barrier lies between the table and the expression.
        bool reaches = true;
        /// All rows of the expression's query come from this source.
        bool sole = true;
        bool nullable = false;
    };
    using References = std::vector<Reference>;

    const Node* read_rule(const catalog::Relation& view);
    std::vector<Block*> open_query(const Node& query, Block* parent, const catalog::Role& role);
    std::vector<Block*> open_set_operation(Block& block);
    void open_from(const Node& from, Block& block, bool nullable, std::set<std::int64_t>& inside);
    void open_item(std::int64_t rtindex, Block& block, bool nullable);
    void open_relation(const Node& entry, Block& block, Item& item);
    void open_common_table(const Node& entry, Block& block, Item& item);
    void add_source(const Node& entry, const catalog::Relation& table, Block& block, Item& item);
    void walk(const Node& node, Block& block);
    void check_call(const Node& node);
    void open_sub_link(const Node& node, Block& block);
    void add_conditions(const Node& from, Block& block);
    void add_condition(const Node& condition, Block& block,
                       const std::set<std::int64_t>* nullable_side);
    void add_steps(const Node& from, const Node& to, Block& block,
                   const std::set<std::int64_t>* nullable_side);
    void add_steps(const References& from, const References& to);
    bool is_equality(const Node& node) const;
    const Node& variable(const Node& expression, const Block& block) const;
    References resolve(const Block& block, const Node& expression);
    References resolve_column(const Block& block, std::int64_t varno, std::int64_t column);
    void refuse(std::string sentence);

    const catalog::Catalog& catalog_;
    Arena arena_ = {};
    std::deque<Block> blocks_ = {};
    std::vector<Occurrence> occurrences_ = {};
    std::vector<Equality> equalities_ = {};
    std::vector<std::string> refusals_ = {};
    int depth_ = 0;
};

/// Returns why the function's value may change although its arguments do not, as the end of a
/// sentence; empty where it cannot.
std::string why_unsteady(const catalog::Function& function);

}  // namespace fraiseql::projection
