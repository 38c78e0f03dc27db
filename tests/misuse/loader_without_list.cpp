// SPDX-License-Identifier: MIT
// expect: returns a std::vector with one value for each of them
#include <fraiseql/fraiseql.hpp>

struct Key {
    int id;
};
BOOST_DESCRIBE_STRUCT(Key, (), (id))
int load(const std::vector<Key>&) { return 1; }

void add(fraiseql::application& app) { app.field("Post", "likes", load); }
