// SPDX-License-Identifier: MIT
// A parsed JSON document (RFC 8259): immutable, in an arena, numbers kept as they were written.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/arena.hpp"
#include "base/result.hpp"

namespace fraiseql::json {

struct Member;

/// One JSON value. Views point into the arena or the bytes that were parsed: both must outlive it.
struct Value {
    enum class Kind : std::uint8_t { Null, False, True, Number, String, Array, Object };

    Kind kind = Kind::Null;
    /// Number: its text as written. String: its decoded UTF-8. Otherwise empty.
    std::string_view text = {};
    std::span<const Value> items = {};
    std::span<const Member> members = {};

    bool is_null() const noexcept { return kind == Kind::Null; }
    bool is_bool() const noexcept { return kind == Kind::True || kind == Kind::False; }
    bool is_string() const noexcept { return kind == Kind::String; }
    bool is_number() const noexcept { return kind == Kind::Number; }
    bool is_array() const noexcept { return kind == Kind::Array; }
    bool is_object() const noexcept { return kind == Kind::Object; }

    /// Returns the member called `name`, or nullptr.
    const Value* find(std::string_view name) const noexcept;
};

struct Member {
    std::string_view name;
    Value value;
};

/// Parses the whole of `text` as one JSON document of at most `max_depth` levels.
/// Refuses invalid UTF-8, duplicate member names, trailing text and lone surrogates: every error is
/// a BadRequest that says what is wrong and at which byte. `text` need not be padded.
Result<Value> read(std::string_view text, Arena& arena, int max_depth = 64);

/// Names the kind for a message: "a string", "an object", …
std::string_view describe(Value::Kind kind) noexcept;

}  // namespace fraiseql::json
