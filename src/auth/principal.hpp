// SPDX-License-Identifier: MIT
// Principal: who asks, as far as authorization, PostgreSQL and caches need to know.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/arena.hpp"
#include "json/value.hpp"

namespace fraiseql::auth {

/// Made once from the claims of a token, or for those who send none; immutable after that.
struct Principal {
    /// False for those who sent no token.
    bool authenticated = false;
    std::string subject = {};
    std::string tenant = {};
    /// Of this server's own sessions, the one that the token is of; else empty.
    std::string session = {};
    /// Both sorted, without duplicates.
    std::vector<std::string> roles = {};
    std::vector<std::string> permissions = {};
    /// PostgreSQL settings of each of its transactions, always the same names in the same order:
    /// what a claim does not say is set to the empty text, so that nothing older shows through.
    std::vector<std::pair<std::string, std::string>> settings = {};
    /// For functions that ask for it: an object with `user_id`, `tenant_id`, `roles`, `permissions`
    /// and the settings by the last part of their names. Empty where not authenticated. In `arena`.
    json::Value context = {.kind = json::Value::Kind::Object};
    Arena arena = {};
    /// Two principals of one class get the same answers: the key of whatever is cached for them.
    std::string cache_class = {};
    /// Seconds since 1970.
    std::int64_t valid_until = INT64_MAX;

    bool has_role(std::string_view name) const;
    bool has_permission(std::string_view name) const;
};

}  // namespace fraiseql::auth
