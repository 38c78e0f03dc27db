// SPDX-License-Identifier: MIT
// Typed access to the members of one JSON object of a snapshot, remembering the first that is
// wrong.
#pragma once

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "json/value.hpp"

namespace fraiseql::catalog {

/// Where the reading of a snapshot went wrong first; empty while all is well.
struct SnapshotFault {
    std::string message;

    void note(std::string text) {
        if (message.empty()) message = std::move(text);
    }
};

/// Reads members of `record`. A missing or mistyped member is noted in `fault`, and reads as the
/// empty value, so that the caller checks once at the end. JSON null reads as empty, too.
class RecordReader {
  public:
    RecordReader(const json::Value& record, std::string_view what, SnapshotFault& fault)
        : record_(record), what_(what), fault_(fault) {
        if (!record.is_object()) fault.note(fmt::format("a {} is not an object", what));
    }

    std::string text(std::string_view name) const {
        const json::Value& value = member(name);
        if (!value.is_null() && !value.is_string()) complain(name, value, "a string");
        return std::string(value.is_string() ? value.text : std::string_view{});
    }

    /// Returns the first character of a text, or `otherwise` where it is empty.
    char letter(std::string_view name, char otherwise = '\0') const {
        std::string word = text(name);
        return word.empty() ? otherwise : word.front();
    }

    bool flag(std::string_view name) const {
        const json::Value& value = member(name);
        if (!value.is_null() && !value.is_bool()) complain(name, value, "true or false");
        return value.kind == json::Value::Kind::True;
    }

    template <class Number>
    Number number(std::string_view name) const {
        const json::Value& value = member(name);
        if (value.is_null()) return Number{};
        return number_of<Number>(name, value);
    }

    template <class Number>
    std::vector<Number> numbers(std::string_view name) const {
        std::vector<Number> out;
        for (const json::Value& item : items(name))
            out.push_back(number_of<Number>(name, item));
        return out;
    }

    std::vector<std::string> texts(std::string_view name) const {
        std::vector<std::string> out;
        for (const json::Value& item : items(name)) {
            if (!item.is_string()) complain(name, item, "a string");
            out.emplace_back(item.text);
        }
        return out;
    }

    std::span<const json::Value> items(std::string_view name) const {
        const json::Value& value = member(name);
        if (!value.is_null() && !value.is_array()) complain(name, value, "an array");
        return value.items;
    }

    const json::Value& member(std::string_view name) const {
        static const json::Value none;
        const json::Value* value = record_.find(name);
        if (value != nullptr) return *value;
        fault_.note(fmt::format("a {} has no \"{}\"", what_, name));
        return none;
    }

    SnapshotFault& fault() const noexcept { return fault_; }

  private:
    template <class Number>
    Number number_of(std::string_view name, const json::Value& value) const {
        Number out{};
        const char* end = value.text.data() + value.text.size();
        auto parsed = std::from_chars(value.text.data(), end, out);
        if (!value.is_number() || parsed.ec != std::errc{} || parsed.ptr != end) {
            complain(name, value, "a number in range");
        }
        return out;
    }

    void complain(std::string_view name, const json::Value& value, std::string_view wanted) const {
        fault_.note(fmt::format("\"{}\" of a {} is {}, not {}", name, what_,
                                json::describe(value.kind), wanted));
    }

    const json::Value& record_;
    std::string_view what_;
    SnapshotFault& fault_;
};

}  // namespace fraiseql::catalog
