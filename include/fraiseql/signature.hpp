// SPDX-License-Identifier: MIT
// signature: what a function of the application takes and returns, and what no resolver can be.
#pragma once

#include <type_traits>

#include "fraiseql/stream.hpp"
#include "fraiseql/task.hpp"

namespace fraiseql {

class context;

namespace detail {

template <class T>
struct task_value {
    using type = T;
    static constexpr bool is_task = false;
};
template <class T>
struct task_value<task<T>> {
    using type = T;
    static constexpr bool is_task = true;
};

template <class T>
struct stream_value {
    using type = void;
    static constexpr bool is_stream = false;
};
template <class T>
struct stream_value<stream<T>> {
    using type = T;
    static constexpr bool is_stream = true;
};

template <class... P>
struct parameters {};

template <class F>
struct signature : signature<decltype(&F::operator())> {};
template <class R, class... P>
struct signature<R (*)(P...)> {
    using result = R;
    using list = parameters<P...>;
};
template <class C, class R, class... P>
struct signature<R (C::*)(P...) const> : signature<R (*)(P...)> {};
template <class C, class R, class... P>
struct signature<R (C::*)(P...)> : signature<R (*)(P...)> {};
template <class R, class... P>
struct signature<R (*)(P...) noexcept> : signature<R (*)(P...)> {};
template <class C, class R, class... P>
struct signature<R (C::*)(P...) const noexcept> : signature<R (*)(P...)> {};

template <class F>
concept resolver_function = !std::is_member_pointer_v<std::decay_t<F>> &&
                            requires { typename signature<std::decay_t<F>>::result; };

/// Refuses what no resolver can be: F takes Raw, behind a context& where kContext says so, and
/// returns R.
template <class F, class R, bool kContext, class... Raw>
constexpr void check_resolver() {
    static_assert((!std::is_same_v<std::decay_t<Raw>, context> && ...),
                  "the context of a request is taken as fraiseql::context&, the first parameter");
    static_assert(
        ((!std::is_lvalue_reference_v<Raw> || std::is_const_v<std::remove_reference_t<Raw>>) &&
         ...),
        "parameters of a resolver are values or const references: nobody sees what it "
        "writes to them");
    static_assert(!std::is_reference_v<R>,
                  "a resolver returns a value: what a reference refers to may be gone when the "
                  "answer is written");
    static_assert(std::is_copy_constructible_v<F>,
                  "a resolver is copied: hold what cannot be in a std::shared_ptr");
    constexpr bool callable = kContext
                                  ? std::is_invocable_v<const F&, context&, std::decay_t<Raw>...>
                                  : std::is_invocable_v<const F&, std::decay_t<Raw>...>;
    static_assert(
        callable,
        "a resolver runs on several threads at once, so it is called as const: no mutable "
        "lambda; keep what changes in a std::atomic, or behind a lock");
}

}  // namespace detail
}  // namespace fraiseql
