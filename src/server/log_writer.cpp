// SPDX-License-Identifier: MIT
#include "server/log_writer.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <cstdio>

#include "json/writer.hpp"
#include "server/line_queue.hpp"

namespace fraiseql::server {
namespace {

constexpr std::size_t kMaxWaiting = 8192;
constexpr std::array<std::string_view, 4> kLevels = {"debug", "info", "warning", "error"};

void add_human(std::string& out, std::string_view text) {
    for (const char c : text) {
        const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
        if (c == '\n')
            out += "\n    ";
        else
            out += control && c != '\t' ? '?' : c;
    }
}

void add_json(std::string& out, const LogField& field) {
    out += ',';
    json::write_string(out, field.name);
    out += ':';
    if (field.is_json)
        out += field.value;
    else
        json::write_string(out, field.value);
}

bool write_lines(const std::vector<std::string>& lines) {
    std::string all;
    for (const std::string& line : lines)
        all += line + '\n';
    std::fwrite(all.data(), 1, all.size(), stderr);
    return std::fflush(stderr) == 0;
}

}  // namespace

std::string to_line(const LogEntry& entry, LogFormat format,
                    std::chrono::system_clock::time_point time) {
    const auto second = std::chrono::floor<std::chrono::seconds>(time);
    const auto rest = std::chrono::floor<std::chrono::milliseconds>(time - second);
    const std::string at = fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", second, rest.count());
    if (format == LogFormat::Json) {
        std::string out = fmt::format(R"({{"time":"{}","level":"{}","message":)", at,
                                      kLevels.at(static_cast<std::size_t>(entry.level)));
        json::write_string(out, entry.message);
        for (const LogField& field : entry.fields)
            add_json(out, field);
        return out + '}';
    }
    std::string out = at + ' ';
    add_human(out, entry.message);
    for (const LogField& field : entry.fields) {
        out += fmt::format(" {}=", field.name);
        add_human(out, field.value);
    }
    return out;
}

LogWriter::LogWriter(LogFormat format, LogLevel level)
    : format_(format),
      level_(level),
      lines_(std::make_unique<LineQueue>(write_lines, kMaxWaiting)) {}

LogWriter::~LogWriter() = default;

void LogWriter::write(const LogEntry& entry) {
    if (!takes(entry.level)) return;
    lines_->add(to_line(entry, format_, std::chrono::system_clock::now()));
}

std::uint64_t LogWriter::dropped() const noexcept { return lines_->dropped(); }

Log log_to(std::shared_ptr<LogWriter> writer) {
    return [writer = std::move(writer)](const LogEntry& entry) { writer->write(entry); };
}

}  // namespace fraiseql::server
