// SPDX-License-Identifier: MIT
// Lists: what a request asks of the lists inside documents.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/result.hpp"
#include "compile/compile.hpp"
#include "compile/parameters.hpp"
#include "compile/rows.hpp"
#include "compile/source.hpp"
#include "json/value.hpp"
#include "plan/plan.hpp"

namespace fraiseql::compile {

/// The arguments that the lists of one statement were given. What is wrong with them is kept in
/// `refusal`, since SQL is made of many lists at once.
class Lists {
  public:
    Lists(const schema::Model& model, const plan::Plan& plan,
          std::span<const json::Value> arguments, const CompileOptions& options,
          Parameters& parameters)
        : model_(model),
          plan_(plan),
          arguments_(arguments),
          options_(options),
          parameters_(parameters) {}
    Lists(const Lists&) = delete;
    Lists& operator=(const Lists&) = delete;

    /// Whether a part of the list, or another order, is asked for.
    bool is_cut(const plan::Output& output) const;
    /// Returns which items are wanted, whose values come from `item`. Equal items stay as they
    /// stood: the order of the list itself has to follow.
    Rows rows(const plan::Output& output, const Source& item);
    /// The same for a view that is seen through. `output` and this must outlive the result.
    rewrite::ItemQuery items(const plan::Output& output);

    /// The first thing that was wrong with an argument.
    const std::optional<Error>& refusal() const noexcept { return refusal_; }

  private:
    const json::Value& arguments(const plan::Output& output) const;
    bool may_leave_none(const plan::Output& output) const;
    sql::Fragment condition(const plan::Output& output, const Source& item);
    sql::Fragment limit(const plan::Output& output);

    const schema::Model& model_;
    const plan::Plan& plan_;
    std::span<const json::Value> arguments_;
    const CompileOptions& options_;
    Parameters& parameters_;
    std::optional<Error> refusal_ = {};
};

/// Checks `limit` and `offset` of all lists. Fails with BadUserInput; the path names the list.
Result<void> check_lists(const plan::Plan& plan, std::span<const json::Value> arguments,
                         const CompileOptions& options);

/// Appends what Lists makes of the arguments of all lists besides values that become parameters.
void append_lists_structure(const schema::Model& model, const plan::Plan& plan,
                            std::span<const json::Value> arguments, std::string& key);

}  // namespace fraiseql::compile
