// SPDX-License-Identifier: MIT
// The request's side of persisted operations: Apollo's `extensions.persistedQuery`, `documentId`.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "json/value.hpp"

namespace fraiseql::turbo {

/// Reads the hash of Apollo's automatic persisted queries from a request's extensions: nothing
/// where it has none. BadRequest for another version and for what is no SHA-256 in hexadecimal.
Result<std::optional<std::string_view>> read_persisted_hash(const json::Value* extensions);

/// What Apollo's clients wait for before they send the hash together with the text.
Error persisted_query_not_found();

/// What tells Apollo's clients to stop sending hashes.
Error persisted_query_not_supported();

}  // namespace fraiseql::turbo
