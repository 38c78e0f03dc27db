// SPDX-License-Identifier: MIT
// Codecs of what has other values in it: optionals, containers, described structs, variants.
#pragma once

#include <array>
#include <boost/describe/enum_from_string.hpp>
#include <boost/describe/enum_to_string.hpp>
#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "fraiseql/json_scalars.hpp"

namespace fraiseql {

template <class T>
concept json_writable =
    requires(std::string& out, const T& value) { json_codec<T>::write(out, value); };
template <class T>
concept json_readable = requires(const json_node& node, const json_place& place) {
    { json_codec<T>::read(node, place) } -> std::convertible_to<T>;
};

/// A struct that BOOST_DESCRIBE_STRUCT has described.
template <class T>
concept described_struct = std::is_class_v<T> && boost::describe::has_describe_members<T>::value;
/// An enum that BOOST_DESCRIBE_ENUM has described.
template <class T>
concept described_enum = std::is_enum_v<T> && boost::describe::has_describe_enumerators<T>::value;

namespace detail {

template <class T>
using members_of = boost::describe::describe_members<T, boost::describe::mod_public |
                                                            boost::describe::mod_inherited>;

/// The key of a member or enumerator: its name, without the underscore that keeps it apart from a
/// word of C++ (`class_`).
constexpr std::string_view key_of(std::string_view name) {
    if (name.size() > 1 && name.back() == '_') name.remove_suffix(1);
    return name;
}

/// The name of T without namespaces, for `__typename`.
template <class T>
constexpr std::string_view type_name() {
    std::string_view name = __PRETTY_FUNCTION__;
    const std::size_t begin = name.find("T = ") + 4;
    name = name.substr(begin, name.find_first_of(";]", begin) - begin);
    const std::size_t scope = name.rfind("::");
    return scope == name.npos ? name : name.substr(scope + 2);
}

template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};
template <class T>
struct is_optional<std::unique_ptr<T>> : std::true_type {};
template <class T>
struct is_optional<std::shared_ptr<T>> : std::true_type {};

/// Throws failure: a key that the struct has no member for.
[[noreturn]] FRAISEQL_EXPORT void refuse_unknown_key(const json_place& place, std::string_view key,
                                                     const std::vector<std::string_view>& known);
/// Throws failure: a text that is none of the enum's.
[[noreturn]] FRAISEQL_EXPORT void refuse_label(const json_place& place, std::string_view label,
                                               const std::vector<std::string_view>& known);
[[noreturn]] FRAISEQL_EXPORT void refuse_enum(long long value);

template <class T>
void read_member(const json_node& node, const json_place& place, std::string_view key, T& out) {
    const json_place inner = place.member(key);
    const auto found = node.find(key);
    if (!found) {
        if constexpr (!is_optional<T>::value) inner.refuse("is missing.");
        return;
    }
    out = json_codec<T>::read(*found, inner);
}

template <class Sequence>
void write_array(std::string& out, const Sequence& items) {
    out += '[';
    bool first = true;
    for (const auto& item : items) {
        if (!std::exchange(first, false)) out += ',';
        json_codec<typename Sequence::value_type>::write(out, item);
    }
    out += ']';
}

inline void expect_array(const json_node& node, const json_place& place) {
    if (node.type() != json_node::kind::array) place.expected("a list", node);
}
inline void expect_object(const json_node& node, const json_place& place) {
    if (node.type() != json_node::kind::object) place.expected("an object", node);
}

template <class T>
void write_members(std::string& out, const T& value, bool first) {
    boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
        if (!std::exchange(first, false)) out += ',';
        write_json_string(out, key_of(member.name));
        out += ':';
        using M = std::remove_cvref_t<decltype(value.*member.pointer)>;
        json_codec<M>::write(out, value.*member.pointer);
    });
}

}  // namespace detail

template <class T>
struct json_codec<std::optional<T>> {
    static std::optional<T> read(const json_node& node, const json_place& place) {
        if (node.is_null()) return std::nullopt;
        return json_codec<T>::read(node, place);
    }
    static void write(std::string& out, const std::optional<T>& value) {
        if (value)
            json_codec<T>::write(out, *value);
        else
            out += "null";
    }
};

/// For structs that contain themselves; null as an optional.
template <class T>
struct json_codec<std::unique_ptr<T>> {
    static std::unique_ptr<T> read(const json_node& node, const json_place& place) {
        if (node.is_null()) return nullptr;
        return std::make_unique<T>(json_codec<T>::read(node, place));
    }
    static void write(std::string& out, const std::unique_ptr<T>& value) {
        if (value)
            json_codec<T>::write(out, *value);
        else
            out += "null";
    }
};

template <class T>
struct json_codec<std::shared_ptr<T>> {
    static std::shared_ptr<T> read(const json_node& node, const json_place& place) {
        if (node.is_null()) return nullptr;
        return std::make_shared<T>(json_codec<T>::read(node, place));
    }
    static void write(std::string& out, const std::shared_ptr<T>& value) {
        if (value)
            json_codec<T>::write(out, *value);
        else
            out += "null";
    }
};

template <class T>
struct json_codec<std::vector<T>> {
    static std::vector<T> read(const json_node& node, const json_place& place) {
        detail::expect_array(node, place);
        std::vector<T> out;
        out.reserve(node.size());
        for (std::size_t i = 0; i < node.size(); ++i) {
            const json_place inner = place.item(i);
            out.push_back(json_codec<T>::read(node.item(i), inner));
        }
        return out;
    }
    static void write(std::string& out, const std::vector<T>& value) {
        detail::write_array(out, value);
    }
};

