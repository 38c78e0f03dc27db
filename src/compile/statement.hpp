// SPDX-License-Identifier: MIT
// Statement: SQL with numbered parameters, and how its rows become a part of the response.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "compile/row_shape.hpp"

namespace fraiseql::compile {

/// Where the value of a parameter is found at run time: an argument of a field.
struct Parameter {
    /// How an argument's value becomes the text that PostgreSQL reads.
    enum class Form : std::uint8_t {
        /// Scalars as their text.
        Text,
        /// Any value as JSON text.
        Json,
        /// A list as an array literal of texts, or of JSON texts.
        TextArray,
        JsonArray,
        /// Text as a LIKE pattern for what contains it, begins or ends with it; its own wildcards
        /// are escaped.
        Contains,
        Prefix,
        Suffix
    };

    /// Index into the arguments of a request, see Plan::argument_count.
    std::uint32_t arguments = 0;
    /// Argument, then keys and indexes inside its value.
    Path path;
    Form form = Form::Text;
    /// The SQL type that it is cast to, for `explain`.
    std::string type;
};

/// SQL for one call; parameters[i] is `$i+1`.
struct Statement {
    std::string sql;
    std::vector<Parameter> parameters = {};
    /// Columns of its rows.
    std::uint32_t columns = 1;
};

/// A value of a result: the one row's column of the unit's n-th statement; no row or NULL is null.
struct Slot {
    std::uint32_t statement = 0;
    std::uint32_t column = 0;
};

/// The rows of the unit's n-th statement as JSON: a list of objects, or the one object; no row is
/// null.
struct RowsSlot {
    std::uint32_t statement = 0;
    bool list = false;
    RowShape object = {};
};

/// The answer of an introspection field, made from the schema at run time.
struct IntrospectionSlot {
    std::uint32_t root = 0;
};

/// What code of the application answers.
struct ResolverSlot {
    std::uint32_t root = 0;
};

/// Bytes that are always the same, or a value to put between them.
using Piece = std::variant<std::string, Slot, RowsSlot, IntrospectionSlot, ResolverSlot>;

/// What the pieces of a unit are: members of `data`, all of `data`, or the whole response.
enum class Frame : std::uint8_t { Members, Data, Response };

/// Statements that run as one transaction, and the members of `data` that they yield. A query is
/// one unit; of a mutation, each root field is one.
struct Unit {
    std::vector<Statement> statements = {};
    /// `"key":value` members, joined with commas.
    std::vector<Piece> pieces = {};
    Frame frame = Frame::Members;
    /// The first statement must have a row, and that a value.
    bool not_null = false;
    bool read_only = true;
    /// A function's result may say that it failed where nobody can see that: then this column has
    /// the message, and the next one the code. Otherwise it is NULL.
    std::optional<Slot> failure = {};
    /// The roots that it answers: [first_root, first_root + root_count).
    std::uint32_t first_root = 0;
    std::uint32_t root_count = 0;
};

}  // namespace fraiseql::compile
