// SPDX-License-Identifier: MIT
// expect: a struct that is an input has a default constructor
#include <fraiseql/fraiseql.hpp>

struct Weight {
    explicit Weight(int given) : grams(given) {}
    int grams;
};
BOOST_DESCRIBE_STRUCT(Weight, (), (grams))

int price(Weight weight) { return weight.grams; }

void add(fraiseql::application& app) { app.query("price", price); }
