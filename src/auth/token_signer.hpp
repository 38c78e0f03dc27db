// SPDX-License-Identifier: MIT
// TokenSigner: makes the access tokens of this server's own sessions (RFC 7519).
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

#include "auth/key.hpp"

namespace fraiseql::auth {

/// Signs with Ed25519 or HMAC-SHA-256. Immutable; thread-safe.
class TokenSigner {
  public:
    /// Makes a signer of a private Ed25519 key in PEM, or else of a secret. Fails (Configuration)
    /// for other keys, and below 32 bytes.
    static Result<TokenSigner> make(std::string_view text);

    /// Returns a token with these claims, a JSON object.
    std::string sign(std::string_view claims) const;

    /// Returns the key that verifies what it signs: this server's own (Key::own).
    const Key& key() const noexcept { return key_; }

  private:
    TokenSigner() = default;

    Key key_ = {};
    /// Empty for secrets.
    std::shared_ptr<EVP_PKEY> private_key_ = {};
};

}  // namespace fraiseql::auth
