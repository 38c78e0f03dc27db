// SPDX-License-Identifier: MIT
// Selection: which keys of a document are wanted, under which names, and what SQL there is for
// them.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "catalog/catalog.hpp"
#include "sql/fragment.hpp"

namespace fraiseql::rewrite {

/// The keys that lead from a document to a value inside it.
using Keys = std::span<const std::string>;

class ItemValues;

/// Which items of a list are wanted, in what order, and how many, as SQL over their rows.
struct ItemRows {
    sql::Fragment where = {};
    sql::Fragment order = {};
    sql::Fragment limit = {};
    sql::Fragment offset = {};
    /// What no two items have in common, if anything.
    sql::Fragment key = {};
    /// Nothing of a list may be left though it has items.
    bool may_leave_none = false;
};

/// Says which items are wanted, by the values that they have.
using ItemQuery = std::function<ItemRows(ItemValues&)>;

/// The value of an item.
struct ItemValue {
    sql::Fragment sql = {};
    catalog::Oid type = 0;
    bool default_collation = true;
};

/// The values of the items of a list, as SQL over the rows that a view makes them of. Once there
/// was no answer to a question for a value, the list cannot be had from its rows.
class ItemValues {
  public:
    ItemValues() = default;
    ItemValues(const ItemValues&) = delete;
    ItemValues& operator=(const ItemValues&) = delete;
    virtual ~ItemValues() = default;

    /// Returns what is under `keys` of an item.
    virtual std::optional<ItemValue> value(Keys keys) = 0;
    /// Returns a column of `relation`, whose documents the items are. Nothing is no answer only
    /// where the column is the `only` place to ask.
    virtual std::optional<ItemValue> column(const catalog::Relation& relation,
                                            catalog::AttributeNumber column, bool only) = 0;
    /// Returns whether the list under `keys` of an item has such items.
    virtual std::optional<ItemValue> exists(Keys keys, const ItemQuery& items) = 0;
};

/// A member of a JSON object that is to be built.
struct Member {
    enum class Kind : std::uint8_t { Constant, Leaf, Object, List };

    Kind kind = Kind::Leaf;
    std::string response_key;
    /// The key of the document; the value itself where it is Constant.
    std::string key;
    /// Leaf: it must become a string, or a list of strings.
    bool as_text = false;
    bool list_of_leaves = false;
    /// Object and List: what is wanted of the object, or of each item.
    std::vector<Member> members = {};
    /// List: a part of it; empty where all of it is wanted.
    ItemQuery items = {};
};

/// A column of the SELECT that replaces a view.
struct Column {
    std::string name;
    /// Its SQL type; json or jsonb where the view has the value as JSON only.
    catalog::Oid type = 0;
    /// To write it as the view's document would, to_jsonb must do it.
    bool through_jsonb = false;
    /// Texts compare under the database's own collation, as those of a document do.
    bool default_collation = true;
    /// Of a condition: it may be NULL, which stands for false.
    bool nullable = false;
};

}  // namespace fraiseql::rewrite
