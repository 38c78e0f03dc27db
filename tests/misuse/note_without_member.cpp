// SPDX-License-Identifier: MIT
// expect: fraiseql::annotate<T>::members speaks of what T does not have
#include <fraiseql/fraiseql.hpp>

struct Parcel {
    int weight = 0;
};
BOOST_DESCRIBE_STRUCT(Parcel, (), (weight))
template <>
struct fraiseql::annotate<Parcel> {
    static constexpr fraiseql::note members[] = {{.member = "wieght", .default_value = "1"}};
};

int price(Parcel parcel) { return parcel.weight; }

void add(fraiseql::application& app) { app.query("price", price); }
