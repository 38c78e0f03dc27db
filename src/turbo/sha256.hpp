// SPDX-License-Identifier: MIT
// sha256: how clients name a document by its text.
#pragma once

#include <string>
#include <string_view>

namespace fraiseql::turbo {

/// Returns the SHA-256 of `bytes` as 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace fraiseql::turbo
