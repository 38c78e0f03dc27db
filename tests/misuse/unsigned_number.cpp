// SPDX-License-Identifier: MIT
// expect: GraphQL has no unsigned numbers
#include <fraiseql/fraiseql.hpp>

unsigned count() { return 1; }

void add(fraiseql::application& app) { app.query("count", count); }
