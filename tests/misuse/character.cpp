// SPDX-License-Identifier: MIT
// expect: characters and long double are no values of GraphQL
#include <fraiseql/fraiseql.hpp>

char first() { return 0; }

void add(fraiseql::application& app) { app.query("first", first); }
