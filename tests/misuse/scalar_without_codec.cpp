// SPDX-License-Identifier: MIT
// expect: a type that is a scalar is read and written by a json_codec
#include <fraiseql/fraiseql.hpp>

struct Celsius {
    double degrees = 0;
};
template <>
struct fraiseql::annotate<Celsius> {
    static constexpr std::string_view scalar = "Celsius";
    static constexpr std::string_view description = "A temperature.";
};

Celsius now() { return {20}; }

void add(fraiseql::application& app) { app.query("now", now); }
