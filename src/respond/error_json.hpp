// SPDX-License-Identifier: MIT
// Errors in the form of GraphQL §7.1.2.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"

namespace fraiseql::respond {

/// Appends one error object: message, locations and path where known, extensions with the code.
void write_error(std::string& out, const Error& error);

/// Appends `"errors":[…]`.
void write_errors(std::string& out, const std::vector<Error>& errors);

/// Returns a whole response that has errors and no data: `{"errors":[…]}`.
std::string error_response(const std::vector<Error>& errors);

}  // namespace fraiseql::respond
