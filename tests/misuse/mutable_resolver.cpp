// SPDX-License-Identifier: MIT
// expect: so it is called as const: no mutable lambda
#include <fraiseql/fraiseql.hpp>

void add(fraiseql::application& app) {
    app.query("next", [n = 0]() mutable { return ++n; });
}
