// SPDX-License-Identifier: MIT
// Verifying a JSON Web Signature (RFC 7515 §5.2) with OpenSSL.
#pragma once

#include <string_view>

#include "auth/key.hpp"

namespace fraiseql::auth {

/// Whether `signature` is the key's over `signed_text`. False also where the key does not allow
/// the algorithm.
bool is_signature(Algorithm algorithm, const Key& key, std::string_view signed_text,
                  std::string_view signature);

}  // namespace fraiseql::auth
