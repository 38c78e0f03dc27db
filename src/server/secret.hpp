// SPDX-License-Identifier: MIT
// Secrets of clients: random ones, and the hashes that stand for them in the database.
#pragma once

#include <string>
#include <string_view>

namespace fraiseql::server {

/// Returns bytes that nobody can guess.
std::string random_bytes(std::size_t count);

/// Returns a token of 256 random bits, as base64url.
std::string random_token();

/// Returns a random UUID (RFC 9562, version 4).
std::string random_uuid();

/// Returns the SHA-256 of a token in the form that PostgreSQL reads as bytea: `\x…`.
std::string token_hash(std::string_view token);

}  // namespace fraiseql::server
