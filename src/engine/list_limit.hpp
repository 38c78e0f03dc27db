// SPDX-License-Identifier: MIT
// A bound for the lists in arguments: what a client may make PostgreSQL unpack at once.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/error.hpp"
#include "json/value.hpp"

namespace fraiseql::engine {

/// Returns an error that names the first list of more than `most` items among coerced arguments,
/// at any depth.
std::optional<Error> find_long_list(const std::vector<json::Value>& arguments, std::size_t most);

}  // namespace fraiseql::engine
