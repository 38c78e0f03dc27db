// SPDX-License-Identifier: MIT
// ObjectWriter: appends one JSON object to a buffer, member by member.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

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

}  // namespace fraiseql::json
