// SPDX-License-Identifier: MIT
// expect: this type is not described: write BOOST_DESCRIBE_STRUCT
#include <fraiseql/fraiseql.hpp>

struct Book {
    std::string title;
};
Book book() { return {}; }

void add(fraiseql::application& app) { app.query("book", book); }
