// SPDX-License-Identifier: MIT
// expect: parameters of a resolver that returns a task must be values
#include <fraiseql/fraiseql.hpp>

fraiseql::task<std::string> greet(const std::string& name) { co_return "Hello " + name; }

void add(fraiseql::application& app) { app.query("greet", greet, {.arguments = {"name"}}); }
