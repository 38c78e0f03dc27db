// SPDX-License-Identifier: MIT
// From coerced values to the text form of parameters (PostgreSQL §8.15.2 for arrays).
#include "compile/compile.hpp"
#include "json/writer.hpp"

namespace fraiseql::compile {
namespace {

using json::Value;

std::string as_json(const Value& value) {
    std::string out;
    json::write(out, value);
    return out;
}

std::string as_text(const Value& value) {
    switch (value.kind) {
        case Value::Kind::True: return "true";
        case Value::Kind::False: return "false";
        case Value::Kind::String:
        case Value::Kind::Number: return std::string(value.text);
        default: return as_json(value);
    }
}

void append_quoted(std::string& out, std::string_view text) {
    out += '"';
    for (char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

/// Writes an array literal; nested lists become further dimensions unless items are documents.
void append_array(std::string& out, const Value& list, bool documents) {
    char separator = '{';
    for (const Value& item : list.items) {
        out += separator;
        separator = ',';
        if (item.is_null())
            out += "NULL";
        else if (item.is_array() && !documents)
            append_array(out, item, documents);
        else
            append_quoted(out, documents ? as_json(item) : as_text(item));
    }
    out += list.items.empty() ? "{}" : "}";
}

}  // namespace

std::optional<std::string> bind(const Parameter& parameter, std::span<const Value> arguments) {
    const Value* value = arguments[parameter.root].find(parameter.argument);
    if (value == nullptr || value->is_null()) return std::nullopt;
    switch (parameter.form) {
        case Parameter::Form::Json: return as_json(*value);
        case Parameter::Form::Text: return as_text(*value);
        case Parameter::Form::TextArray:
        case Parameter::Form::JsonArray: break;
    }
    std::string out;
    append_array(out, *value, parameter.form == Parameter::Form::JsonArray);
    return out;
}

}  // namespace fraiseql::compile
