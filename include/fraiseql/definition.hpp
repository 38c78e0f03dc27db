// SPDX-License-Identifier: MIT
// What an application adds to the schema, without its C++ types: what the engine works with.
#pragma once

#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "fraiseql/export.hpp"
#include "fraiseql/json.hpp"
#include "fraiseql/stream.hpp"
#include "fraiseql/task.hpp"

namespace fraiseql {

class context;
struct http_request;
struct http_response;
struct operation;
struct outcome;

namespace json {
struct Value;
}

namespace detail {

struct type_shape;
/// Types may contain themselves: what is inside is asked for late.
using shape_function = const type_shape& (*)();

/// A member of a described struct.
struct member_shape {
    /// Its name in GraphQL.
    std::string name;
    /// Its name in C++.
    std::string_view key;
    shape_function type = nullptr;
    const void* (*get)(const void* object) = nullptr;
    std::string_view description = {};
    std::string_view deprecated = {};
    /// Inputs: a GraphQL literal; empty: there is none.
    std::string_view default_value = {};
};

struct value_shape {
    std::string_view name;
    std::string_view description = {};
    std::string_view deprecated = {};
};

/// The value of a variant.
struct alternative {
    const type_shape* type = nullptr;
    const void* value = nullptr;
};

/// How values of a C++ type show in GraphQL, and how to look at them.
struct type_shape {
    enum class kind : unsigned char {
        scalar,
        enumeration,
        object,
        /// A variant: a union, or an interface of what its structs have in common.
        variant,
        optional,
        list
    };
    kind what = kind::scalar;
    /// Of scalars, enums, objects and variants.
    std::string name = {};
    std::string_view description = {};
    std::vector<member_shape> members = {};
    std::vector<value_shape> values = {};
    /// Of optionals and lists.
    shape_function inner = nullptr;
    std::vector<shape_function> alternatives = {};
    bool interface = false;
    /// Of scalars that the application makes.
    std::string_view specified_by = {};
    /// Of those: why an input is none; nothing where it is one. nullptr: the scalar is the
    /// library's.
    std::optional<std::string> (*refusal)(const json::Value& value) = nullptr;
    /// Scalars and enums: appends the value as JSON.
    void (*write)(std::string& out, const void* value) = nullptr;
    /// Optionals: the value, or nullptr.
    const void* (*get)(const void* value) = nullptr;
    /// Lists: calls `item` for each, until it returns false.
    void (*each)(const void* list, void* argument,
                 bool (*item)(void* argument, const void* value)) = nullptr;
    alternative (*choose)(const void* value) = nullptr;
};

/// What a resolver returned.
struct resolved {
    enum class form : unsigned char {
        /// A C++ value.
        value,
        /// JSON, of which the selection is taken.
        document,
        /// JSON that is what the selection asks for, and goes into the answer unread.
        shaped
    };
    form what = form::value;
    // Shared because it is of any type.
    std::shared_ptr<const void> value = {};
    const type_shape* shape = nullptr;
    json_text json = {};
    /// Of one object of several: what was thrown where its value would be.
    std::exception_ptr thrown = {};
};

struct argument_definition {
    std::string name;
    shape_function type = nullptr;
    std::string_view description = {};
    std::string_view default_value = {};
};

/// A field that code answers.
struct field_definition {
    std::string name;
    /// The object type that has it: Query, Mutation, Subscription, or a type of the catalog.
    std::string parent;
    std::string description = {};
    std::string deprecated = {};
    /// The type as text, `[User!]!`; empty: that of `result`.
    std::string type = {};
    shape_function result = nullptr;
    std::vector<argument_definition> arguments = {};
    /// Alternatives as in an `@authorize` line; empty: whoever may ask.
    std::string authorize = {};
    std::uint32_t cost = 1;
    /// Fields of Query and Mutation. Throws, or its task does, where the field is an error.
    std::function<task<resolved>(context&, const json_node& arguments)> resolve = {};
    /// Fields of Subscription: the stream of its events. What throws ends it.
    std::function<stream<resolved>(context&, const json_node& arguments)> subscribe = {};
    /// Fields of catalog types: one call for all objects of a response, one result for each.
    std::function<task<std::vector<resolved>>(context&, const std::vector<json_node>& parents)>
        resolve_all = {};
    /// The keys or columns of the parent that it needs.
    std::vector<std::string> needs = {};
};

/// What `@authorize authorizer:name` asks.
struct authorizer_definition {
    std::string name;
    std::function<task<void>(context&, bool& granted)> ask = {};
};

/// A resource besides those of the server.
struct route_definition {
    std::string method;
    std::string path;
    /// Alternatives as in an `@authorize` line; empty: everybody.
    std::string authorize = {};
    std::function<task<void>(context&, const http_request&, http_response&)> answer = {};
};

/// Everything that an application adds. Immutable while it is served.
struct definitions {
    std::deque<field_definition> fields = {};
    /// All of these, in their order, throw what refuses the request, or their tasks do.
    std::vector<std::function<task<void>(context&)>> prepare = {};
    std::vector<authorizer_definition> authorizers = {};
    std::function<task<void>(context&, std::optional<std::string>& key)> rate_key = {};
    std::vector<std::function<task<void>(context&, const operation&)>> before_plan = {};
    std::vector<std::function<task<void>(context&, const operation&)>> before_execute = {};
    std::vector<std::function<task<void>(context&, const operation&, const outcome&)>> after = {};
    std::vector<route_definition> routes = {};

    /// Whether code is to see a request before anything is decided about it.
    bool looks_at_requests() const noexcept {
        return !prepare.empty() || !authorizers.empty() || rate_key || !before_plan.empty() ||
               !before_execute.empty() || !after.empty();
    }
};

/// Throws std::invalid_argument where `function` is a null pointer or an empty std::function.
template <class F>
void expect_function(const F& function, const std::string& subject) {
    if constexpr (std::is_pointer_v<F> || requires { typename F::result_type; }) {
        if constexpr (requires { function == nullptr; })
            if (function == nullptr)
                throw std::invalid_argument(subject + ": there is no function: it is null.");
    }
}

/// The name of a member in GraphQL: `created_at` becomes `createdAt`, as names of columns do.
FRAISEQL_EXPORT std::string graphql_name(std::string_view name);

/// Has `read` read an input, and returns why that cannot be, in words for clients; or nothing.
FRAISEQL_EXPORT std::optional<std::string> refusal_of(const json::Value& value,
                                                      std::string_view scalar,
                                                      void (*read)(const json_node&,
                                                                   const json_place&));

}  // namespace detail
}  // namespace fraiseql
