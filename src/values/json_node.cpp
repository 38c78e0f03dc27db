// SPDX-License-Identifier: MIT
#include "fraiseql/json_node.hpp"

#include <fmt/format.h>

#include "base/suggest.hpp"
#include "fraiseql/definition.hpp"
#include "fraiseql/error.hpp"
#include "fraiseql/json.hpp"
#include "json/value.hpp"
#include "json/writer.hpp"
#include "values/node_access.hpp"

namespace fraiseql {
namespace {

constexpr int kMaxDepth = 256;

const json::Value& value_at(const void* value) { return *static_cast<const json::Value*>(value); }

/// Whether `text` is UTF-8 (RFC 3629): JSON has no way to write anything else.
bool is_utf8(std::string_view text) noexcept {
    auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    for (std::size_t i = 0; i < text.size();) {
        const unsigned char first = byte(i++);
        if (first < 0x80) continue;
        const std::size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
        if (first < 0xC2 || first > 0xF4 || text.size() - i < more) return false;
        const unsigned char second = byte(i);
        if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
            (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F))
            return false;
        for (std::size_t n = 0; n < more; ++n)
            if ((byte(i++) & 0xC0U) != 0x80U) return false;
    }
    return true;
}

std::string subject(const json_place& place) {
    std::string path = place.str();
    return path.empty() ? "The value" : path;
}

}  // namespace

/// Makes nodes of values that are no json_document's.
struct json_node_access {
    static json_node of(const json::Value& value) noexcept { return json_node(&value); }
};

json_node node_of(const json::Value& value) noexcept { return json_node_access::of(value); }

json_node::kind json_node::type() const noexcept {
    using Kind = json::Value::Kind;
    switch (value_at(value_).kind) {
        case Kind::Null:
            break;
        case Kind::False:
        case Kind::True:
            return kind::boolean;
        case Kind::Number:
            return kind::number;
        case Kind::String:
            return kind::string;
        case Kind::Array:
            return kind::array;
        case Kind::Object:
            return kind::object;
    }
    return kind::null;
}

bool json_node::boolean() const noexcept {
    return value_at(value_).kind == json::Value::Kind::True;
}

std::string_view json_node::text() const noexcept { return value_at(value_).text; }

std::size_t json_node::size() const noexcept {
    const json::Value& value = value_at(value_);
    return value.is_object() ? value.members.size() : value.items.size();
}

json_node json_node::item(std::size_t n) const noexcept {
    const json::Value& value = value_at(value_);
    return json_node(value.is_object() ? &value.members[n].value : &value.items[n]);
}

std::string_view json_node::key(std::size_t n) const noexcept {
    return value_at(value_).members[n].name;
}

std::optional<json_node> json_node::find(std::string_view name) const noexcept {
    const json::Value* found = value_at(value_).find(name);
    if (found == nullptr) return std::nullopt;
    return json_node(found);
}

std::string json_node::str() const {
    std::string out;
    json::write(out, value_at(value_));
    return out;
}

std::string_view json_node::describe() const noexcept {
    return json::describe(value_at(value_).kind);
}

struct json_document::Parsed {
    Arena arena = {};
    json::Value root = {};
};

json_document::json_document(std::string_view text) : parsed_(std::make_unique<Parsed>()) {
    auto root = json::read(text, parsed_->arena, kMaxDepth);
    if (!root) throw failure(root.error().message, "BAD_REQUEST");
    parsed_->root = *root;
}

json_document::json_document(json_document&&) noexcept = default;
json_document& json_document::operator=(json_document&&) noexcept = default;
json_document::~json_document() = default;

json_node json_document::root() const noexcept { return json_node(&parsed_->root); }

std::string json_place::str() const {
    if (outer == nullptr) return {};
    std::string out = outer->str();
    if (index != kMember) return out + '[' + std::to_string(index) + ']';
    if (!out.empty()) out += '.';
    return out + (key.empty() ? "\"\"" : std::string(key));
}

void json_place::expected(std::string_view what, const json_node& found) const {
    throw failure(fmt::format("{} must be {}, not {}.", subject(*this), what, found.describe()));
}

void json_place::refuse(std::string_view message, std::string hint) const {
    throw failure(fmt::format("{} {}", subject(*this), message), "BAD_USER_INPUT", std::move(hint));
}

void write_json_string(std::string& out, std::string_view text) {
    if (!is_utf8(text))
        throw failure("A text that is not UTF-8 cannot be JSON.", "BAD_USER_INPUT",
                      "Send bytes as hexadecimal text, as PostgreSQL's bytea does.");
    json::write_string(out, text);
}

json_text::json_text() : json_text(Unread(), "null") {}

json_text::json_text(std::string text) : json_text(Unread(), std::move(text)) {
    const json_document checked(*text_);
}

json_text::json_text(Unread, std::string text)
    : text_(std::make_shared<const std::string>(std::move(text))) {}

json_text json_text::trusted(std::string text) { return {Unread(), std::move(text)}; }

json_text json_text::at(std::string_view key) const {
    const json_document document(*text_);
    const json_place top;
    const auto found = document.root().find(key);
    if (!found) {
        const json_place place = top.member(key);
        place.refuse("is missing.");
    }
    return trusted(found->str());
}

json_text json_text::at(std::size_t n) const {
    const json_document document(*text_);
    const json_place top;
    detail::expect_array(document.root(), top);
    if (n >= document.root().size()) {
        const json_place place = top.item(n);
        place.refuse(fmt::format("is missing: the list has {} items.", document.root().size()));
    }
    return trusted(document.root().item(n).str());
}

namespace detail {

void refuse_unknown_key(const json_place& place, std::string_view key,
                        const std::vector<std::string_view>& known) {
    const json_place inner = place.member(key);
    inner.refuse("is not known.", did_you_mean(key, known));
}

void refuse_label(const json_place& place, std::string_view label,
                  const std::vector<std::string_view>& known) {
    place.refuse(fmt::format("must be one of {}, not \"{}\".", fmt::join(known, ", "), label),
                 did_you_mean(label, known));
}

std::optional<std::string> refusal_of(const json::Value& value, std::string_view scalar,
                                      void (*read)(const json_node&, const json_place&)) {
    constexpr std::size_t kLongest = 200;
    const json_node node = node_of(value);
    const json_place top;
    std::string why;
    try {
        read(node, top);
        return std::nullopt;
    } catch (const failure& thrown) {
        why = thrown.what();
        if (!thrown.hint().empty()) why += ' ' + thrown.hint();
    } catch (...) {
        // What it says is for whoever wrote it, not for clients.
        why = "The value cannot be read.";
    }
    std::string shown = node.str();
    if (shown.size() > kLongest) shown = node.describe();
    return fmt::format("{} cannot represent {}: {}", scalar, shown, why);
}

void refuse_enum(long long value) {
    throw failure(fmt::format("{} is none of the values of its enum.", value),
                  "INTERNAL_SERVER_ERROR");
}

}  // namespace detail
}  // namespace fraiseql
