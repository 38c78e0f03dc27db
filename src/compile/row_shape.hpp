// SPDX-License-Identifier: MIT
// RowShape: the JSON object that the server writes of the columns of a row.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
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

struct Column {
    std::uint32_t index = 0;
    ColumnForm form = ColumnForm::Json;
};

struct DocumentShape;

/// A value of a document, of which a part may be wanted.
struct DocumentValue {
    enum class Form : std::uint8_t {
        /// As it stands there.
        Whole,
        /// A string of what stands there: `->>`.
        Text,
        Object,
        /// A list of objects.
        Objects
    };
    /// Index into the names of the document or object around it.
    std::uint32_t name = 0;
    Form form = Form::Whole;
    /// An object that is there whatever stands there: its members are null then.
    bool always = false;
    /// Object and Objects: one; what is wanted of them. It is incomplete here: an initializer would
    /// need it.
    std::vector<DocumentShape> shape;
};

/// A member of an object, whose value is `Value` or always the same JSON.
template <class Value>
struct ShapeMember {
    /// `"key":`, with the comma that parts it from the member before.
    std::string key;
    std::variant<std::string, Value> value = {};

    /// The name in `key`: names of GraphQL need no escapes.
    std::string_view response_key() const noexcept {
        const std::size_t begin = key.find('"') + 1;
        return std::string_view(key).substr(begin, key.size() - begin - 2);
    }
};

/// An object that is made of an object of a document.
struct DocumentShape {
    /// The keys that are looked for, as JSON strings.
    std::vector<std::string> names = {};
    std::vector<ShapeMember<DocumentValue>> members = {};
};

struct RowShape;

/// An object whose members stand in the row. Holds exactly one; RowShape is incomplete here.
using RowObject = std::vector<RowShape>;

using RowValue = std::variant<Column, DocumentValue, RowObject>;

struct RowShape {
    /// The boolean column that says whether the object is there; nothing: it always is.
    std::optional<std::uint32_t> presence = {};
    /// The column with the document that DocumentValues are taken from, and the keys of these, as
    /// JSON strings.
    std::uint32_t document = 0;
    std::vector<std::string> names = {};
    std::vector<ShapeMember<RowValue>> members = {};
};

/// Returns the bytes that `shape` takes besides itself.
std::size_t weight(const RowShape& shape);

/// Appends all of `shape` to `out`, so that different ones give different texts.
void describe(std::string& out, const RowShape& shape);

}  // namespace fraiseql::compile
