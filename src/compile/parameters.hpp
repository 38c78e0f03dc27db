// SPDX-License-Identifier: MIT
// Parameters: the list behind `$1`, `$2`, … of one statement.
#pragma once

#include <string_view>

#include "compile/statement.hpp"
#include "sql/fragment.hpp"

namespace fraiseql::compile {

/// Collects the parameters of one statement and writes their places.
class Parameters {
  public:
    explicit Parameters(std::uint32_t root) : root_(root) {}

    /// Moves on to the arguments of another root field.
    void set_root(std::uint32_t root) { root_ = root; }

    /// Returns `$n::cast` for the root's argument of that name; the form follows from the cast.
    sql::Fragment add(std::string_view argument, const sql::Fragment& cast) {
        const std::string& type = cast.text();
        Parameter::Form form = Parameter::Form::Text;
        if (type == "json[]" || type == "jsonb[]")
            form = Parameter::Form::JsonArray;
        else if (type.ends_with("[]"))
            form = Parameter::Form::TextArray;
        else if (type == "json" || type == "jsonb")
            form = Parameter::Form::Json;
        all.push_back({root_, std::string(argument), form, type});
        return sql::Fragment("$").number(all.size()).raw("::").add(cast);
    }

    std::vector<Parameter> all = {};

  private:
    std::uint32_t root_;
};

}  // namespace fraiseql::compile
