// SPDX-License-Identifier: MIT
// Hooks: code of an application that sees requests on their way, besides resolvers.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "fraiseql/definition.hpp"
#include "fraiseql/http.hpp"
#include "fraiseql/task.hpp"

namespace fraiseql {

/// What a request asks for, as hooks see it; valid while the hook runs.
struct operation {
    /// `query`, `mutation` or `subscription`; empty before the plan.
    std::string_view type = {};
    /// As the client calls it; empty where it has no name, or before the plan.
    std::string_view name = {};
    /// The document; empty where the client sent the name of a registered one, before the plan.
    std::string_view text = {};
    /// The names of the root fields in the schema, in the order of the operation; none before the
    /// plan.
    std::vector<std::string_view> fields = {};
};

/// What has become of an operation.
struct outcome {
    /// Since the engine has it.
    std::chrono::microseconds duration{};
    /// How many errors the answer has, and the code of the first.
    std::size_t errors = 0;
    std::string_view code = {};
};

/// What can be said of a route besides its code.
struct route_options {
    /// Who may ask, as in an `@authorize` line: `authenticated`, `role:admin permission:hook.call`;
    /// any of what is named is enough. Empty: everybody.
    std::string authorize = {};
};

namespace detail {

template <class T>
inline constexpr bool is_task_v = false;
template <class T>
inline constexpr bool is_task_v<task<T>> = true;

inline task<void> nothing_to_do() { co_return; }

template <class T>
task<void> keep_result(task<T> work, T& out) {
    T value = co_await std::move(work);
    out = std::move(value);
}

/// Calls `function`, which returns nothing or a task of nothing.
template <class F, class... Arguments>
task<void> run_hook(const F& function, Arguments&... arguments) {
    static_assert(std::is_invocable_v<const F&, Arguments&...>,
                  "this is called as const, by several threads at once, with other parameters: see "
                  "the function of fraiseql::application that takes it");
    using R = std::invoke_result_t<const F&, Arguments&...>;
    static_assert(
        std::is_void_v<R> || std::is_same_v<R, task<void>>,
        "a hook returns nothing, or a fraiseql::task<>; it throws what refuses the request");
    if constexpr (std::is_void_v<R>) {
        function(arguments...);
        return nothing_to_do();
    } else {
        return function(arguments...);
    }
}

/// Calls `function`, which returns a T or a task of one, and keeps that in `out`.
template <class T, class F, class... Arguments>
task<void> run_for(T& out, const F& function, Arguments&... arguments) {
    static_assert(std::is_invocable_v<const F&, Arguments&...>,
                  "this is called as const, by several threads at once, with other parameters: see "
                  "the function of fraiseql::application that takes it");
    using R = std::invoke_result_t<const F&, Arguments&...>;
    if constexpr (is_task_v<R>) {
        static_assert(std::is_same_v<R, task<T>>,
                      "the task is of another type than is wanted here");
        return keep_result<T>(function(arguments...), out);
    } else {
        static_assert(std::is_convertible_v<R, T>, "another type is wanted here");
        out = function(arguments...);
        return nothing_to_do();
    }
}

}  // namespace detail
}  // namespace fraiseql
