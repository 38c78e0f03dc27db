// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "lineage/node.hpp"

namespace fraiseql::lineage {
namespace {

bool is_space(char c) noexcept { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

bool is_delimiter(char c) noexcept {
    return is_space(c) || c == '(' || c == ')' || c == '{' || c == '}';
}

/// Recursive descent over the text; the first error stops it.
class NodeReader {
  public:
    NodeReader(std::string_view text, Arena& arena, int max_depth)
        : text_(text), arena_(arena), depth_left_(max_depth) {}

    Result<Node> read() {
        Node root = value();
        skip_space();
        if (!failed() && position_ != text_.size()) complain("text after the end of the tree");
        if (failed()) {
            return fail(ErrorCode::Configuration,
                        fmt::format("Not a node tree at byte {}: {}.", error_at_, error_));
        }
        return root;
    }

  private:
    bool failed() const noexcept { return !error_.empty(); }

    void complain(std::string_view what) {
        if (failed()) return;
        error_ = what;
        error_at_ = position_;
    }

    void skip_space() noexcept {
        while (position_ < text_.size() && is_space(text_[position_]))
            ++position_;
    }

    /// Returns the next character that is not white space, without taking it; NUL at the end.
    char peek() noexcept {
        skip_space();
        return position_ < text_.size() ? text_[position_] : '\0';
    }

    /// Takes one token up to a delimiter; a backslash keeps the character after it.
    std::string_view token() {
        skip_space();
        std::size_t start = position_;
        bool escaped = false;
        while (position_ < text_.size() && !is_delimiter(text_[position_])) {
            if (text_[position_] == '\\') {
                escaped = true;
                ++position_;
            }
            ++position_;
        }
        position_ = std::min(position_, text_.size());
        std::string_view raw = text_.substr(start, position_ - start);
        if (raw.empty()) complain("a value is missing");
        return escaped ? unescape(raw) : raw;
    }

    std::string_view unescape(std::string_view raw) {
        std::string plain;
        plain.reserve(raw.size());
        for (std::size_t i = 0; i < raw.size(); ++i) {
            if (raw[i] == '\\' && i + 1 < raw.size()) ++i;
            plain.push_back(raw[i]);
        }
        return arena_.copy(std::string_view(plain));
    }

    Node value() {
        if (depth_left_ == 0) complain("too deeply nested");
        if (failed()) return {};
        --depth_left_;
        Node out;
        switch (peek()) {
            case '{':
                out = record();
                break;
            case '(':
                out = list();
                break;
            case '"':
                out = string();
                break;
            case '<':
                out = null_or_atom();
                break;
            default:
                out = atom();
                break;
        }
        ++depth_left_;
        return out;
    }

    Node atom() { return {.kind = Node::Kind::Atom, .text = token()}; }

    Node null_or_atom() {
        std::string_view word = token();
        if (word == "<>") return {};
        return {.kind = Node::Kind::Atom, .text = word};
    }

    /// The quotes stand outside what was escaped: an escaped quote cannot end the token.
    Node string() {
        std::string_view quoted = token();
        if (quoted.size() < 2 || quoted.back() != '"') {
            complain("a string does not end");
            return {};
        }
        return {.kind = Node::Kind::String, .text = quoted.substr(1, quoted.size() - 2)};
    }

    Node list() {
        ++position_;
        Node out{.kind = Node::Kind::List};
        std::vector<Node> items;
        while (!failed() && peek() != ')') {
            if (position_ >= text_.size()) complain("a list does not end");
            Node item = value();
            // The mark of a list of integers, oids, transaction ids or a bitmap set is no item.
            bool mark =
                items.empty() && out.text.empty() && item.kind == Node::Kind::Atom &&
                (item.text == "i" || item.text == "o" || item.text == "b" || item.text == "x");
            if (mark) {
                out.text = item.text;
            } else {
                items.push_back(item);
            }
        }
        ++position_;
        out.items = arena_.copy(items);
        return out;
    }

    Node record() {
        ++position_;
        Node out{.kind = Node::Kind::Record, .text = token()};
        std::vector<NodeField> fields;
        while (!failed() && peek() != '}') {
            std::string_view name = token();
            if (name.size() < 2 || name[0] != ':') {
                complain("a field name is missing");
                break;
            }
            Node content = value();
            if (peek() == '[') content = {.kind = Node::Kind::Bytes, .bytes = bytes()};
            fields.push_back({name.substr(1), content});
        }
        ++position_;
        out.fields = arena_.copy(fields);
        return out;
    }

    std::span<const std::uint8_t> bytes() {
        std::vector<std::uint8_t> out;
        token();
        while (!failed() && peek() != ']') {
            std::string_view word = token();
            int number = 0;
            auto parsed = std::from_chars(word.data(), word.data() + word.size(), number);
            if (parsed.ec != std::errc{} || parsed.ptr != word.data() + word.size()) {
                complain("a byte is not a number");
            }
            out.push_back(static_cast<std::uint8_t>(number));  // printed as signed char
        }
        if (!failed()) token();
        return arena_.copy(out);
    }

    std::string_view text_;
    Arena& arena_;
    std::size_t position_ = 0;
    int depth_left_;
    std::string error_;
    std::size_t error_at_ = 0;
};

const Node kNull;

bool is_location(std::string_view field) noexcept {
    return field == "location" || field == "list_start" || field == "list_end";
}

}  // namespace

const Node& Node::operator[](std::string_view field) const noexcept {
    auto found = std::ranges::find(fields, field, &NodeField::name);
    return found == fields.end() ? kNull : found->value;
}

std::span<const Node> Node::list(std::string_view field) const noexcept {
    return (*this)[field].items;
}

std::int64_t Node::as_number(std::int64_t otherwise) const noexcept {
    std::int64_t out = otherwise;
    if (kind == Kind::Atom) std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

std::int64_t Node::number(std::string_view field, std::int64_t otherwise) const noexcept {
    return (*this)[field].as_number(otherwise);
}

bool Node::flag(std::string_view field) const noexcept { return (*this)[field].text == "true"; }

Result<Node> read_node(std::string_view text, Arena& arena, int max_depth) {
    return NodeReader(text, arena, max_depth).read();
}

bool same_expression(const Node& a, const Node& b) noexcept {
    if (a.kind != b.kind || a.text != b.text || a.items.size() != b.items.size() ||
        a.fields.size() != b.fields.size() || !std::ranges::equal(a.bytes, b.bytes)) {
        return false;
    }
    for (std::size_t i = 0; i < a.items.size(); ++i) {
        if (!same_expression(a.items[i], b.items[i])) return false;
    }
    for (std::size_t i = 0; i < a.fields.size(); ++i) {
        const NodeField& left = a.fields[i];
        const NodeField& right = b.fields[i];
        if (left.name != right.name) return false;
        if (!is_location(left.name) && !same_expression(left.value, right.value)) return false;
    }
    return true;
}

}  // namespace fraiseql::lineage
