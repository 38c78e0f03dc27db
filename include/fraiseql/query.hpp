// SPDX-License-Identifier: MIT
// query: which rows code reads, in which order; condition and col() to say it; parameters of SQL.
#pragma once

#include <boost/mp11/algorithm.hpp>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fraiseql/json.hpp"

namespace fraiseql {

/// What must hold of a row. Made by col() and combined with &&, || and !.
class FRAISEQL_EXPORT condition {
  public:
    /// Takes a filter as JSON, in the form of GraphQL's `where`, but with the database's own names:
    /// `{"status": {"in": ["a", "b"]}, "author": {"name": "Ann"}}`.
    explicit condition(json_text filter) : filter_(std::move(filter)) {}

    const json_text& filter() const noexcept { return filter_; }

    FRAISEQL_EXPORT friend condition operator&&(const condition& left, const condition& right);
    FRAISEQL_EXPORT friend condition operator||(const condition& left, const condition& right);
    FRAISEQL_EXPORT friend condition operator!(const condition& inner);

  private:
    json_text filter_;
};

/// A key of a relation's document or one of its columns; `author.name` is inside an object.
class FRAISEQL_EXPORT column {
  public:
    explicit column(std::string path) : path_(std::move(path)) {}

    /// Any operator of docs/reference/operators.md by its name: `col("title").is("icontains",
    /// "x")`.
    template <class T>
    condition is(std::string_view op, const T& value) const {
        if constexpr (std::is_convertible_v<T, std::string_view>)
            return compare(op, to_json(std::string_view(value)));
        else
            return compare(op, to_json(value));
    }
    /// An empty list matches nothing.
    template <class T>
    condition in(const std::vector<T>& values) const {
        return is("in", values);
    }
    condition is_null(bool yes = true) const { return is("isnull", yes); }

    /// Equality with null, or an optional without a value, is IS NULL.
    condition operator==(std::nullptr_t) const { return is_null(); }
    condition operator!=(std::nullptr_t) const { return is_null(false); }
    template <class T>
    condition operator==(const T& value) const {
        if constexpr (detail::is_optional<T>::value)
            return value ? *this == *value : is_null();
        else
            return is("eq", value);
    }
    template <class T>
    condition operator!=(const T& value) const {
        if constexpr (detail::is_optional<T>::value)
            return value ? *this != *value : is_null(false);
        else
            return is("neq", value);
    }
    template <class T>
    condition operator<(const T& value) const {
        return is("lt", value);
    }
    template <class T>
    condition operator<=(const T& value) const {
        return is("lte", value);
    }
    template <class T>
    condition operator>(const T& value) const {
        return is("gt", value);
    }
    template <class T>
    condition operator>=(const T& value) const {
        return is("gte", value);
    }

    const std::string& path() const noexcept { return path_; }

  private:
    condition compare(std::string_view op, const json_text& value) const;
    std::string path_;
};

/// Names a column or key: `col("status") == "active"`.
inline column col(std::string path) { return column(std::move(path)); }

/// Names the column of a described struct's member: `col(&tenant::status) == "active"`.
template <described_struct T, class M>
column col(M T::* member) {
    std::string name;
    boost::mp11::mp_for_each<detail::members_of<T>>([&](auto each) {
        if constexpr (std::is_same_v<std::remove_cv_t<decltype(each.pointer)>, M T::*>)
            if (each.pointer == member) name = detail::key_of(each.name);
    });
    return column(std::move(name));
}

enum class direction : unsigned char {
    asc,
    desc,
    asc_nulls_first,
    asc_nulls_last,
    desc_nulls_first,
    desc_nulls_last
};

/// Which rows, in which order, and how many. Names are those of the database; one that the relation
/// does not have is an error of the call. Every list is bounded: without a limit it is the server's
/// default page (100), and at most its largest (1000).
class FRAISEQL_EXPORT query {
  public:
    query();
    query(const query&);
    query& operator=(const query&);
    ~query();

    /// All conditions given must hold.
    query& where(const condition& one);
    /// `name` equals `value`; null is IS NULL.
    template <class T>
    query& where(std::string name, const T& value) {
        return where(column(std::move(name)) == value);
    }
    /// The first criterion counts most. What identifies a row is added as the last one.
    query& order_by(const std::string& path, direction way = direction::asc);
    query& limit(std::int64_t rows);
    query& offset(std::int64_t rows);

    /// For paginate(): so many from the beginning or after a cursor, or from the end or before one.
    query& first(std::int64_t rows);
    query& last(std::int64_t rows);
    query& after(std::string_view cursor);
    query& before(std::string_view cursor);
    /// For paginate(): counts all rows, which costs a scan of them.
    query& with_total_count();

    /// Returns the arguments as JSON: `{"where": …, "orderBy": …}`.
    std::string str() const;
    bool wants_total_count() const noexcept { return total_count_; }

  private:
    query& set(std::string_view name, std::string value);
    std::vector<std::string> conditions_;
    std::vector<std::string> order_;
    std::vector<std::pair<std::string, std::string>> others_;
    bool total_count_ = false;
};

/// Arguments of a function by the names of its parameters: `arguments().set("p_title", title)`.
class FRAISEQL_EXPORT arguments {
  public:
    /// Throws failure where `name` is set already.
    template <class T>
    arguments& set(std::string_view name, const T& value) {
        if constexpr (std::is_convertible_v<T, std::string_view>)
            return add(name, to_json(std::string_view(value)));
        else
            return add(name, to_json(value));
    }
    std::string str() const { return '{' + members_ + '}'; }

  private:
    arguments& add(std::string_view name, const json_text& value);
    std::string members_ = {};
    std::vector<std::string> names_ = {};
};

/// Values for `$1`, `$2`, … of SQL, in this order; they are bound, never written into the text.
/// Text, numbers, uuid, decimal and chrono types stand for themselves, vectors for arrays,
/// json_text and described structs for JSON, an empty optional and nullptr for NULL.
class FRAISEQL_EXPORT values {
  public:
    values() = default;
    template <class... T>
        requires(sizeof...(T) > 0 &&
                 !(sizeof...(T) == 1 && (std::is_same_v<std::remove_cvref_t<T>, values> || ...)))
    explicit values(const T&... each) {
        (add(each), ...);
    }

    const std::vector<std::optional<std::string>>& all() const noexcept { return all_; }

  private:
    template <class T>
    void add(const T& value) {
        if constexpr (std::is_same_v<T, std::nullptr_t>)
            all_.emplace_back();
        else if constexpr (std::is_convertible_v<T, std::string_view>)
            all_.emplace_back(std::string(std::string_view(value)));
        else if constexpr (detail::is_optional<T>::value)
            value ? add(*value) : static_cast<void>(all_.emplace_back());
        else if constexpr (std::is_same_v<T, json_text> || described_struct<T>)
            all_.emplace_back(std::string(to_json(value).str()));
        else
            add_json(to_json(value));
    }
    /// A scalar as its text, a list as an array literal.
    void add_json(const json_text& value);

    std::vector<std::optional<std::string>> all_ = {};
};

}  // namespace fraiseql
