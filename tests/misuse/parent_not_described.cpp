// SPDX-License-Identifier: MIT
// expect: is given a struct that BOOST_DESCRIBE_STRUCT describes
#include <fraiseql/fraiseql.hpp>

int length(const std::string& title) { return static_cast<int>(title.size()); }

void add(fraiseql::application& app) { app.field("Post", "length", length); }
