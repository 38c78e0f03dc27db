// SPDX-License-Identifier: MIT
// Keys that verify tokens: JSON Web Keys (RFC 7517) and secrets.
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/algorithm.hpp"
#include "base/result.hpp"

namespace fraiseql::auth {

/// A key and what it may be used for. Immutable; verifying with it is thread-safe.
struct Key {
    KeyKind kind = KeyKind::Secret;
    /// `kid`; empty where the key has none.
    std::string id = {};
    /// The key's own `alg`: then no other algorithm is accepted with it.
    std::optional<Algorithm> only = {};
    /// The `iss` that tokens signed with it must have; empty where any issuer will do.
    std::string issuer = {};
    /// Signs tokens of this server's own sessions, for which issuers and audiences do not count.
    bool own = false;
    /// Public key; shared by all workers. Empty for secrets.
    std::shared_ptr<EVP_PKEY> public_key = {};
    std::string secret = {};

    /// Whether signatures of `algorithm` may be verified with it: a public key never serves as an
    /// HMAC secret, whatever the token says.
    bool allows(Algorithm algorithm) const noexcept {
        return kind == key_kind(algorithm) && (!only || *only == algorithm);
    }
};

using Keys = std::vector<Key>;

/// Reads a JWK set. Keys for encryption, of unknown types or without use here are passed over, as
/// RFC 7517 §5 asks; so are symmetric ones, since a published secret is none. Fails (Configuration)
/// where a key is broken or weak (RSA below 2048 bits), where there are more than 64, or where none
/// is left.
Result<Keys> read_key_set(std::string_view text);

/// Makes an HMAC key. Fails (Configuration) below 32 bytes.
Result<Key> make_secret_key(std::string secret);

}  // namespace fraiseql::auth
