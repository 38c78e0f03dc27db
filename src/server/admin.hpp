// SPDX-License-Identifier: MIT
// Admin: who may use the resources under /admin, which show what no client should see.
#pragma once

#include <string>

#include "base/result.hpp"
#include "engine/explanation.hpp"
#include "http/message.hpp"

namespace fraiseql::server {

struct AdminSettings {
    /// SHA-256 of the token, in hexadecimal; empty: there is none, and nobody is let in by one.
    std::string token_digest = {};
    /// Development without a token: whoever asks from this machine, with no proxy between.
    bool open_on_loopback = false;
};

/// Fewest characters of a token: it is all that an attacker has to guess.
inline constexpr std::size_t kMinAdminToken = 32;

/// Returns the settings for a token. Fails (Configuration) where it is too short or not visible
/// ASCII, which no header could carry.
Result<AdminSettings> admin_settings(std::string_view token);

/// Whether the request may use /admin. NotFound where there is nothing for such a request, as on
/// any other unknown path; Unauthenticated where its Admin-Token header is missing or wrong. Tokens
/// of clients (Authorization) do not count, whatever they say.
Result<void> admit_admin(const AdminSettings& settings, const http::Request& request);

/// Reads `{"explain": {"analyze": true, "analyzeMutations": true}}` out of a request's extensions.
/// BadRequest where there is anything else.
Result<engine::ExplainOptions> read_explain_options(const json::Value* extensions);

}  // namespace fraiseql::server
