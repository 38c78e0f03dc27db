// SPDX-License-Identifier: MIT
#include "server/suspicions.hpp"

#include <fmt/format.h>

#include <utility>

namespace fraiseql::server {

namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kPerSecond = 10;
constexpr int kTooSlow = 408;

}  // namespace

bool Suspicions::admit(Clock::time_point now, std::uint64_t* left_out) {
    if (now - second_ >= 1s) {
        second_ = now;
        in_second_ = 0;
    }
    if (in_second_ == kPerSecond) {
        ++left_out_;
        return false;
    }
    ++in_second_;
    *left_out = std::exchange(left_out_, 0);
    return true;
}

void Suspicions::operator()(const http::Refusal& refusal, const IpAddress& peer) {
    // Slow networks are nobody's doing.
    if (refusal.status == kTooSlow) return;
    std::uint64_t left_out = 0;
    if (!admit(Clock::now(), &left_out)) return;
    std::string detail = fmt::format("{}: {}", refusal.status, refusal.error.message);
    if (left_out > 0) detail += fmt::format(" (and {} more that are not recorded)", left_out);
    const std::string address = to_string(peer);
    audit_->record({.event = AuditEvent::SuspiciousInput, .address = address, .detail = detail});
}

}  // namespace fraiseql::server