template <class T>
struct json_codec<std::set<T>> {
    static std::set<T> read(const json_node& node, const json_place& place) {
        detail::expect_array(node, place);
        std::set<T> out;
        for (std::size_t i = 0; i < node.size(); ++i) {
            const json_place inner = place.item(i);
            if (!out.insert(json_codec<T>::read(node.item(i), inner)).second)
                inner.refuse("stands twice, but this is a set.");
        }
        return out;
    }
    static void write(std::string& out, const std::set<T>& value) {
        detail::write_array(out, value);
    }
};

template <class T, std::size_t N>
struct json_codec<std::array<T, N>> {
    static std::array<T, N> read(const json_node& node, const json_place& place) {
        detail::expect_array(node, place);
        if (node.size() != N)
            place.refuse("must have " + std::to_string(N) + " items, not " +
                         std::to_string(node.size()) + ".");
        std::array<T, N> out = {};
        for (std::size_t i = 0; i < N; ++i) {
            const json_place inner = place.item(i);
            out[i] = json_codec<T>::read(node.item(i), inner);
        }
        return out;
    }
    static void write(std::string& out, const std::array<T, N>& value) {
        detail::write_array(out, value);
    }
};

namespace detail {

template <class Map>
struct map_codec {
    using Mapped = typename Map::mapped_type;
    static Map read(const json_node& node, const json_place& place) {
        expect_object(node, place);
        Map out;
        for (std::size_t i = 0; i < node.size(); ++i) {
            const std::string_view key = node.key(i);
            const json_place inner = place.member(key);
            out.emplace(std::string(key), json_codec<Mapped>::read(node.item(i), inner));
        }
        return out;
    }
    static void write(std::string& out, const Map& value) {
        out += '{';
        bool first = true;
        for (const auto& [key, item] : value) {
            if (!std::exchange(first, false)) out += ',';
            write_json_string(out, key);
            out += ':';
            json_codec<Mapped>::write(out, item);
        }
        out += '}';
    }
};

}  // namespace detail

template <class T, class Compare>
struct json_codec<std::map<std::string, T, Compare>>
    : detail::map_codec<std::map<std::string, T, Compare>> {};
template <class T>
struct json_codec<std::unordered_map<std::string, T>>
    : detail::map_codec<std::unordered_map<std::string, T>> {};

/// Members under their names; inherited ones, too.
template <described_struct T>
struct json_codec<T> {
    static T read(const json_node& node, const json_place& place) {
        detail::expect_object(node, place);
        T out{};
        boost::mp11::mp_for_each<detail::members_of<T>>([&](auto member) {
            detail::read_member(node, place, detail::key_of(member.name), out.*member.pointer);
        });
        if (place.unknown == unknown_keys::refuse) refuse_unknown(node, place);
        return out;
    }
    static void write(std::string& out, const T& value) {
        out += '{';
        detail::write_members(out, value, true);
        out += '}';
    }

  private:
    static void refuse_unknown(const json_node& node, const json_place& place) {
        std::vector<std::string_view> known;
        boost::mp11::mp_for_each<detail::members_of<T>>(
            [&](auto member) { known.push_back(detail::key_of(member.name)); });
        for (std::size_t i = 0; i < node.size(); ++i) {
            bool found = node.key(i) == "__typename";
            for (std::string_view key : known)
                found = found || key == node.key(i);
            if (!found) detail::refuse_unknown_key(place, node.key(i), known);
        }
    }
};

/// Enumerators by name, as the labels of a PostgreSQL enum.
template <described_enum T>
struct json_codec<T> {
    static T read(const json_node& node, const json_place& place) {
        if (node.type() != json_node::kind::string) place.expected("a string", node);
        std::optional<T> out;
        std::vector<std::string_view> known;
        boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto each) {
            known.push_back(detail::key_of(each.name));
            if (known.back() == node.text()) out = each.value;
        });
        if (!out) detail::refuse_label(place, node.text(), known);
        return *out;
    }
    static void write(std::string& out, T value) {
        const char* name = boost::describe::enum_to_string(value, nullptr);
        if (name == nullptr) detail::refuse_enum(static_cast<long long>(value));
        write_json_string(out, detail::key_of(name));
    }
};

template <>
struct json_codec<std::monostate> {
    static std::monostate read(const json_node& node, const json_place& place) {
        if (!node.is_null()) place.expected("null", node);
        return {};
    }
    static void write(std::string& out, std::monostate) { out += "null"; }
};

/// Structs are told apart by `__typename`, which is the name of the struct and the first member.
template <described_struct... T>
    requires(sizeof...(T) > 0)
struct json_codec<std::variant<T...>> {
    using Variant = std::variant<T...>;
    static Variant read(const json_node& node, const json_place& place) {
        detail::expect_object(node, place);
        const auto type = node.find("__typename");
        const json_place inner = place.member("__typename");
        if (!type) inner.refuse("is missing.");
        std::optional<Variant> out;
        (void)((type->text() == detail::type_name<T>() &&
                (out = json_codec<T>::read(node, place), true)) ||
               ...);
        if (!out) detail::refuse_label(inner, type->text(), {detail::type_name<T>()...});
        return *std::move(out);
    }
    static void write(std::string& out, const Variant& value) {
        std::visit(
            [&]<class M>(const M& each) {
                out += "{\"__typename\":";
                write_json_string(out, detail::type_name<M>());
                detail::write_members(out, each, false);
                out += '}';
            },
            value);
    }
};

}  // namespace fraiseql
