// SPDX-License-Identifier: MIT
// describe: from C++ types to GraphQL types, and from arguments to C++ values.
#pragma once

#include <boost/describe/enumerators.hpp>
#include <boost/mp11/algorithm.hpp>
#include <chrono>
#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "fraiseql/definition.hpp"
#include "fraiseql/json.hpp"

namespace fraiseql {

/// What is said about one member of a struct, or one enumerator.
struct note {
    /// The member's name in C++.
    std::string_view member;
    std::string_view description = {};
    /// Why it should not be used any more; empty: it is not deprecated.
    std::string_view deprecated = {};
    /// Of members of inputs: a GraphQL literal, `10` or `"en"`; then clients need not give it.
    std::string_view default_value = {};
};

/// Specialise it to say more of a described type: any of
///   static constexpr std::string_view name = "…";          in place of the C++ name
///   static constexpr std::string_view description = "…";
///   static constexpr fraiseql::note members[] = {{.member = "…", .description = "…"}, …};
///   static constexpr std::string_view scalar = "EmailAddress";  of a type with a json_codec
///   static constexpr std::string_view specified_by = "https://…";  of a scalar of your own
///   static constexpr bool interface = true;                of a std::variant
/// A std::variant must have a `name`. A `scalar` that has a `description` is one of your own,
/// called so; without, it is one of the server's. Inputs are what the json_codec reads; what it
/// refuses by json_place::refuse() or by throwing failure is an error of the request, before
/// anything runs.
template <class T>
struct annotate {};

namespace detail {

template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class T>
inline constexpr bool is_vector<std::set<T>> = true;
template <class T>
inline constexpr bool is_variant = false;
template <class... T>
inline constexpr bool is_variant<std::variant<T...>> = true;

template <class T>
inline constexpr std::string_view scalar_name = {};
template <>
inline constexpr std::string_view scalar_name<bool> = "Boolean";
template <std::signed_integral T>
inline constexpr std::string_view scalar_name<T> = sizeof(T) <= 4 ? "Int" : "BigInt";
template <std::floating_point T>
inline constexpr std::string_view scalar_name<T> = "Float";
template <>
inline constexpr std::string_view scalar_name<std::string> = "String";
template <>
inline constexpr std::string_view scalar_name<uuid> = "UUID";
template <>
inline constexpr std::string_view scalar_name<decimal> = "Decimal";
template <>
inline constexpr std::string_view scalar_name<json_text> = "JSON";
template <class D>
inline constexpr std::string_view scalar_name<std::chrono::sys_time<D>> = "DateTime";
template <class D>
inline constexpr std::string_view scalar_name<std::chrono::local_time<D>> = "LocalDateTime";
template <>
inline constexpr std::string_view scalar_name<std::chrono::year_month_day> = "Date";
template <class D>
inline constexpr std::string_view scalar_name<std::chrono::hh_mm_ss<D>> = "Time";
template <class T>
    requires requires { annotate<T>::scalar; }
inline constexpr std::string_view scalar_name<T> = annotate<T>::scalar;

template <class T>
consteval std::string_view name_of() {
    if constexpr (requires { annotate<T>::name; })
        return annotate<T>::name;
    else
        return type_name<T>();
}

template <class T>
consteval std::string_view description_of() {
    if constexpr (requires { annotate<T>::description; })
        return annotate<T>::description;
    else
        return {};
}

/// Whether each of annotate<T>::members names one of Described, which are descriptors of Boost's.
template <class T, class Described>
consteval bool notes_fit() {
    if constexpr (requires { annotate<T>::members; })
        for (const note& each : annotate<T>::members) {
            bool found = false;
            boost::mp11::mp_for_each<Described>(
                [&](auto described) { found = found || each.member == described.name; });
            if (!found) return false;
        }
    return true;
}

/// Returns what is said about a member; only its name where nothing is.
template <class T>
constexpr note note_on(std::string_view member) {
    if constexpr (requires { annotate<T>::members; })
        for (const note& each : annotate<T>::members)
            if (each.member == member) return each;
    return {.member = member};
}

template <class T>
const type_shape& shape_of();

template <class T>
type_shape object_shape() {
    static_assert(notes_fit<T, members_of<T>>(),
                  "fraiseql::annotate<T>::members speaks of what T does not have: `.member` is the "
                  "name of a member or enumerator in C++, as it is described");
    type_shape shape{.what = type_shape::kind::object,
                     .name = std::string(name_of<T>()),
                     .description = description_of<T>()};
    boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
        using Member = std::remove_cvref_t<decltype(std::declval<T>().*member.pointer)>;
        constexpr auto pointer = member.pointer;
        const note said = note_on<T>(member.name);
        shape.members.push_back({.name = graphql_name(key_of(member.name)),
                                 .key = key_of(member.name),
                                 .type = shape_of<Member>,
                                 .get = [](const void* object) -> const void* {
                                     return &(static_cast<const T*>(object)->*pointer);
                                 },
                                 .description = said.description,
                                 .deprecated = said.deprecated,
                                 .default_value = said.default_value});
    });
    return shape;
}

