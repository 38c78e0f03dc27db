// SPDX-License-Identifier: MIT
// expect: hold what cannot be in a std::shared_ptr
#include <fraiseql/fraiseql.hpp>

void add(fraiseql::application& app) {
    app.query("value", [owned = std::make_unique<int>(1)] { return *owned; });
}
