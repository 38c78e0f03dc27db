// SPDX-License-Identifier: MIT
// expect: which needs a name: write template <> struct fraiseql::annotate
#include <fraiseql/fraiseql.hpp>

struct Cat {
    std::string name;
};
BOOST_DESCRIBE_STRUCT(Cat, (), (name))
std::variant<Cat> animal() { return Cat{}; }

void add(fraiseql::application& app) { app.query("animal", animal); }
