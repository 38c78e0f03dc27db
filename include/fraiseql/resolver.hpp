// SPDX-License-Identifier: MIT
// resolver: from a function of the application to a field of the schema.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "fraiseql/describe.hpp"
#include "fraiseql/signature.hpp"

namespace fraiseql {

/// JSON that is exactly what the field's selection asks for: it goes into the answer unread. Who
/// returns it answers for that; the repository makes such JSON for the selection of a request.
struct shaped {
    json_text json;
};

/// What can be said of a field besides its resolver.
struct field_options {
    std::string description = {};
    /// Why it should not be used any more; empty: it is not deprecated.
    std::string deprecated = {};
    /// The names of the resolver's parameters, but for `context&`. Without them, a single parameter
    /// that is a described struct stands for the arguments: its members.
    std::vector<std::string> arguments = {};
    /// For resolvers that return JSON: the GraphQL type of what they return, as `[User!]!`, of
    /// which the selection is taken. Without it, the type is JSON.
    std::string type = {};
    /// Who may ask: alternatives as in an `@authorize` line, `role:admin permission:post.write`,
    /// `authenticated`, or authorizers of the application. Empty: whoever may ask anything.
    std::string authorize = {};
    /// What asking for it counts for in the operation's complexity, as `@cost` does.
    std::uint32_t cost = 1;
};

namespace detail {

/// std::expected, tl::expected and their like, with failure as the error.
template <class T>
concept expected_like = requires(T& value) {
    typename T::value_type;
    { value.has_value() } -> std::convertible_to<bool>;
    { value.error() } -> std::convertible_to<const failure&>;
    { *value } -> std::convertible_to<typename T::value_type>;
};

template <class T>
struct result_type {
    using type = T;
};
template <expected_like T>
struct result_type<T> {
    using type = typename T::value_type;
};

template <class T>
resolved make_resolved(T value) {
    if constexpr (expected_like<T>) {
        if (!value.has_value()) throw failure(value.error());
        return make_resolved<typename T::value_type>(std::move(*value));
    } else if constexpr (std::is_same_v<T, shaped>) {
        return {.what = resolved::form::shaped, .json = std::move(value.json)};
    } else if constexpr (std::is_same_v<T, json_text>) {
        return {.what = resolved::form::document, .json = std::move(value)};
    } else {
        return {.value = std::make_shared<const T>(std::move(value)), .shape = &shape_of<T>()};
    }
}

template <class T>
task<resolved> resolve_task(task<T> work) {
    T value = co_await std::move(work);
    co_return make_resolved<T>(std::move(value));
}

inline task<resolved> resolve_ready(resolved value) { co_return value; }

template <class T>
stream<resolved> resolve_stream(stream<T> values) {
    std::optional<T> value = co_await values.next();
    while (value) {
        resolved event = make_resolved<T>(std::move(*value));
        value.reset();
        co_yield event;
        value = co_await values.next();
    }
}

template <class T>
shape_function shape_of_result() {
    using Result = typename result_type<T>::type;
    if constexpr (std::is_same_v<Result, shaped>)
        return shape_of<json_text>;
    else
        return shape_of<Result>;
}

/// The arguments that the parameters P stand for.
template <class... P>
std::vector<argument_definition> arguments_of(const std::vector<std::string>& names,
                                              const std::string& field) {
    std::vector<argument_definition> out;
    if constexpr (sizeof...(P) == 1) {
        using Only = std::tuple_element_t<0, std::tuple<P...>>;
        if constexpr (described_struct<Only>)
            if (names.empty()) {
                for (const member_shape& member : shape_of<Only>().members)
                    out.push_back(
                        {member.name, member.type, member.description, member.default_value});
                return out;
            }
    }
    if (names.size() != sizeof...(P))
        throw std::invalid_argument(
            field + ": field_options::arguments has " + std::to_string(names.size()) +
            " names for " + std::to_string(sizeof...(P)) +
            " parameters of the resolver (besides context&). Name each one, or take one described "
            "struct whose members are the arguments.");
    [[maybe_unused]] std::size_t index = 0;
    (out.push_back({names[index++], shape_of<P>}), ...);
    return out;
}

template <class... P>
std::tuple<P...> read_arguments(const std::vector<std::string>& names, const json_node& given) {
    const json_place top;
    if constexpr (sizeof...(P) == 1) {
        using Only = std::tuple_element_t<0, std::tuple<P...>>;
        if constexpr (described_struct<Only>)
            if (names.empty()) return {read_input_object<Only>(given, top)};
    }
    [[maybe_unused]] std::size_t index = 0;
    [[maybe_unused]] const auto read = [&]<class T>(std::type_identity<T>) {
        const std::string& name = names[index++];
        const auto found = given.find(name);
        if constexpr (is_optional<T>::value)
            if (!found) return T{};
        if (!found) top.member(name).refuse("is missing.");
        const json_place place = top.member(name);
        return read_input<T>(*found, place);
    };
    return std::tuple<P...>{read(std::type_identity<P>())...};
}

/// Calls a resolver with its arguments by name.
template <class R, bool kContext, class... Raw, class F>
R call_resolver(const F& function, context& ctx, const std::vector<std::string>& names,
                const json_node& given) {
    auto arguments = read_arguments<std::decay_t<Raw>...>(names, given);
    const auto call = [&](auto&... each) -> R {
        if constexpr (kContext)
            return function(ctx, std::move(each)...);
        else
            return function(std::move(each)...);
    };
    return std::apply(call, arguments);
}

template <class F, class R, bool kContext, class... Raw>
void add_resolver(field_definition& field, F function, const field_options& options) {
    check_resolver<F, R, kContext, Raw...>();
    using Value = typename task_value<R>::type;
    static_assert(!stream_value<R>::is_stream,
                  "a resolver that yields values is for application::subscription(): fields of "
                  "queries and mutations have one value");
    static_assert(!std::is_void_v<Value>,
                  "a resolver must return something: GraphQL has no fields without a value; return "
                  "bool, or what was changed");
    static_assert(!task_value<R>::is_task || (!std::is_reference_v<Raw> && ...),
                  "parameters of a resolver that returns a task must be values: they must outlive "
                  "the call");
    field.result = shape_of_result<Value>();
    field.arguments =
        arguments_of<std::decay_t<Raw>...>(options.arguments, field.parent + '.' + field.name);
    field.resolve = [function = std::move(function), names = options.arguments](
                        context& ctx, const json_node& given) -> task<resolved> {
        const auto call = [&] {
            return call_resolver<R, kContext, Raw...>(function, ctx, names, given);
        };
        if constexpr (task_value<R>::is_task)
            return resolve_task<Value>(call());
        else
            return resolve_ready(make_resolved<Value>(call()));
    };
}

template <class F, class R, bool kContext, class... Raw>
void add_events(field_definition& field, F function, const field_options& options) {
    check_resolver<F, R, kContext, Raw...>();
    static_assert(stream_value<R>::is_stream,
                  "the resolver of a subscription returns fraiseql::stream: a coroutine that "
                  "yields one value for each event");
    static_assert((!std::is_reference_v<Raw> && ...),
                  "parameters of a resolver that returns a stream must be values: they must "
                  "outlive the call");
    using Value = typename stream_value<R>::type;
    field.result = shape_of_result<Value>();
    field.arguments =
        arguments_of<std::decay_t<Raw>...>(options.arguments, field.parent + '.' + field.name);
    field.subscribe = [function = std::move(function), names = options.arguments](
                          context& ctx, const json_node& given) -> stream<resolved> {
        return resolve_stream<Value>(
            call_resolver<R, kContext, Raw...>(function, ctx, names, given));
    };
}

template <class F, class R, class... P>
void add_events(field_definition& field, F function, const field_options& options,
                parameters<context&, P...>) {
    add_events<F, R, true, P...>(field, std::move(function), options);
}
template <class F, class R, class... P>
void add_events(field_definition& field, F function, const field_options& options,
                parameters<P...>) {
    add_events<F, R, false, P...>(field, std::move(function), options);
}

template <class F, class R, class... P>
void add_resolver(field_definition& field, F function, const field_options& options,
                  parameters<context&, P...>) {
    add_resolver<F, R, true, P...>(field, std::move(function), options);
}
template <class F, class R, class... P>
void add_resolver(field_definition& field, F function, const field_options& options,
                  parameters<P...>) {
    add_resolver<F, R, false, P...>(field, std::move(function), options);
}

/// What a computed field is asked with: one object, or all of a response at once.
template <class T>
struct parents_of {
    using parent = T;
    static constexpr bool all = false;
};
template <class T>
struct parents_of<std::vector<T>> {
    using parent = T;
    static constexpr bool all = true;
};

/// What `make` returns, or what it throws: the error of one object leaves the others alone.
template <class Make>
resolved resolve_one(const Make& make) {
    try {
        return make();
    } catch (...) {
        return {.thrown = std::current_exception()};
    }
}

template <class T>
task<resolved> resolve_one_task(task<T> work) {
    resolved out;
    try {
        T value = co_await std::move(work);
        out = make_resolved<T>(std::move(value));
    } catch (...) {
        out.thrown = std::current_exception();
    }
    co_return out;
}

template <class T>
task<std::vector<resolved>> resolve_list(task<std::vector<T>> work) {
    std::vector<resolved> out;
    std::vector<T> values = co_await std::move(work);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto make = [&] { return make_resolved<T>(std::move(values[i])); };
        out.push_back(resolve_one(make));
    }
    co_return out;
}

inline task<std::vector<resolved>> resolve_ready(std::vector<resolved> values) { co_return values; }

/// Reads the object that a computed field is given. That it does not fit is no mistake of clients.
template <class Parent>
Parent read_parent(const json_node& node) {
    const json_place place{.unknown = unknown_keys::ignore};
    try {
        return json_codec<Parent>::read(node, place);
    } catch (const failure& misfit) {
        throw std::runtime_error(
            std::string("the struct that the field is given does not fit the object: ") +
            misfit.what() + " (what may be null is a std::optional)");
    }
}

template <class T>
task<std::vector<T>> as_task(std::vector<T> values) {
    co_return values;
}

template <class F, class R, bool kContext, class Raw, class Call>
void add_computed(field_definition& field, F function, const Call& call) {
    using Given = parents_of<std::decay_t<Raw>>;
    using Parent = typename Given::parent;
    using Returned = typename task_value<R>::type;
    constexpr bool is_task = task_value<R>::is_task;
    check_resolver<F, R, kContext, Raw>();
    static_assert(described_struct<Parent>,
                  "a computed field is given a struct that BOOST_DESCRIBE_STRUCT describes, or a "
                  "std::vector of them: its members say what of the object is needed");
    static_assert(!is_task || !std::is_reference_v<Raw>,
                  "parameters of a resolver that returns a task must be values: they must outlive "
                  "the call");
    boost::mp11::mp_for_each<members_of<Parent>>(
        [&](auto member) { field.needs.emplace_back(key_of(member.name)); });
    if constexpr (Given::all) {
        static_assert(is_vector<Returned>,
                      "a computed field that is given all objects returns a std::vector with one "
                      "value for each of them, in their order");
        using Value = typename Returned::value_type;
        field.result = shape_of_result<Value>();
        field.resolve_all = [function = std::move(function), call](
                                context& ctx, const std::vector<json_node>& nodes) {
            std::vector<Parent> parents;
            parents.reserve(nodes.size());
            for (const json_node& node : nodes)
                parents.push_back(read_parent<Parent>(node));
            if constexpr (is_task)
                return resolve_list<Value>(call(function, ctx, std::move(parents)));
            else
                return resolve_list<Value>(as_task<Value>(call(function, ctx, std::move(parents))));
        };
    } else {
        field.result = shape_of_result<Returned>();
        field.resolve_all = [function = std::move(function), call](
                                context& ctx, const std::vector<json_node>& nodes) {
            if constexpr (is_task) {
                std::vector<task<resolved>> tasks;
                for (const json_node& node : nodes) {
                    try {
                        tasks.push_back(resolve_one_task<Returned>(
                            call(function, ctx, read_parent<Parent>(node))));
                    } catch (...) {
                        tasks.push_back(
                            resolve_ready(resolved{.thrown = std::current_exception()}));
                    }
                }
                return when_all(std::move(tasks));
            } else {
                std::vector<resolved> out;
                for (const json_node& node : nodes) {
                    const auto make = [&] {
                        return make_resolved<Returned>(
                            call(function, ctx, read_parent<Parent>(node)));
                    };
                    out.push_back(resolve_one(make));
                }
                return resolve_ready(std::move(out));
            }
        };
    }
}

template <class F, class R, class Parent>
void add_computed(field_definition& field, F function, parameters<context&, Parent>) {
    add_computed<F, R, true, Parent>(
        field, std::move(function), [](const F& called, context& ctx, auto&& parents) -> R {
            return called(ctx, std::forward<decltype(parents)>(parents));
        });
}
template <class F, class R, class Parent>
void add_computed(field_definition& field, F function, parameters<Parent>) {
    add_computed<F, R, false, Parent>(field, std::move(function),
                                      [](const F& called, context&, auto&& parents) -> R {
                                          return called(std::forward<decltype(parents)>(parents));
                                      });
}
template <class F, class R, class... P>
void add_computed(field_definition&, const F&, parameters<P...>) {
    static_assert(sizeof...(P) == 1,
                  "a computed field takes what it is computed from, a struct or a std::vector of "
                  "them, behind context& where it needs that: it has no arguments");
}

inline void add_options(field_definition& field, const field_options& options) {
    field.description = options.description;
    field.deprecated = options.deprecated;
    field.type = options.type;
    field.authorize = options.authorize;
    field.cost = options.cost;
}

/// Returns the definition of a field that is computed for objects of the catalog type `parent`.
template <class F>
field_definition define_computed(std::string parent, std::string name, F function,
                                 const field_options& options) {
    static_assert(resolver_function<F>,
                  "a resolver is a function or an object with one operator(): overloaded and "
                  "generic ones have no one list of parameters; wrap it in a lambda");
    field_definition field{.name = std::move(name), .parent = std::move(parent)};
    expect_function(function, field.parent + '.' + field.name);
    add_options(field, options);
    if (!options.arguments.empty())
        throw std::invalid_argument(field.parent + '.' + field.name +
                                    ": a computed field takes no arguments.");
    using Function = std::decay_t<F>;
    using Signature = signature<Function>;
    add_computed<Function, typename Signature::result>(field, Function(std::move(function)),
                                                       typename Signature::list());
    return field;
}

/// Returns the definition of the field `parent.name`. Throws std::invalid_argument where names and
/// parameters do not fit.
template <class F>
field_definition define_field(std::string parent, std::string name, F function,
                              const field_options& options) {
    static_assert(resolver_function<F>,
                  "a resolver is a function or an object with one operator(): overloaded and "
                  "generic ones have no one list of parameters; wrap it in a lambda");
    field_definition field{.name = std::move(name), .parent = std::move(parent)};
    expect_function(function, field.parent + '.' + field.name);
    add_options(field, options);
    using Function = std::decay_t<F>;
    using Signature = signature<Function>;
    add_resolver<Function, typename Signature::result>(field, Function(std::move(function)),
                                                       options, typename Signature::list());
    return field;
}

/// The same of the field `Subscription.name`.
template <class F>
field_definition define_subscription(std::string name, F function, const field_options& options) {
    static_assert(resolver_function<F>,
                  "a resolver is a function or an object with one operator(): overloaded and "
                  "generic ones have no one list of parameters; wrap it in a lambda");
    field_definition field{.name = std::move(name), .parent = "Subscription"};
    expect_function(function, field.parent + '.' + field.name);
    add_options(field, options);
    using Function = std::decay_t<F>;
    using Signature = signature<Function>;
    add_events<Function, typename Signature::result>(field, Function(std::move(function)), options,
                                                     typename Signature::list());
    return field;
}

}  // namespace detail
}  // namespace fraiseql
