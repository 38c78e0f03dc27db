// SPDX-License-Identifier: MIT
// expect: what a reference refers to may be gone
#include <fraiseql/fraiseql.hpp>

const std::string& name() {
    static const std::string text = "x";
    return text;
}

void add(fraiseql::application& app) { app.query("name", name); }
