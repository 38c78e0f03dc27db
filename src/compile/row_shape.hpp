// SPDX-License-Identifier: MIT
// RowShape: the JSON object that the server writes of the columns of a row.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fraiseql::compile {

/// What the text of a column is as JSON; NULL is null in all of them.
enum class ColumnForm : std::uint8_t {
    /// JSON already.
    Json,
    /// A string.
    Text,
    /// A number, but for what JSON has no number for (NaN, Infinity): that is a string.
    Number,
    /// `t` or `f`.
    Boolean
};

struct RowShape;

/// A member of the object. Its value is one of three: always the same, a column, or an object.
struct RowMember {
    /// `"key":`, with the comma that parts it from the member before.
    std::string key;
    /// The name in it: names of GraphQL need no escapes.
    std::string_view response_key() const noexcept {
        const std::size_t begin = key.find('"') + 1;
        return std::string_view(key).substr(begin, key.size() - begin - 2);
    }
    /// JSON that is always the same; empty where the value is one of the others.
    std::string fixed = {};
    std::uint32_t column = 0;
    ColumnForm form = ColumnForm::Json;
    /// One object, or none.
    std::vector<RowShape> object = {};
};

struct RowShape {
    /// The boolean column that says whether the object is there; nothing: it always is.
    std::optional<std::uint32_t> presence = {};
    std::vector<RowMember> members = {};
};

}  // namespace fraiseql::compile
