// SPDX-License-Identifier: MIT
// The one error type of all layers, and the table of codes behind it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace fraiseql {

enum class ErrorCode : std::uint8_t {
#define X(enumerator, wire, status, meaning) enumerator,
#include "base/error_codes.def"
#undef X
};

/// One row of the table of codes; `wire` is what a client sees in `extensions.code`.
struct ErrorCodeInfo {
    ErrorCode code;
    std::string_view wire;
    int http_status;
    std::string_view meaning;
};

/// Returns the row of `code`; never fails, since the table has a row for every enumerator.
const ErrorCodeInfo& info(ErrorCode code) noexcept;

/// Returns all rows in the order of the table, for the documentation and its test.
const std::vector<ErrorCodeInfo>& error_codes();

/// A place in a GraphQL document: line and column both start at 1 (GraphQL §7.1.2).
struct Location {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
    bool operator==(const Location&) const = default;
};

/// A step of a response path: a response key, or an index into a list.
using PathSegment = std::variant<std::string, std::uint32_t>;
using Path = std::vector<PathSegment>;

/// What went wrong, where, and what to do about it. A value; never thrown by our own code.
struct Error {
    ErrorCode code = ErrorCode::InternalServerError;
    std::string message;
    /// What the reader can do; shown to clients as `extensions.hint`. May be empty.
    std::string hint = {};
    std::vector<Location> locations = {};
    Path path = {};
    /// The argument, and the member inside it, that is at fault; shown as `extensions.input`.
    Path input = {};
    /// Further members of `extensions`, all strings: `sqlstate`, `constraint`, `reference`, …
    std::vector<std::pair<std::string, std::string>> extensions = {};
    /// A code of the application's own, which clients see in place of `code`.
    std::string own_code = {};
};

/// Renders "message (hint)" for a terminal or a log.
std::string to_string(const Error& error);

}  // namespace fraiseql
