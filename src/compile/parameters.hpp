// SPDX-License-Identifier: MIT
// Parameters: the list behind `$1`, `$2`, … of one statement.
#pragma once

#include <map>
#include <string>
#include <tuple>
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
    explicit Parameters(std::uint32_t arguments) : arguments_(arguments) {}
    /// For a statement inside a statement, whose parameters come as one array of texts: `$1[n]`.
    static Parameters of_array() {
        Parameters out(0);
        out.in_array_ = true;
        return out;
    }

    /// Moves on to other arguments; returns those before. See Parameter::arguments.
    std::uint32_t switch_to(std::uint32_t arguments) {
        return std::exchange(arguments_, arguments);
    }

    /// Returns `$n::cast` for the value at `path` of the arguments; the form follows from the cast.
    /// The same value has the same number each time.
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
        auto [known, added] = numbers_.try_emplace(
            {arguments_, path_text(path), static_cast<int>(form), cast.text()}, all_.size() + 1);
        if (added) all_.push_back({arguments_, std::move(path), form, cast.text()});
        sql::Fragment place(in_array_ ? sql::Raw("$1[") : sql::Raw("$"));
        place.number(known->second).raw(in_array_ ? sql::Raw("]::") : sql::Raw("::"));
        return place.add(cast);
    }

    /// Returns all of them and begins anew, for the next statement.
    std::vector<Parameter> take() {
        numbers_.clear();
        return std::exchange(all_, {});
    }

  private:
    std::uint32_t arguments_;
    bool in_array_ = false;
    std::vector<Parameter> all_ = {};
    std::map<std::tuple<std::uint32_t, std::string, int, std::string>, std::size_t> numbers_ = {};
};

}  // namespace fraiseql::compile
