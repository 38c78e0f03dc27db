// SPDX-License-Identifier: MIT
// ObjectWriter: appends JSON objects, member by member, and lists to a buffer.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "json/writer.hpp"

namespace fraiseql::json {

/// Opens an object; it is closed when the writer goes. Names are the caller's to keep apart.
class ObjectWriter {
  public:
    explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }
    ObjectWriter(const ObjectWriter&) = delete;
    ObjectWriter& operator=(const ObjectWriter&) = delete;
    ~ObjectWriter() { out_ += '}'; }

    void text(std::string_view name, std::string_view value) { write_string(begin(name), value); }
    /// What is empty says nothing, and is left out.
    void text_if_any(std::string_view name, std::string_view value) {
        if (!value.empty()) text(name, value);
    }
    void boolean(std::string_view name, bool value) { begin(name) += value ? "true" : "false"; }

    /// JSON has no number for what is not finite: that is null.
    template <class Number>
    void number(std::string_view name, Number value) {
        static_assert(std::is_arithmetic_v<Number> && !std::is_same_v<Number, bool>);
        if constexpr (std::is_floating_point_v<Number>)
            real(begin(name), value);
        else
            begin(name) += std::to_string(value);
    }

    /// A value that is JSON already.
    void json(std::string_view name, std::string_view value) { begin(name) += value; }

    /// Appends the member's name, and returns the buffer for its value.
    std::string& begin(std::string_view name) {
        if (!std::exchange(first_, false)) out_ += ',';
        write_string(out_, name);
        out_ += ':';
        return out_;
    }

  private:
    static void real(std::string& out, double value);

    std::string& out_;
    bool first_ = true;
};

/// Appends a list; `write` appends one of `items`.
template <class Items, class Write>
void write_list(std::string& out, const Items& items, const Write& write) {
    out += '[';
    bool first = true;
    for (const auto& item : items) {
        if (!std::exchange(first, false)) out += ',';
        write(item);
    }
    out += ']';
}

/// Appends a list of objects; `write` gives one of `items` its members.
template <class Items, class Write>
void write_objects(std::string& out, const Items& items, const Write& write) {
    write_list(out, items, [&](const auto& item) {
        ObjectWriter object(out);
        write(object, item);
    });
}

/// Appends a list of strings.
inline void write_texts(std::string& out, const std::vector<std::string>& texts) {
    write_list(out, texts, [&](const std::string& text) { write_string(out, text); });
}

}  // namespace fraiseql::json
