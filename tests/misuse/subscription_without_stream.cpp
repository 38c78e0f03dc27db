// SPDX-License-Identifier: MIT
// expect: the resolver of a subscription returns fraiseql::stream
#include <fraiseql/fraiseql.hpp>

fraiseql::task<int> ticks() { co_return 1; }

void add(fraiseql::application& app) { app.subscription("ticks", ticks); }
