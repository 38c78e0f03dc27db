// SPDX-License-Identifier: MIT
#include "fraiseql/task.hpp"

namespace fraiseql::detail {

task_home::~task_home() = default;

}  // namespace fraiseql::detail
