// SPDX-License-Identifier: MIT
// Suspicions: bytes that are no request, told to the audit without letting them flood it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "base/ip_address.hpp"
#include "http/h1_reader.hpp"
#include "runtime/waiter.hpp"
#include "server/audit.hpp"

namespace fraiseql::server {

/// Such senders are met before any rate limit, so what is recorded of them is bounded here: ten a
/// second, of one worker. The next record says how many there were besides. Used on one thread.
class Suspicions {
  public:
    using Clock = runtime::Clock;

    explicit Suspicions(std::shared_ptr<Audit> audit) : audit_(std::move(audit)) {}

    /// Records why, and by whom, unless it was the sender's slowness only.
    void operator()(const http::Refusal& refusal, const IpAddress& peer);

    /// Returns whether one more may be recorded at `now`, and in `*left_out` how many since the
    /// last one that was could not.
    bool admit(Clock::time_point now, std::uint64_t* left_out);

  private:
    std::shared_ptr<Audit> audit_;
    Clock::time_point second_;
    std::uint32_t in_second_ = 0;
    std::uint64_t left_out_ = 0;
};

}  // namespace fraiseql::server
