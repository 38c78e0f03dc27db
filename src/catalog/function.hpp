// SPDX-License-Identifier: MIT
// Functions and procedures of the catalog.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/oid.hpp"
#include "catalog/relation.hpp"

namespace fraiseql::catalog {

/// An argument or result column of a function.
struct Argument {
    enum class Mode : std::uint8_t { In, Out, InOut, Variadic, Table };
    /// Empty where the function gives none.
    std::string name;
    Oid type = 0;
    Mode mode = Mode::In;
    bool has_default = false;

    /// Whether a call passes it.
    bool is_input() const noexcept { return mode != Mode::Out && mode != Mode::Table; }
};

/// A function, procedure, aggregate or window function (pg_proc).
struct Function {
    enum class Kind : std::uint8_t { Function, Procedure, Aggregate, Window };
    enum class Volatility : std::uint8_t { Immutable, Stable, Volatile };

    Oid oid = 0;
    std::string schema;
    std::string name;
    Kind kind = Kind::Function;
    /// All arguments in order. Empty for the functions of pg_catalog.
    std::vector<Argument> arguments;
    Oid return_type = 0;
    bool returns_set = false;
    Volatility volatility = Volatility::Volatile;
    /// Returns null when an argument is null, without being called.
    bool strict = false;
    bool leakproof = false;
    bool security_definer = false;
    /// proconfig: settings in force while it runs.
    std::vector<std::pair<std::string, std::string>> config;
    std::string comment;
    std::string language;
    Role owner;
    /// By its text, it may leave something in its session beyond the transaction: settings, a role,
    /// locks, temporary tables, cursors. What it calls, or puts together and executes, is not seen.
    bool changes_session = false;
    bool from_extension = false;
    /// The current user may call it, and use its schema.
    bool can_execute = false;

    /// Whether it is one of PostgreSQL's own.
    bool is_builtin() const noexcept { return schema == "pg_catalog"; }
    /// Whether its own settings fix the search_path.
    bool sets_search_path() const noexcept;
};

}  // namespace fraiseql::catalog
