// SPDX-License-Identifier: MIT
// A reader of pg_node_tree text that knows its syntax, not its node types: it works for any
// version.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/arena.hpp"
#include "base/result.hpp"

namespace fraiseql::lineage {

struct NodeField;

/// One value of a node tree. Views point into the arena or the text that was read.
struct Node {
    enum class Kind : std::uint8_t {
        Null,    ///< `<>`
        Atom,    ///< number, boolean, enum value or name, unescaped
        String,  ///< `"…"`, a String node, unescaped and without its quotes
        Bytes,   ///< `5 [ 20 0 0 0 97 ]`, the value of a constant
        List,    ///< `(…)`, also `(i …)`, `(o …)` and `(b …)`
        Record,  ///< `{TAG :field value …}`
    };

    Kind kind = Kind::Null;
    /// Atom, String: the value. Record: its tag.
    std::string_view text = {};
    std::span<const std::uint8_t> bytes = {};
    std::span<const Node> items = {};
    std::span<const NodeField> fields = {};

    bool is_null() const noexcept { return kind == Kind::Null; }
    bool is_record() const noexcept { return kind == Kind::Record; }
    bool is(std::string_view tag) const noexcept { return kind == Kind::Record && text == tag; }

    /// Returns the field's value; a Null node where there is no such field.
    const Node& operator[](std::string_view field) const noexcept;
    /// Returns the items of the list under `field`; empty where it is none.
    std::span<const Node> list(std::string_view field) const noexcept;
    /// Returns the number under `field`, or `otherwise` where it is none.
    std::int64_t number(std::string_view field, std::int64_t otherwise = 0) const noexcept;
    /// Returns whether `field` is the atom `true`.
    bool flag(std::string_view field) const noexcept;
    /// Returns the number that an atom is, or `otherwise`.
    std::int64_t as_number(std::int64_t otherwise = 0) const noexcept;
};

struct NodeField {
    std::string_view name;
    Node value;
};

/// Parses the whole of `text`, of at most `max_depth` nested records and lists. Fails with
/// Configuration and the byte at which the text is no node tree.
Result<Node> read_node(std::string_view text, Arena& arena, int max_depth = 2000);

/// Tells whether two trees are equal but for where they stood in the query text.
bool same_expression(const Node& a, const Node& b) noexcept;

}  // namespace fraiseql::lineage
