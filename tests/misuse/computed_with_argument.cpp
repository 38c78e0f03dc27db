// SPDX-License-Identifier: MIT
// expect: it has no arguments
#include <fraiseql/fraiseql.hpp>

struct Key {
    int id = 0;
};
BOOST_DESCRIBE_STRUCT(Key, (), (id))

int twice(Key key, int times) { return key.id * times; }

void add(fraiseql::application& app) { app.field("User", "twice", twice); }
