// SPDX-License-Identifier: MIT
// The signature algorithms of JSON Web Tokens that are accepted (RFC 7518 §3.1, RFC 8037 §3.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace fraiseql::auth {

/// "none" is not among them, and cannot be.
enum class Algorithm : std::uint8_t {
    RS256,
    RS384,
    RS512,
    PS256,
    PS384,
    PS512,
    ES256,
    ES384,
    ES512,
    EdDSA,
    HS256,
    HS384,
    HS512
};

/// What a key must be to verify signatures of an algorithm. The curve of EC keys is a kind of its
/// own, as RFC 7518 §3.4 ties each ES algorithm to one.
enum class KeyKind : std::uint8_t { Rsa, P256, P384, P521, Ed25519, Secret };

/// Returns the algorithm of that name, exactly as the registry spells it, or nothing.
std::optional<Algorithm> find_algorithm(std::string_view name) noexcept;

/// Returns the only kind of key that may be used with `algorithm`.
KeyKind key_kind(Algorithm algorithm) noexcept;

/// Returns OpenSSL's name of the hash, or nullptr for EdDSA, which has its own.
const char* digest_name(Algorithm algorithm) noexcept;

/// Whether it is RSASSA-PSS.
bool is_pss(Algorithm algorithm) noexcept;

}  // namespace fraiseql::auth
