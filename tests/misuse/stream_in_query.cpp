// SPDX-License-Identifier: MIT
// expect: a resolver that yields values is for application::subscription()
#include <fraiseql/fraiseql.hpp>

fraiseql::stream<int> ticks() { co_yield 1; }

void add(fraiseql::application& app) { app.query("ticks", ticks); }
