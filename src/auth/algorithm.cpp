// SPDX-License-Identifier: MIT
#include "auth/algorithm.hpp"

#include <array>

namespace fraiseql::auth {
namespace {

struct Row {
    std::string_view name;
    KeyKind kind;
    const char* digest;
};

// In the order of the enumerators.
constexpr std::array<Row, 13> kAlgorithms = {{{"RS256", KeyKind::Rsa, "SHA256"},
                                              {"RS384", KeyKind::Rsa, "SHA384"},
                                              {"RS512", KeyKind::Rsa, "SHA512"},
                                              {"PS256", KeyKind::Rsa, "SHA256"},
                                              {"PS384", KeyKind::Rsa, "SHA384"},
                                              {"PS512", KeyKind::Rsa, "SHA512"},
                                              {"ES256", KeyKind::P256, "SHA256"},
                                              {"ES384", KeyKind::P384, "SHA384"},
                                              {"ES512", KeyKind::P521, "SHA512"},
                                              {"EdDSA", KeyKind::Ed25519, nullptr},
                                              {"HS256", KeyKind::Secret, "SHA256"},
                                              {"HS384", KeyKind::Secret, "SHA384"},
                                              {"HS512", KeyKind::Secret, "SHA512"}}};

const Row& row(Algorithm algorithm) { return kAlgorithms[static_cast<std::size_t>(algorithm)]; }

}  // namespace

std::optional<Algorithm> find_algorithm(std::string_view name) noexcept {
    for (std::size_t i = 0; i < kAlgorithms.size(); ++i)
        if (kAlgorithms[i].name == name) return static_cast<Algorithm>(i);
    return std::nullopt;
}

KeyKind key_kind(Algorithm algorithm) noexcept { return row(algorithm).kind; }

const char* digest_name(Algorithm algorithm) noexcept { return row(algorithm).digest; }

bool is_pss(Algorithm algorithm) noexcept {
    return algorithm == Algorithm::PS256 || algorithm == Algorithm::PS384 ||
           algorithm == Algorithm::PS512;
}

}  // namespace fraiseql::auth
