// SPDX-License-Identifier: MIT
// expect: is taken as fraiseql::context&, the first parameter
#include <fraiseql/fraiseql.hpp>

bool known(const fraiseql::context& ctx) { return ctx.is_authenticated(); }

void add(fraiseql::application& app) { app.query("known", known); }
