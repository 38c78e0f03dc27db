// SPDX-License-Identifier: MIT
// Everything that applications need.
#pragma once

#include <boost/describe.hpp>

#include "fraiseql/application.hpp"
#include "fraiseql/context.hpp"
#include "fraiseql/error.hpp"
#include "fraiseql/hooks.hpp"
#include "fraiseql/http.hpp"
#include "fraiseql/json.hpp"
#include "fraiseql/repository.hpp"
#include "fraiseql/service.hpp"
#include "fraiseql/stream.hpp"
#include "fraiseql/task.hpp"
#include "fraiseql/timer.hpp"
#include "fraiseql/version.hpp"
