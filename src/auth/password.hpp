// SPDX-License-Identifier: MIT
// Passwords as Argon2id hashes (RFC 9106) in their encoded form, `$argon2id$v=19$m=…,t=…,p=…$…$…`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace fraiseql::auth {

/// What one hash takes of who computes it, and so of who guesses.
struct PasswordCost {
    /// KiB.
    std::uint32_t memory = 19'456;
    std::uint32_t iterations = 2;
    std::uint32_t lanes = 1;

    bool operator==(const PasswordCost&) const = default;
};

inline constexpr std::size_t kSaltBytes = 16;
/// Longer passwords are refused before they are hashed.
inline constexpr std::size_t kMaxPasswordBytes = 1024;

/// Returns the encoded hash of `password`; `salt` is kSaltBytes random bytes. Takes long and much
/// memory. Fails (InternalServerError) where there is no memory.
Result<std::string> hash_password(std::string_view password, std::string_view salt,
                                  const PasswordCost& cost);

/// Whether `encoded` is a hash of `password`. Takes as long as the hash did.
bool is_password(std::string_view password, const std::string& encoded);

/// Returns what a hash took; nothing where the text is none of Argon2id, or asks for more than
/// 4 GiB, 64 lanes or 100 iterations.
std::optional<PasswordCost> cost_of(std::string_view encoded);

}  // namespace fraiseql::auth
