// SPDX-License-Identifier: MIT
// keyed_hash: a hash of bytes whose collisions nobody outside the process can prepare.
#pragma once

#include <cstdint>
#include <string_view>

namespace fraiseql::cache {

/// The 128 secret bits of a keyed hash.
struct HashKey {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
};

/// Returns a key from the system's random source.
HashKey random_hash_key();

/// Returns SipHash-1-3 of `bytes` under `key`.
std::uint64_t keyed_hash(const HashKey& key, std::string_view bytes) noexcept;

}  // namespace fraiseql::cache