template <class T>
type_shape enum_shape() {
    static_assert(notes_fit<T, boost::describe::describe_enumerators<T>>(),
                  "fraiseql::annotate<T>::members speaks of what T does not have: `.member` is the "
                  "name of a member or enumerator in C++, as it is described");
    type_shape shape{.what = type_shape::kind::enumeration,
                     .name = std::string(name_of<T>()),
                     .description = description_of<T>()};
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto each) {
        const note said = note_on<T>(each.name);
        shape.values.push_back({key_of(each.name), said.description, said.deprecated});
    });
    shape.write = [](std::string& out, const void* value) {
        json_codec<T>::write(out, *static_cast<const T*>(value));
    };
    return shape;
}

template <class T>
type_shape scalar_shape() {
    type_shape shape{.what = type_shape::kind::scalar,
                     .name = std::string(scalar_name<T>),
                     .description = description_of<T>()};
    if constexpr (requires { annotate<T>::specified_by; })
        shape.specified_by = annotate<T>::specified_by;
    static_assert(
        requires { annotate<T>::scalar; } || (json_readable<T> && json_writable<T>),
        "characters and long double are no values of GraphQL: use std::string, "
        "std::int32_t or double");
    if constexpr (requires { annotate<T>::scalar; }) {
        static_assert(json_readable<T> && json_writable<T>,
                      "a type that is a scalar is read and written by a json_codec: specialise "
                      "fraiseql::json_codec for it, with read() and write()");
        shape.refusal = [](const json::Value& value) {
            return refusal_of(value, scalar_name<T>,
                              [](const json_node& node, const json_place& place) {
                                  static_cast<void>(json_codec<T>::read(node, place));
                              });
        };
    }
    shape.write = [](std::string& out, const void* value) {
        json_codec<T>::write(out, *static_cast<const T*>(value));
    };
    return shape;
}

template <class T>
type_shape list_shape() {
    using Item = typename T::value_type;
    return {.what = type_shape::kind::list,
            .inner = shape_of<Item>,
            .each = [](const void* list, void* argument, bool (*item)(void*, const void*)) {
                for (const auto& each : *static_cast<const T*>(list)) {
                    // std::vector<bool> has no bools to point to.
                    const Item& value = each;
                    if (!item(argument, &value)) return;
                }
            }};
}

template <class T>
type_shape optional_shape() {
    using Inner = std::remove_cvref_t<decltype(*std::declval<const T&>())>;
    return {.what = type_shape::kind::optional,
            .inner = shape_of<Inner>,
            .get = [](const void* value) -> const void* {
                const T& optional = *static_cast<const T*>(value);
                return optional ? &*optional : nullptr;
            }};
}

template <class... T>
type_shape variant_shape(const std::variant<T...>*) {
    using Variant = std::variant<T...>;
    static_assert(
        requires { annotate<Variant>::name; },
        "a std::variant is a union or an interface of GraphQL, which needs a name: write "
        "template <> struct fraiseql::annotate<the variant> { static constexpr "
        "std::string_view name = \"…\"; };");
    static_assert((described_struct<T> && ...),
                  "the types of a std::variant must be structs that BOOST_DESCRIBE_STRUCT "
                  "describes: unions of GraphQL have objects only");
    type_shape shape{.what = type_shape::kind::variant,
                     .name = std::string(name_of<Variant>()),
                     .description = description_of<Variant>(),
                     .alternatives = {shape_of<T>...}};
    if constexpr (requires { annotate<Variant>::interface; })
        shape.interface = annotate<Variant>::interface;
    shape.choose = [](const void* value) {
        return std::visit(
            [](const auto& each) {
                return alternative{&shape_of<std::remove_cvref_t<decltype(each)>>(), &each};
            },
            *static_cast<const Variant*>(value));
    };
    return shape;
}

