// SPDX-License-Identifier: MIT
// Authenticator: one worker's way from an Authorization header to a principal.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "auth/claim_map.hpp"
#include "auth/jwt.hpp"

namespace fraiseql::auth {

struct Settings {
    Policy policy = {};
    ClaimMap claims = {};
    /// No token is refused as a bad one is.
    bool required = false;
    /// Verified tokens that are kept until they expire.
    std::size_t max_cached = 4096;
};

/// Single-threaded. What it returns stays valid for as long as it is held.
class Authenticator {
  public:
    using Answer = tl::expected<std::shared_ptr<const Principal>, Refusal>;

    /// Tokens that it has met since it was made.
    struct Statistics {
        std::uint64_t verified = 0;
        /// Verified before, and still valid.
        std::uint64_t known = 0;
        std::uint64_t refused = 0;
    };

    Authenticator(std::shared_ptr<const Keys> keys, Settings settings);

    /// Returns who sends a request with this Authorization header, at `now` (seconds since 1970). A
    /// header that is there is never ignored: what is not a valid bearer token is refused.
    Answer authenticate(std::optional<std::string_view> authorization, std::int64_t now);

    /// The same for a token that came in another way.
    Answer authenticate_token(std::string_view token, std::int64_t now);

    const Statistics& statistics() const noexcept { return statistics_; }

    /// Uses `keys` from now on, and verifies every token anew.
    void replace_keys(std::shared_ptr<const Keys> keys);

  private:
    struct Verified {
        std::string digest;
        std::shared_ptr<const Principal> principal;
    };

    Answer find_or_verify(std::string_view token, std::int64_t now);
    Answer verify(std::string_view token, std::int64_t now) const;
    void keep(std::string digest, std::shared_ptr<const Principal> principal);

    std::shared_ptr<const Keys> keys_;
    Settings settings_;
    std::shared_ptr<const Principal> anonymous_;
    Statistics statistics_;
    /// Most recently used first. Tokens themselves are not kept, only their SHA-256.
    std::list<Verified> recent_;
    std::unordered_map<std::string_view, std::list<Verified>::iterator> by_digest_;
};

}  // namespace fraiseql::auth
