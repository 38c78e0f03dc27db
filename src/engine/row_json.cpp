// SPDX-License-Identifier: MIT
#include "engine/row_json.hpp"

#include <array>

#include "json/parts.hpp"
#include "json/writer.hpp"

namespace fraiseql::engine {
namespace {

using compile::Column;
using compile::ColumnForm;
using compile::DocumentShape;
using compile::DocumentValue;
using compile::RowObject;
using compile::RowShape;
using compile::RowValue;

/// What is no JSON number begins with a letter, after its sign: NaN, -Infinity.
bool is_number(std::string_view text) {
    const std::size_t first = text.starts_with('-') ? 1 : 0;
    return text.size() > first && text[first] >= '0' && text[first] <= '9';
}

/// The values that one object was asked for; most objects have few.
class Values {
  public:
    Values(std::string_view object, const std::vector<std::string>& names) {
        if (names.size() > few_.size()) many_.resize(names.size());
        const std::span<std::string_view> all =
            many_.empty() ? std::span(few_).first(names.size()) : std::span(many_);
        json::find_members(object, names, all);
    }

    std::string_view operator[](std::size_t i) const { return many_.empty() ? few_[i] : many_[i]; }

  private:
    std::array<std::string_view, 16> few_ = {};
    std::vector<std::string_view> many_ = {};
};

void write_document(std::string& out, std::string_view object, const DocumentShape& shape);

void write_object(std::string& out, std::string_view text, const DocumentValue& value) {
    if (text.starts_with('{') || value.always)
        write_document(out, text, value.shape.front());
    else
        out += "null";
}

void write_list(std::string& out, std::string_view text, const DocumentValue& value) {
    if (!text.starts_with('[')) {
        out += "null";
        return;
    }
    text.remove_prefix(1);
    char separator = '[';
    for (std::string_view item = json::next_element(text); !item.empty();
         item = json::next_element(text)) {
        out += separator;
        write_object(out, item, value);
        separator = ',';
    }
    out += separator == '[' ? "[]" : "]";
}

void write_value(std::string& out, std::string_view text, const DocumentValue& value) {
    switch (value.form) {
        case DocumentValue::Form::Object:
            return write_object(out, text, value);
        case DocumentValue::Form::Objects:
            return write_list(out, text, value);
        case DocumentValue::Form::Text:
            // What jsonb writes as a string is one already.
            if (!text.empty() && text != "null" && !text.starts_with('"'))
                return json::write_string(out, text);
            break;
        case DocumentValue::Form::Whole:
            break;
    }
    out += text.empty() ? "null" : text;
}

void write_document(std::string& out, std::string_view object, const DocumentShape& shape) {
    const Values values(object, shape.names);
    out += '{';
    for (const auto& member : shape.members) {
        out += member.key;
        if (const auto* value = std::get_if<DocumentValue>(&member.value))
            write_value(out, values[value->name], *value);
        else
            out += std::get<std::string>(member.value);
    }
    out += '}';
}

/// One row of a result.
struct Row {
    const pg::Rows& rows;
    std::size_t number;

    std::string_view text(std::uint32_t column) const { return rows.get(number, column); }

    void write(std::string& out, const Column& column) const {
        if (rows.is_null(number, column.index)) {
            out += "null";
            return;
        }
        const std::string_view value = text(column.index);
        const bool as_it_is = column.form == ColumnForm::Json ||
                              (column.form == ColumnForm::Number && is_number(value));
        if (column.form == ColumnForm::Boolean)
            out += value == "t" ? "true" : "false";
        else if (as_it_is)
            out += value;
        else
            json::write_string(out, value);
    }

    void write(std::string& out, const RowShape& shape) const {
        if (shape.presence && text(*shape.presence) != "t") {
            out += "null";
            return;
        }
        const Values values(shape.names.empty() ? std::string_view() : text(shape.document),
                            shape.names);
        out += '{';
        for (const auto& member : shape.members) {
            out += member.key;
            const auto* value = std::get_if<RowValue>(&member.value);
            if (value == nullptr)
                out += std::get<std::string>(member.value);
            else if (const auto* column = std::get_if<Column>(value))
                write(out, *column);
            else if (const auto* part = std::get_if<DocumentValue>(value))
                write_value(out, values[part->name], *part);
            else
                write(out, std::get<RowObject>(*value).front());
        }
        out += '}';
    }
};

}  // namespace

void write_rows(std::string& out, const pg::Rows& rows, const compile::RowsSlot& slot) {
    const std::size_t count = rows.row_count();
    if (!slot.list) {
        if (count == 0)
            out += "null";
        else
            Row{rows, 0}.write(out, slot.object);
        return;
    }
    // Keys and quotes take about as much as values do.
    out.reserve(out.size() + 2 * rows.size());
    out += '[';
    for (std::size_t i = 0; i < count; ++i) {
        if (i > 0) out += ',';
        Row{rows, i}.write(out, slot.object);
    }
    out += ']';
}

}  // namespace fraiseql::engine
