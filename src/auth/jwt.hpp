// SPDX-License-Identifier: MIT
// JSON Web Tokens (RFC 7519, RFC 8725): a pure function from a token to its claims.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "auth/key.hpp"
#include "base/arena.hpp"
#include "json/value.hpp"

namespace fraiseql::auth {

/// What a token must be besides well signed.
struct Policy {
    /// `iss` must be one of these; empty: it is not looked at, unless the key names an issuer.
    std::vector<std::string> issuers = {};
    /// `aud` must have one of these. Empty: the token must have no `aud` at all, since a token that
    /// names its audience is for nobody else (RFC 7519 §4.1.3).
    std::vector<std::string> audiences = {};
    /// How far clocks may differ, in seconds.
    std::int64_t leeway = 30;
    /// Longer tokens are refused unread.
    std::size_t max_bytes = 16'384;
    /// A token without `exp` would be valid for ever.
    bool requires_expiry = true;
};

/// The claims of a token that was verified. Immutable.
struct Claims {
    Arena arena = {};
    /// An object; lives in `arena`.
    json::Value value = {};
    /// Seconds since 1970 until which the token may be used, leeway included.
    std::int64_t valid_until = 0;
    /// It is of a session of this server (Key::own).
    bool own = false;
};

/// Why a token was refused.
struct Refusal {
    enum class Reason : std::uint8_t {
        /// There is no token, and one is required.
        Missing,
        Malformed,
        TooLong,
        Algorithm,
        CriticalHeader,
        /// No key has the token's `kid`: the key set may be older than the token.
        UnknownKey,
        Signature,
        Expired,
        NotYetValid,
        Issuer,
        Audience,
        /// A claim is missing or has a type that RFC 7519 does not allow.
        Claim
    };
    Reason reason = Reason::Malformed;
    /// For the client; says nothing that the token does not.
    std::string message;
};

/// Turns a refusal into the error that a client sees (UNAUTHENTICATED).
Error to_error(const Refusal& refusal);

/// Returns the claims of `token` where one of `keys` signed it and `policy` accepts it at `now`
/// (seconds since 1970). Keys in the token itself (`jwk`, `jku`, `x5c`) are never looked at.
tl::expected<std::shared_ptr<const Claims>, Refusal> verify_token(std::string_view token,
                                                                  std::span<const Key> keys,
                                                                  const Policy& policy,
                                                                  std::int64_t now);

}  // namespace fraiseql::auth
