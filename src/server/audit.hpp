// SPDX-License-Identifier: MIT
// Audit: what concerns security, one JSON object each, as lines and as rows of the database.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "auth/principal.hpp"
#include "base/result.hpp"
#include "http/message.hpp"

namespace fraiseql::server {

/// What happened; event_name() has the words that stand in the log.
enum class AuditEvent : std::uint8_t {
    Started,
    SettingChanged,
    Registered,
    SignedIn,
    SignInRefused,
    LockedOut,
    SignedOut,
    TokenRefused,
    TokenReused,
    SessionRevoked,
    ResetRequested,
    PasswordReset,
    PasswordChanged,
    AddressVerified,
    OriginRefused,
    AccessRefused,
    AdminRefused,
    RateLimited,
    TooComplex,
    SuspiciousInput,
};

/// Returns `auth.signed_in`, `limit.rate`, …
std::string_view event_name(AuditEvent event) noexcept;

/// An event and whom it is about. What is empty is left out.
struct AuditRecord {
    AuditEvent event = AuditEvent::Started;
    std::string_view user = {};
    std::string_view tenant = {};
    std::string_view address = {};
    std::string_view request_id = {};
    /// The cause in our own words, or a code: never a token, a password or a variable. Longer than
    /// the others, if it must.
    std::string_view detail = {};
};

/// Returns a record of `request`, which must outlive it. `principal` may be nullptr.
AuditRecord about(AuditEvent event, const http::Request& request,
                  const auth::Principal* principal = nullptr, std::string_view detail = {});

/// Returns the record as one line for people, without the line's end.
std::string to_human_line(const AuditRecord& record, std::int64_t milliseconds_since_1970);

/// Returns the record as one line of JSON, without the line's end. Texts are cut at
/// 256 bytes, `detail` at 1024.
std::string to_json_line(const AuditRecord& record, std::int64_t milliseconds_since_1970);

struct AuditSettings {
    /// Lines are appended to it; empty: the standard error.
    std::string file = {};
    /// Lines are for people, in the form of a human log.
    bool human = false;
    /// Where the rows go (`db install audit`); empty: nowhere.
    std::string conninfo = {};
    /// Records that wait to be written; those above that are dropped and counted.
    std::size_t max_waiting = 4096;
};

/// Writes on threads of its own. Thread-safe; nothing that is called here ever waits.
class Audit {
  public:
    /// Fails (Configuration) where the file cannot be opened.
    static Result<std::shared_ptr<Audit>> open(const AuditSettings& settings);
    Audit(const Audit&) = delete;
    Audit& operator=(const Audit&) = delete;
    /// Writes what waits, and gives up on a database that does not answer.
    ~Audit();

    void record(const AuditRecord& record);

    /// Returns how many lines and rows were dropped since the start.
    std::uint64_t dropped() const noexcept;

  private:
    struct Sinks;
    explicit Audit(std::unique_ptr<Sinks> sinks);

    std::unique_ptr<Sinks> sinks_;
};

}  // namespace fraiseql::server