template <class T>
inline constexpr bool is_described =
    described_struct<T> || described_enum<T> || !scalar_name<T>.empty() || is_vector<T> ||
    is_variant<T> || is_optional<T>::value;

template <class T>
type_shape make_shape() {
    static_assert(!std::is_unsigned_v<T> || std::is_same_v<T, bool>,
                  "GraphQL has no unsigned numbers: use std::int32_t (Int) or std::int64_t "
                  "(BigInt)");
    static_assert(!std::is_pointer_v<T> && !std::is_same_v<T, std::string_view>,
                  "pointers and views do not own what they show: use std::string, or a smart "
                  "pointer");
    static_assert(is_described<T>,
                  "this type is not described: write BOOST_DESCRIBE_STRUCT(T, (), (members…)) or "
                  "BOOST_DESCRIBE_ENUM(T, enumerators…) beside it, or name its scalar in "
                  "fraiseql::annotate");
    if constexpr (is_optional<T>::value)
        return optional_shape<T>();
    else if constexpr (is_vector<T>)
        return list_shape<T>();
    else if constexpr (is_variant<T>)
        return variant_shape(static_cast<const T*>(nullptr));
    else if constexpr (!scalar_name<T>.empty())
        return scalar_shape<T>();
    else if constexpr (described_enum<T>)
        return enum_shape<T>();
    else if constexpr (described_struct<T>)
        return object_shape<T>();
    else
        return {};
}

/// Returns how T shows in GraphQL; always the same object.
template <class T>
const type_shape& shape_of() {
    static const type_shape shape = make_shape<T>();
    return shape;
}

/// Reads what clients gave: members are called as in GraphQL. Throws failure.
template <class T>
T read_input(const json_node& node, const json_place& place);

template <class T>
T read_input_object(const json_node& node, const json_place& place) {
    static_assert(std::is_default_constructible_v<T>,
                  "a struct that is an input has a default constructor: members that the client "
                  "leaves out keep the values that it gives them");
    T out{};
    const type_shape& shape = shape_of<T>();
    std::size_t index = 0;
    boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
        const std::string& name = shape.members[index++].name;
        using Member = std::remove_cvref_t<decltype(out.*member.pointer)>;
        const json_place inner = place.member(name);
        // What is not given keeps the value of the struct.
        if (const auto found = node.find(name))
            out.*member.pointer = read_input<Member>(*found, inner);
    });
    return out;
}

template <class T>
T read_input(const json_node& node, const json_place& place) {
    if constexpr (is_optional<T>::value) {
        using Inner = std::remove_cvref_t<decltype(*std::declval<const T&>())>;
        if (node.is_null()) return {};
        if constexpr (std::is_same_v<T, std::optional<Inner>>)
            return read_input<Inner>(node, place);
        else
            return T(new Inner(read_input<Inner>(node, place)));
    } else if constexpr (is_vector<T>) {
        T out;
        for (std::size_t i = 0; i < node.size(); ++i) {
            const json_place inner = place.item(i);
            auto item = read_input<typename T::value_type>(node.item(i), inner);
            if constexpr (requires { typename T::key_type; }) {
                if (!out.insert(std::move(item)).second)
                    inner.refuse("stands twice, but this is a set.");
            } else {
                out.push_back(std::move(item));
            }
        }
        return out;
    } else if constexpr (described_struct<T> && scalar_name<T>.empty()) {
        return read_input_object<T>(node, place);
    } else {
        static_assert(!is_variant<T>,
                      "a std::variant cannot be an input: GraphQL has no unions of "
                      "inputs; use a struct of optionals");
        return json_codec<T>::read(node, place);
    }
}

}  // namespace detail
}  // namespace fraiseql
