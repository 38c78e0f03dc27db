// SPDX-License-Identifier: MIT
// json_node of a value that we have parsed ourselves.
#pragma once

#include "fraiseql/json_node.hpp"
#include "json/value.hpp"

namespace fraiseql {

/// Returns `value`, which must outlive it, as codecs read it.
json_node node_of(const json::Value& value) noexcept;

}  // namespace fraiseql
