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

void append_quoted(std::string& out, std::string_view text) {
    out += '"';
    for (char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

std::string as_text(const Value& value);

/// hstore is the one type besides JSON and composites that shows as an object (F.18): its text.
std::string as_hstore(const Value& object) {
    std::string out;
    for (const json::Member& member : object.members) {
        if (!out.empty()) out += ", ";
        append_quoted(out, member.name);
        out += "=>";
        if (member.value.is_null())
            out += "NULL";
        else
            append_quoted(out, as_text(member.value));
    }
    return out;
}

std::string as_text(const Value& value) {
    switch (value.kind) {
        case Value::Kind::True:
            return "true";
        case Value::Kind::False:
            return "false";
        case Value::Kind::String:
        case Value::Kind::Number:
            return std::string(value.text);
        case Value::Kind::Object:
            return as_hstore(value);
        default:
            return as_json(value);
    }
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

const Value* value_at(const Value& arguments, const Path& path) {
    const Value* value = &arguments;
    for (const PathSegment& segment : path) {
        if (const auto* name = std::get_if<std::string>(&segment)) {
            value = value->find(*name);
        } else {
            const std::uint32_t index = std::get<std::uint32_t>(segment);
            // A single value stands for a list of one (GraphQL §3.11), which coercion has made.
            value = index < value->items.size() ? &value->items[index] : nullptr;
        }
        if (value == nullptr) return nullptr;
    }
    return value;
}

/// Escapes what LIKE would read as a wildcard (PostgreSQL §9.7.1).
std::string like_pattern(std::string_view text, Parameter::Form form) {
    std::string out = form == Parameter::Form::Prefix ? "" : "%";
    for (char c : text) {
        if (c == '%' || c == '_' || c == '\\') out += '\\';
        out += c;
    }
    return form == Parameter::Form::Suffix ? out : out + '%';
}

}  // namespace

std::optional<std::string> bind(const Parameter& parameter, std::span<const Value> arguments) {
    const Value* value = value_at(arguments[parameter.arguments], parameter.path);
    if (value == nullptr || value->is_null()) return std::nullopt;
    std::string array;
    switch (parameter.form) {
        case Parameter::Form::Json:
            return as_json(*value);
        case Parameter::Form::Text:
            return as_text(*value);
        case Parameter::Form::Contains:
        case Parameter::Form::Prefix:
        case Parameter::Form::Suffix:
            return like_pattern(value->text, parameter.form);
        case Parameter::Form::TextArray:
            append_array(array, *value, false);
            break;
        case Parameter::Form::JsonArray:
            append_array(array, *value, true);
            break;
    }
    return array;
}

}  // namespace fraiseql::compile
