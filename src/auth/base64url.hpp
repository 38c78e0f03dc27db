// SPDX-License-Identifier: MIT
// Base64url without padding (RFC 7515 §2), decoded strictly.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fraiseql::auth {

/// Returns the bytes that `text` stands for. Nothing where it has another character (padding
/// included), an impossible length, or bits after the last byte that are not zero: every sequence
/// of bytes has exactly one spelling, so no signed text has a second one.
std::optional<std::string> decode_base64url(std::string_view text);

/// Returns `bytes` as base64url without padding.
std::string encode_base64url(std::string_view bytes);

}  // namespace fraiseql::auth
