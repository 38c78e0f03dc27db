// SPDX-License-Identifier: MIT
// Limits: which requests are let through, by who sends them and how many there have been.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/principal.hpp"
#include "base/ip_address.hpp"
#include "http/message.hpp"
#include "limit/in_flight.hpp"
#include "limit/table.hpp"
#include "runtime/mailbox.hpp"
#include "runtime/task.hpp"
#include "server/shared_limits.hpp"

namespace fraiseql::server {

struct LimitSettings {
    std::vector<limit::Rule> rules = {};
    /// Clients that get nothing; they come before `allowed`.
    std::vector<Network> denied = {};
    /// Where there are any: clients of no other network get anything.
    std::vector<Network> allowed = {};
    /// Clients that no rule counts.
    std::vector<Network> unlimited = {};
    /// Requests of one client in progress at a time; 0: as many as come.
    std::size_t most_in_flight = 0;
    /// Clients that are remembered; see limit::Table.
    std::size_t remembered = std::size_t{1} << 16U;
    /// Where servers count together; nullptr: each for itself.
    std::shared_ptr<SharedLimits> shared = {};
    /// While the shared store is away: refuse, in place of counting for oneself.
    bool refuse_while_away = false;
};

/// What is counted, whatever the rules are at the moment. Thread-safe.
struct LimitCounts {
    /// Requests that were refused since the start, and those that did without the shared store.
    std::atomic<std::uint64_t> refused_by_rate = 0;
    std::atomic<std::uint64_t> refused_by_address = 0;
    std::atomic<std::uint64_t> refused_in_flight = 0;
    std::atomic<std::uint64_t> without_store = 0;
    limit::InFlight in_flight{0};
};

/// Everything of a process that its workers share: rules that never change, and what they count.
/// Thread-safe.
struct LimitState {
    explicit LimitState(LimitSettings wanted)
        : LimitState(std::move(wanted), std::make_shared<LimitCounts>(), nullptr) {}

    /// Goes on counting where others, with their `table`, have begun; nullptr: nobody has.
    LimitState(LimitSettings wanted, std::shared_ptr<LimitCounts> counted,
               std::shared_ptr<limit::Table> begun)
        : settings(std::move(wanted)), counts(std::move(counted)), table(std::move(begun)) {
        if (table == nullptr && !settings.rules.empty())
            table = std::make_shared<limit::Table>(settings.remembered);
    }

    const LimitSettings settings;
    const std::shared_ptr<LimitCounts> counts;
    /// By rule, as it is written, and client; nullptr while there has not been a rule.
    std::shared_ptr<limit::Table> table;
};

/// What an operation is, as far as rules care.
struct OperationFacts {
    bool mutation = false;
    /// Names of its root fields in the schema, sorted, each once.
    std::vector<std::string_view> fields = {};
};

/// One request on its way past the rules; lives as long as the request.
class Admission {
  public:
    /// `state` may be nullptr: then everything is let through.
    Admission(std::shared_ptr<LimitState> state, std::shared_ptr<runtime::Mailbox> mailbox,
              const http::Request& request)
        : state_(std::move(state)), mailbox_(std::move(mailbox)), request_(request) {}

    /// Each counts the request for the rules that can be decided then, and returns why it is
    /// refused, if it is. In this order; the first two before anything is read or verified.
    std::optional<Error> check_address() const;
    runtime::Task<std::optional<Error>> count_address();
    runtime::Task<std::optional<Error>> count_principal(const auth::Principal* principal,
                                                        std::string custom_key);
    runtime::Task<std::optional<Error>> count_operation(OperationFacts facts);

    /// Whether count_operation() has anything to do.
    bool wants_operation() const;

    /// Says in `response` how things stand with the rule that is nearest to its end: RateLimit-*,
    /// and Retry-After where it was refused.
    void describe(http::Response& response) const;

  private:
    bool is_exempt() const;
    std::string client(const limit::Rule& rule, const OperationFacts& facts) const;
    runtime::Task<std::optional<Error>> count(std::vector<const limit::Rule*> rules,
                                              OperationFacts facts);
    std::optional<Error> settle(const std::vector<const limit::Rule*>& rules,
                                const std::vector<limit::Decision>& decisions);

    std::shared_ptr<LimitState> state_;
    std::shared_ptr<runtime::Mailbox> mailbox_;
    const http::Request& request_;
    const auth::Principal* principal_ = nullptr;
    std::string custom_key_;
    std::optional<limit::InFlight::Place> place_;
    const limit::Rule* nearest_ = nullptr;
    limit::Decision decision_;
    bool refused_ = false;
};

}  // namespace fraiseql::server
