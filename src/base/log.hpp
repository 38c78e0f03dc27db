// SPDX-License-Identifier: MIT
// Log: what parts of the program say to whoever runs it, whatever form it is written in.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace fraiseql {

enum class LogLevel : std::uint8_t { Debug, Info, Warning, Error };

/// What an entry says besides its message.
struct LogField {
    std::string_view name;
    std::string_view value;
    /// `value` is JSON already, not text.
    bool is_json = false;
};

/// One entry; valid while it is being logged.
struct LogEntry {
    // A message alone is an entry: most parts have no more to say.
    LogEntry(std::string_view text) : message(text) {}
    LogEntry(const std::string& text) : message(text) {}
    LogEntry(const char* text) : message(text) {}
    LogEntry(LogLevel level_, std::string_view text, std::span<const LogField> fields_ = {})
        : level(level_), message(text), fields(fields_) {}
    operator std::string_view() const noexcept { return message; }

    static LogEntry warning(std::string_view text) { return {LogLevel::Warning, text}; }
    static LogEntry error(std::string_view text) { return {LogLevel::Error, text}; }

    LogLevel level = LogLevel::Info;
    std::string_view message;
    std::span<const LogField> fields = {};
};

/// Called on any thread.
using Log = std::function<void(const LogEntry&)>;

}  // namespace fraiseql
