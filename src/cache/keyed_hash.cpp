// SPDX-License-Identifier: MIT
#include "cache/keyed_hash.hpp"

#include <bit>
#include <cstring>
#include <random>

namespace fraiseql::cache {
namespace {

static_assert(std::endian::native == std::endian::little, "words are read as they lie in memory");

struct State {
    std::uint64_t v0, v1, v2, v3;

    void round() noexcept {
        v0 += v1;
        v1 = std::rotl(v1, 13) ^ v0;
        v0 = std::rotl(v0, 32);
        v2 += v3;
        v3 = std::rotl(v3, 16) ^ v2;
        v0 += v3;
        v3 = std::rotl(v3, 21) ^ v0;
        v2 += v1;
        v1 = std::rotl(v1, 17) ^ v2;
        v2 = std::rotl(v2, 32);
    }

    void add(std::uint64_t word) noexcept {
        v3 ^= word;
        round();
        v0 ^= word;
    }
};

}  // namespace

HashKey random_hash_key() {
    std::random_device random;
    const auto word = [&random] { return std::uint64_t{random()} << 32U | random(); };
    const std::uint64_t low = word();
    return {low, word()};
}

std::uint64_t keyed_hash(const HashKey& key, std::string_view bytes) noexcept {
    State state{key.low ^ 0x736f6d6570736575U, key.high ^ 0x646f72616e646f6dU,
                key.low ^ 0x6c7967656e657261U, key.high ^ 0x7465646279746573U};
    const char* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= 8; at += 8, left -= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, 8);
        state.add(word);
    }
    std::uint64_t last = std::uint64_t{bytes.size()} << 56U;
    std::uint64_t tail = 0;
    if (left > 0) std::memcpy(&tail, at, left);
    last |= tail;
    state.add(last);
    state.v2 ^= 0xff;
    state.round();
    state.round();
    state.round();
    return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace fraiseql::cache
