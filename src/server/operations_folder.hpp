// SPDX-License-Identifier: MIT
// Registered operations from a folder of GraphQL files.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "turbo/registry.hpp"

namespace fraiseql::server {

/// Reads every `*.graphql` and `*.gql` file below `folder`, in the order of their names. The id of
/// an operation is its file's path inside the folder without the ending: `blog/posts`. Fails where
/// the folder cannot be read, and for files of more than a megabyte.
Result<std::vector<turbo::Registered>> read_operations_folder(const std::string& folder);

}  // namespace fraiseql::server
