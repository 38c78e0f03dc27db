// SPDX-License-Identifier: MIT
// expect: see the function of fraiseql::application that takes it
#include <fraiseql/fraiseql.hpp>

void add(fraiseql::application& app) {
    app.after([](fraiseql::context&) {});
}
