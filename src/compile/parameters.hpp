// SPDX-License-Identifier: MIT
// Parameters: the list behind `$1`, `$2`, … of one statement.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "compile/statement.hpp"
#include "sql/fragment.hpp"

namespace fraiseql::compile {

/// Renders where a value stands in the arguments: `where.OR[1].title.eq`.
inline std::string path_text(const Path& path) {
    std::string out;
    for (const PathSegment& segment : path) {
        if (const auto* name = std::get_if<std::string>(&segment))
            out += (out.empty() ? "" : ".") + *name;
        else
            out += '[' + std::to_string(std::get<std::uint32_t>(segment)) + ']';
    }
    return out;
}

/// Collects the parameters of one statement and writes their places.
class Parameters {
  public:
    explicit Parameters(std::uint32_t root) : root_(root) {}

    /// Moves on to the arguments of another root field.
    void set_root(std::uint32_t root) { root_ = root; }

    /// Returns `$n::cast` for the value at `path` of the root's arguments; the form follows from
    /// the cast.
    sql::Fragment add(Path path, const sql::Fragment& cast) {
        const std::string& type = cast.text();
        Parameter::Form form = Parameter::Form::Text;
        if (type == "json[]" || type == "jsonb[]")
            form = Parameter::Form::JsonArray;
        else if (type.ends_with("[]"))
            form = Parameter::Form::TextArray;
        else if (type == "json" || type == "jsonb")
            form = Parameter::Form::Json;
        return add(std::move(path), cast, form);
    }
    sql::Fragment add(Path path, const sql::Fragment& cast, Parameter::Form form) {
        all.push_back({root_, std::move(path), form, cast.text()});
        return sql::Fragment("$").number(all.size()).raw("::").add(cast);
    }

    std::vector<Parameter> all = {};

  private:
    std::uint32_t root_;
};

}  // namespace fraiseql::compile
