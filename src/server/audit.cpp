// SPDX-License-Identifier: MIT
#include "server/audit.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <optional>

#include "json/writer.hpp"
#include "pg/session.hpp"
#include "server/line_queue.hpp"
#include "server/log_writer.hpp"

namespace fraiseql::server {
namespace {

constexpr std::size_t kMaxText = 256;
constexpr std::size_t kMaxDetail = 1024;
constexpr int kConnectSeconds = 5;

// In the order of the enumeration.
constexpr std::array<std::string_view, 20> kNames = {
    "config.started",        "config.changed",        "auth.registered",
    "auth.signed_in",        "auth.sign_in_refused",  "auth.locked_out",
    "auth.signed_out",       "auth.token_refused",    "auth.token_reused",
    "auth.session_revoked",  "auth.reset_requested",  "auth.password_reset",
    "auth.password_changed", "auth.address_verified", "auth.origin_refused",
    "access.refused",        "access.admin_refused",  "limit.rate",
    "limit.complexity",      "input.suspicious"};

void add_member(std::string& out, std::string_view name, std::string_view text,
                std::size_t most = kMaxText) {
    if (text.empty()) return;
    std::size_t size = std::min(text.size(), most);
    // Not within a character.
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80U)
        --size;
    out += fmt::format(R"(,"{}":)", name);
    json::write_string(out, text.substr(0, size));
}

std::int64_t milliseconds_now() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

/// Puts lines into audit.tb_event, over a connection that is made when it is needed.
class RowWriter {
  public:
    explicit RowWriter(std::string conninfo) : conninfo_(std::move(conninfo)) {}

    bool operator()(const std::vector<std::string>& lines) {
        if (!session_) {
            auto opened = pg::Session::open(conninfo_, kConnectSeconds);
            if (!opened) return false;
            session_ = std::make_shared<pg::Session>(std::move(*opened));
        }
        const std::string all = fmt::format("[{}]", fmt::join(lines, ","));
        const bool written = session_->query("SELECT audit.record($1)", {all}).has_value();
        if (!written) session_.reset();
        return written;
    }

  private:
    std::string conninfo_;
    std::shared_ptr<pg::Session> session_;
};

LineQueue::Write write_to(std::shared_ptr<std::FILE> file) {
    return [file = std::move(file)](const std::vector<std::string>& lines) {
        for (const std::string& line : lines)
            fmt::print(file.get(), "{}\n", line);
        return std::fflush(file.get()) == 0;
    };
}

}  // namespace

struct Audit::Sinks {
    LineQueue lines;
    std::optional<LineQueue> rows = {};
    bool human;

    Sinks(LineQueue::Write write, const AuditSettings& settings)
        : lines(std::move(write), settings.max_waiting), human(settings.human) {}
};

std::string_view event_name(AuditEvent event) noexcept {
    return kNames[static_cast<std::size_t>(event)];
}

AuditRecord about(AuditEvent event, const http::Request& request, const auth::Principal* principal,
                  std::string_view detail) {
    AuditRecord out{.event = event,
                    .address = request.client_name(),
                    .request_id = request.id(),
                    .detail = detail};
    if (principal != nullptr) {
        out.user = principal->subject;
        out.tenant = principal->tenant;
    }
    return out;
}

std::string to_json_line(const AuditRecord& record, std::int64_t milliseconds_since_1970) {
    const std::chrono::sys_seconds second(std::chrono::seconds{milliseconds_since_1970 / 1000});
    std::string out = fmt::format(R"({{"time":"{:%Y-%m-%dT%H:%M:%S}.{:03}Z","event":"{}")", second,
                                  milliseconds_since_1970 % 1000, event_name(record.event));
    add_member(out, "request_id", record.request_id);
    add_member(out, "address", record.address);
    add_member(out, "user", record.user);
    add_member(out, "tenant", record.tenant);
    add_member(out, "detail", record.detail, kMaxDetail);
    out += '}';
    return out;
}

std::string to_human_line(const AuditRecord& record, std::int64_t milliseconds_since_1970) {
    const std::chrono::system_clock::time_point time{
        std::chrono::milliseconds(milliseconds_since_1970)};
    std::vector<LogField> fields;
    const auto add = [&fields](std::string_view name, std::string_view text, std::size_t most) {
        if (!text.empty()) fields.push_back({name, text.substr(0, most)});
    };
    add("request_id", record.request_id, kMaxText);
    add("address", record.address, kMaxText);
    add("user", record.user, kMaxText);
    add("tenant", record.tenant, kMaxText);
    add("detail", record.detail, kMaxDetail);
    return to_line({LogLevel::Info, event_name(record.event), fields}, LogFormat::Human, time);
}

Result<std::shared_ptr<Audit>> Audit::open(const AuditSettings& settings) {
    std::shared_ptr<std::FILE> file(stderr, [](std::FILE*) {});
    if (!settings.file.empty()) {
        std::FILE* opened = std::fopen(settings.file.c_str(), "ae");
        if (opened == nullptr)
            return fail(ErrorCode::Configuration,
                        fmt::format("--audit-log: {} cannot be written: {}.", settings.file,
                                    std::strerror(errno)),
                        "Name a file in a folder that the server may write to.");
        file = std::shared_ptr<std::FILE>(opened, [](std::FILE* each) { std::fclose(each); });
    }
    auto sinks = std::make_unique<Sinks>(write_to(std::move(file)), settings);
    if (!settings.conninfo.empty())
        sinks->rows.emplace(RowWriter(settings.conninfo), settings.max_waiting);
    return std::shared_ptr<Audit>(new Audit(std::move(sinks)));
}

Audit::Audit(std::unique_ptr<Sinks> sinks) : sinks_(std::move(sinks)) {}

Audit::~Audit() = default;

void Audit::record(const AuditRecord& record) {
    const std::int64_t now = milliseconds_now();
    if (sinks_->rows) sinks_->rows->add(to_json_line(record, now));
    sinks_->lines.add(sinks_->human ? to_human_line(record, now) : to_json_line(record, now));
}

std::uint64_t Audit::dropped() const noexcept {
    return sinks_->lines.dropped() + (sinks_->rows ? sinks_->rows->dropped() : 0);
}

}  // namespace fraiseql::server
