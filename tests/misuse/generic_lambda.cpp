// SPDX-License-Identifier: MIT
// expect: overloaded and generic ones have no one list of parameters
#include <fraiseql/fraiseql.hpp>

void add(fraiseql::application& app) {
    app.query("twice", [](auto value) { return value; });
}
