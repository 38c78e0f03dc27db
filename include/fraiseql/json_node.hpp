// SPDX-License-Identifier: MIT
// json_node: a parsed JSON value as codecs read it, and json_place: where it stands.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "fraiseql/export.hpp"

namespace fraiseql {

/// One value of a json_document, which must outlive it. Cheap to copy.
class FRAISEQL_EXPORT json_node {
  public:
    enum class kind : unsigned char { null, boolean, number, string, array, object };

    kind type() const noexcept;
    bool is_null() const noexcept { return type() == kind::null; }
    /// Of a boolean; false for all else.
    bool boolean() const noexcept;
    /// Number: its text as it was written. String: its decoded UTF-8. Empty for all else.
    std::string_view text() const noexcept;
    /// Items of an array, or members of an object.
    std::size_t size() const noexcept;
    /// The n-th item of an array or the value of the n-th member; n must be below size().
    json_node item(std::size_t n) const noexcept;
    /// The name of the n-th member of an object.
    std::string_view key(std::size_t n) const noexcept;
    /// Returns the member called `name`; nothing where there is none, or this is no object.
    std::optional<json_node> find(std::string_view name) const noexcept;
    /// Returns the value as JSON text without white space; numbers as they were written.
    std::string str() const;
    /// Names the kind for a message: "a string", "an object", …
    std::string_view describe() const noexcept;

  private:
    friend class json_document;
    friend struct json_node_access;
    explicit json_node(const void* value) noexcept : value_(value) {}
    const void* value_;
};

/// A JSON text that was parsed (RFC 8259).
class FRAISEQL_EXPORT json_document {
  public:
    /// Throws failure where `text` is no JSON, has a member twice, or is deeper than 256 levels.
    explicit json_document(std::string_view text);
    json_document(json_document&&) noexcept;
    json_document& operator=(json_document&&) noexcept;
    ~json_document();

    json_node root() const noexcept;

  private:
    struct Parsed;
    std::unique_ptr<Parsed> parsed_;
};

/// Whether keys that a struct has no member for are a mistake.
enum class unknown_keys : unsigned char { refuse, ignore };

/// Where a value stands: a list from the inside to the top, on the stack of who reads.
struct FRAISEQL_EXPORT json_place {
    const json_place* outer = nullptr;
    /// The member's name, or the item's index.
    std::string_view key = {};
    std::size_t index = kMember;
    unknown_keys unknown = unknown_keys::refuse;

    static constexpr std::size_t kMember = static_cast<std::size_t>(-1);

    json_place member(std::string_view name) const { return {this, name, kMember, unknown}; }
    json_place item(std::size_t n) const { return {this, {}, n, unknown}; }

    /// Returns the path from the top: `author.emails[2]`; empty for the top itself.
    std::string str() const;
    /// Throws failure: "author.emails[2] must be a string, not null."
    [[noreturn]] void expected(std::string_view what, const json_node& found) const;
    /// Throws failure with `message`, which begins after the path.
    [[noreturn]] void refuse(std::string_view message, std::string hint = {}) const;
};

/// Appends `text` as a JSON string with its quotes. Throws failure where it is no UTF-8.
FRAISEQL_EXPORT void write_json_string(std::string& out, std::string_view text);

}  // namespace fraiseql
