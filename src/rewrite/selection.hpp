// SPDX-License-Identifier: MIT
// Selection: which keys of a document are wanted, under which names, and what SQL there is for
// them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "catalog/oid.hpp"

namespace fraiseql::rewrite {

/// The keys that lead from a document to a value inside it.
using Keys = std::span<const std::string>;

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
};

/// The values of the items of a list, as SQL over the rows that the view makes them of.
class ItemValues;

/// A column of the SELECT that replaces a view.
struct Column {
    std::string name;
    /// Its SQL type; json or jsonb where the view has the value as JSON only.
    catalog::Oid type = 0;
    /// To write it as the view's document would, to_jsonb must do it.
    bool through_jsonb = false;
    /// Texts compare under the database's own collation, as those of a document do.
    bool default_collation = true;
};

}  // namespace fraiseql::rewrite
