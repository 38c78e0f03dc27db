// SPDX-License-Identifier: MIT
// expect: pointers and views do not own what they show
#include <fraiseql/fraiseql.hpp>

const char* name() { return "x"; }

void add(fraiseql::application& app) { app.query("name", name); }
