// SPDX-License-Identifier: MIT
// Rule: how many requests of whom are let through in which time.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace fraiseql::limit {

struct Rule {
    /// As it was written.
    std::string text;
    /// What is counted apart: each address, each user and so on, or each pair of them.
    bool by_address = false;
    bool by_user = false;
    bool by_tenant = false;
    bool by_operation = false;
    /// What the application says, by application::rate_key().
    bool by_custom = false;
    std::uint32_t count = 0;
    std::chrono::microseconds period{};
    /// Most requests at once of a token bucket that is refilled by `count` each `period`.
    std::uint32_t burst = 0;
    /// A sliding window in its place: never more than `count` in any `period`, nearly.
    bool sliding = false;
    /// Which operations are met; all where these say nothing.
    bool on_queries = false;
    bool on_mutations = false;
    /// Root fields, as in the schema.
    std::vector<std::string> on_fields = {};

    /// Whether it takes knowledge of the operation to tell what the rule does.
    bool needs_operation() const noexcept {
        return by_operation || on_queries || on_mutations || !on_fields.empty();
    }
    /// Whether it takes knowledge of who asks, besides an address.
    bool needs_principal() const noexcept { return by_user || by_tenant || by_custom; }
};

/// Reads `KEY[+KEY…] COUNT/PERIOD [burst COUNT | sliding] [on WHAT]`, for example
/// `ip 600/1m burst 100`, `user+operation 10/1h sliding`, `tenant 100/s on mutations` or
/// `ip 5/1m on login,register`. Keys are ip, user, tenant, operation and custom. Configuration,
/// with what was expected, where it is something else.
Result<Rule> read_rule(std::string_view text);

}  // namespace fraiseql::limit
