// SPDX-License-Identifier: MIT
// expect: a std::variant cannot be an input
#include <fraiseql/fraiseql.hpp>

struct Cat {
    std::string name;
};
BOOST_DESCRIBE_STRUCT(Cat, (), (name))
using Animal = std::variant<Cat>;
template <>
struct fraiseql::annotate<Animal> {
    static constexpr std::string_view name = "Animal";
};
int feed(Animal) { return 1; }

void add(fraiseql::application& app) { app.mutation("feed", feed, {.arguments = {"animal"}}); }
