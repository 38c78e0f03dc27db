// SPDX-License-Identifier: MIT
// Expression: taking apart the SQL expressions that PostgreSQL prints in a plan.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fraiseql::explain {

/// Reads PostgreSQL's own output only: everything binary stands in parentheses there, and types
/// are written out. What it does not recognize it leaves alone.

/// Returns the index after the token that begins at `at`: a literal, a quoted or plain name, a
/// number, a run of operator characters, or one other character.
std::size_t token_end(std::string_view text, std::size_t at);

/// Returns the index of the bracket that closes the one at `at`; text.size() where none does.
std::size_t closing(std::string_view text, std::size_t at);

/// Returns the text without white space and parentheses around the whole of it.
std::string_view bare(std::string_view text);

/// Splits at the commas that stand in no bracket.
std::vector<std::string_view> arguments_of(std::string_view text);

/// Returns the conditions that AND joins; the text itself where there is no AND.
std::vector<std::string_view> conjuncts(std::string_view condition);

/// `left op right`, the operator as PostgreSQL writes it: `=`, `~~*`, `@>`, …
struct Comparison {
    std::string_view left;
    std::string_view op;
    std::string_view right;
};

/// Returns the parts of a comparison; nothing where the condition is none, or is negated.
std::optional<Comparison> comparison(std::string_view condition);

/// Returns the type of `'…'::type` or of an array of them; empty where nothing says it.
std::string_view constant_type(std::string_view operand);

/// Whether the text is made of constants alone: no column, no function, no sub-plan.
bool is_constant(std::string_view text);

/// Returns the name without its quotes.
std::string unquoted(std::string_view name);

/// An expression over columns of one relation.
struct Indexable {
    /// As an index would name it: `title`, `(data ->> 'name'::text)`.
    std::string sql;
    /// It is a column, with no more than a cast that changes nothing.
    bool column = false;
};

/// Returns what an index of the relation called `alias` would be on; nothing where the expression
/// has other columns, none at all, sub-plans, or is not known to be immutable.
std::optional<Indexable> indexable(std::string_view expression, std::string_view alias);

}  // namespace fraiseql::explain
