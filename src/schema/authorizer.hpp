// SPDX-License-Identifier: MIT
// Authorizers of the application, as rules and principals know them.
#pragma once

#include <string_view>

namespace fraiseql::schema {

/// What an authorizer grants counts as a role of this prefix, which no token can name.
inline constexpr std::string_view kAuthorizerPrefix = "authorizer:";

}  // namespace fraiseql::schema
