// SPDX-License-Identifier: MIT
#include "json/writer.hpp"

namespace fraiseql::json {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

void write_escape(std::string& out, char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        case '\b':
            out += "\\b";
            return;
        case '\f':
            out += "\\f";
            return;
        default:
            break;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += "\\u00";
    out += kHex[byte >> 4U];
    out += kHex[byte & 15U];
}

}  // namespace

void write_string(std::string& out, std::string_view text) {
    out += '"';
    std::size_t start = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
        out.append(text, start, i - start);
        write_escape(out, text[i]);
        start = i + 1;
    }
    out.append(text, start);
    out += '"';
}

void write(std::string& out, const Value& value) {
    switch (value.kind) {
        case Value::Kind::Null:
            out += "null";
            return;
        case Value::Kind::False:
            out += "false";
            return;
        case Value::Kind::True:
            out += "true";
            return;
        case Value::Kind::Number:
            out += value.text;
            return;
        case Value::Kind::String:
            write_string(out, value.text);
            return;
        case Value::Kind::Array: {
            char separator = '[';
            for (const Value& item : value.items) {
                out += separator;
                write(out, item);
                separator = ',';
            }
            out += value.items.empty() ? "[]" : "]";
            return;
        }
        case Value::Kind::Object: {
            char separator = '{';
            for (const Member& member : value.members) {
                out += separator;
                write_string(out, member.name);
                out += ':';
                write(out, member.value);
                separator = ',';
            }
            out += value.members.empty() ? "{}" : "}";
            return;
        }
    }
}

}  // namespace fraiseql::json
