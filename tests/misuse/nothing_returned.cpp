// SPDX-License-Identifier: MIT
// expect: a resolver must return something
#include <fraiseql/fraiseql.hpp>

void forget() {}

void add(fraiseql::application& app) { app.mutation("forget", forget); }
