// SPDX-License-Identifier: MIT
// Access: makes the repository of a request.
#pragma once

#include "data/store.hpp"
#include "fraiseql/repository.hpp"

namespace fraiseql::data {

/// Returns a repository for tasks of a worker's home (runtime::WorkerHome). What `store` refers to
/// must outlive all that is in progress with it.
repository make_repository(Store store);

}  // namespace fraiseql::data
