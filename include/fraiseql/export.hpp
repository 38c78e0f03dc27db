// SPDX-License-Identifier: MIT
// FRAISEQL_EXPORT marks what the shared library offers; everything else in it is hidden.
#pragma once

#define FRAISEQL_EXPORT __attribute__((visibility("default")))
