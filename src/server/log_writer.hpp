// SPDX-License-Identifier: MIT
// LogWriter: entries of the log as lines on the standard error, for people or for programs.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/log.hpp"

namespace fraiseql::server {

class LineQueue;

enum class LogFormat : std::uint8_t { Human, Json };

/// Returns an entry as one line without its end. Human: time, message, fields; further lines of a
/// message are indented, so that none can pass for an entry. Json: one object.
std::string to_line(const LogEntry& entry, LogFormat format,
                    std::chrono::system_clock::time_point time);

/// Thread-safe. Has a thread that writes: whoever logs never waits.
class LogWriter {
  public:
    /// Entries below `level` are dropped.
    LogWriter(LogFormat format, LogLevel level);
    LogWriter(const LogWriter&) = delete;
    LogWriter& operator=(const LogWriter&) = delete;
    /// Writes what waits.
    ~LogWriter();

    void write(const LogEntry& entry);

    /// Returns how many lines found no room among those that wait.
    std::uint64_t dropped() const noexcept;

    /// From now on entries are written so, and those below `level` are dropped.
    void use(LogFormat format, LogLevel level) noexcept {
        format_ = format;
        level_ = level;
    }
    LogFormat format() const noexcept { return format_; }
    bool takes(LogLevel level) const noexcept { return level >= level_; }

  private:
    std::atomic<LogFormat> format_;
    std::atomic<LogLevel> level_;
    std::unique_ptr<LineQueue> lines_;
};

/// Returns a log that writes to `writer`, and keeps it.
Log log_to(std::shared_ptr<LogWriter> writer);

}  // namespace fraiseql::server
