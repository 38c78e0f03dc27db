// SPDX-License-Identifier: MIT
// json_text: JSON that goes into answers as it is; to_json and from_json between it and C++ types.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "fraiseql/error.hpp"
#include "fraiseql/export.hpp"
#include "fraiseql/json_codecs.hpp"
#include "fraiseql/json_node.hpp"

namespace fraiseql {

/// An immutable JSON text. Copies share the bytes; what a resolver returns is spliced into the
/// answer without being read. Any thread may read it.
class FRAISEQL_EXPORT json_text {
  public:
    /// `null`.
    json_text();
    /// Throws failure where `text` is not one JSON value.
    explicit json_text(std::string text);
    /// Takes what is known to be JSON, from PostgreSQL or a writer of one's own, unread.
    static json_text trusted(std::string text);

    std::string_view str() const noexcept { return *text_; }
    bool is_null() const noexcept { return *text_ == "null"; }

    /// Returns the member called `key`. Throws failure where there is none.
    json_text at(std::string_view key) const;
    /// Returns the n-th item of a list. Throws failure where there is none.
    json_text at(std::size_t n) const;

    /// Whether both texts are the same, byte for byte.
    bool operator==(const json_text& other) const noexcept { return *text_ == *other.text_; }

  private:
    struct Unread {};
    json_text(Unread, std::string text);
    // Shared by copies, on any thread.
    std::shared_ptr<const std::string> text_;
};

template <>
struct json_codec<json_text> {
    static json_text read(const json_node& node, const json_place&) {
        return json_text::trusted(node.str());
    }
    static void write(std::string& out, const json_text& value) { out += value.str(); }
};

/// Returns `value` as JSON. T is a described struct or enum, a scalar, chrono type, uuid, decimal
/// or json_text, or an optional, container, map or variant of those. Throws failure where a value
/// has no JSON: NaN, text that is no UTF-8, a date before the year 1.
template <class T>
json_text to_json(const T& value) {
    static_assert(json_writable<T>,
                  "describe the type with BOOST_DESCRIBE_STRUCT or BOOST_DESCRIBE_ENUM, or "
                  "specialise fraiseql::json_codec for it");
    std::string out;
    json_codec<T>::write(out, value);
    return json_text::trusted(std::move(out));
}

/// Returns the T that `text` stands for. Throws failure, which says where and what was expected,
/// for a key that is missing (but of an optional), unknown, or holds something else; also for a
/// number that the C++ type cannot hold exactly.
template <class T>
T from_json(std::string_view text, unknown_keys unknown = unknown_keys::refuse) {
    static_assert(json_readable<T>,
                  "describe the type with BOOST_DESCRIBE_STRUCT or BOOST_DESCRIBE_ENUM, or "
                  "specialise fraiseql::json_codec for it");
    const json_document document(text);
    const json_place place{.unknown = unknown};
    return json_codec<T>::read(document.root(), place);
}

template <class T>
T from_json(const json_text& json, unknown_keys unknown = unknown_keys::refuse) {
    return from_json<T>(json.str(), unknown);
}

}  // namespace fraiseql
