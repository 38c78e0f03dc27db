// SPDX-License-Identifier: MIT
// Query strings: application/x-www-form-urlencoded, read strictly.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace fraiseql::server {

/// Reads `name=value&…`, decoded, in order. BadRequest for an escape that is none.
Result<std::vector<std::pair<std::string, std::string>>> read_form(std::string_view text);

}  // namespace fraiseql::server
