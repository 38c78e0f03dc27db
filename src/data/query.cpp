// SPDX-License-Identifier: MIT
#include "fraiseql/query.hpp"

#include <algorithm>

#include "data/array_literal.hpp"

namespace fraiseql {
namespace {

/// `a.b` and inner → `{"a":{"b":inner}}`.
std::string nested(std::string_view path, std::string inner) {
    while (true) {
        const std::size_t dot = path.rfind('.');
        std::string out = "{";
        write_json_string(out, dot == path.npos ? path : path.substr(dot + 1));
        inner = out + ':' + inner + '}';
        if (dot == path.npos) return inner;
        path = path.substr(0, dot);
    }
}

std::string quoted(std::string_view text) {
    std::string out;
    write_json_string(out, text);
    return out;
}

condition combined(std::string_view word, const condition& left, const condition& right) {
    return condition(json_text::trusted("{\"" + std::string(word) + "\":[" +
                                        std::string(left.filter().str()) + ',' +
                                        std::string(right.filter().str()) + "]}"));
}

constexpr std::string_view kDirections[] = {
    "ASC", "DESC", "ASC_NULLS_FIRST", "ASC_NULLS_LAST", "DESC_NULLS_FIRST", "DESC_NULLS_LAST"};

std::string list_of(const std::vector<std::string>& items) {
    std::string out = "[";
    for (const std::string& item : items)
        out += (out.size() == 1 ? "" : ",") + item;
    return out + ']';
}

}  // namespace

condition operator&&(const condition& left, const condition& right) {
    return combined("AND", left, right);
}
condition operator||(const condition& left, const condition& right) {
    return combined("OR", left, right);
}
condition operator!(const condition& inner) {
    return condition(json_text::trusted("{\"NOT\":" + std::string(inner.filter().str()) + '}'));
}

condition column::compare(std::string_view op, const json_text& value) const {
    return condition(json_text::trusted(nested(path_, nested(op, std::string(value.str())))));
}

query::query() = default;
query::query(const query&) = default;
query& query::operator=(const query&) = default;
query::~query() = default;

query& query::where(const condition& one) {
    conditions_.emplace_back(one.filter().str());
    return *this;
}
query& query::order_by(const std::string& path, direction way) {
    order_.push_back(nested(path, quoted(kDirections[static_cast<std::size_t>(way)])));
    return *this;
}
query& query::limit(std::int64_t rows) { return set("limit", std::to_string(rows)); }
query& query::offset(std::int64_t rows) { return set("offset", std::to_string(rows)); }
query& query::first(std::int64_t rows) { return set("first", std::to_string(rows)); }
query& query::last(std::int64_t rows) { return set("last", std::to_string(rows)); }
query& query::after(std::string_view cursor) { return set("after", quoted(cursor)); }
query& query::before(std::string_view cursor) { return set("before", quoted(cursor)); }
query& query::with_total_count() {
    total_count_ = true;
    return *this;
}

query& query::set(std::string_view name, std::string value) {
    for (auto& [known, before] : others_)
        if (known == name) {
            before = std::move(value);
            return *this;
        }
    others_.emplace_back(name, std::move(value));
    return *this;
}

std::string query::str() const {
    std::string out;
    if (!conditions_.empty()) out += "\"where\":{\"AND\":" + list_of(conditions_) + '}';
    if (!order_.empty()) out += (out.empty() ? "" : ",") + ("\"orderBy\":" + list_of(order_));
    for (const auto& [name, value] : others_)
        out += (out.empty() ? "" : ",") + quoted(name) + ':' + value;
    return '{' + out + '}';
}

arguments& arguments::add(std::string_view name, const json_text& value) {
    if (std::find(names_.begin(), names_.end(), name) != names_.end())
        throw failure("The argument \"" + std::string(name) + "\" is set twice.", "BAD_USER_INPUT",
                      "Set each one once.");
    names_.emplace_back(name);
    if (!members_.empty()) members_ += ',';
    members_ += quoted(name) + ':' + std::string(value.str());
    return *this;
}

void values::add_json(const json_text& value) {
    const json_document document(value.str());
    const json_node root = document.root();
    switch (root.type()) {
        case json_node::kind::null:
            all_.emplace_back();
            return;
        case json_node::kind::number:
        case json_node::kind::string:
            all_.emplace_back(root.text());
            return;
        case json_node::kind::array:
            all_.emplace_back(data::array_literal(root));
            return;
        case json_node::kind::boolean:
        case json_node::kind::object:
            break;
    }
    all_.emplace_back(root.str());
}

}  // namespace fraiseql
