// SPDX-License-Identifier: MIT
#include "json/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/src.hpp>
#include <string>
#include <vector>

namespace fraiseql::json {
namespace {

namespace bj = boost::json;
using Code = boost::system::error_code;

/// Receives Boost.JSON's parse events and builds our tree; the parser itself holds the input to
/// RFC 8259 and to UTF-8. Containers under construction stand on stacks, not in recursion.
struct TreeBuilder {
    static constexpr std::size_t max_object_size = std::size_t{1} << 20U;
    static constexpr std::size_t max_array_size = std::size_t{1} << 20U;
    static constexpr std::size_t max_key_size = std::size_t{1} << 20U;
    static constexpr std::size_t max_string_size = std::size_t{1} << 30U;

    explicit TreeBuilder(Arena& memory) : arena(memory) {}

    Arena& arena;
    std::vector<Value> values = {};           // finished items of the open arrays
    std::vector<Member> members = {};         // finished members of the open objects
    std::vector<std::string_view> keys = {};  // keys whose value is still to come
    std::vector<std::size_t> starts = {};     // where the open container's part begins
    std::vector<bool> in_object = {};         // what the open containers are
    std::string text = {};                    // string, key or number that arrives in parts
    std::string duplicate = {};
    Value root = {};

    void add(Value value) {
        if (in_object.empty()) {
            root = value;
        } else if (in_object.back()) {
            members.push_back({keys.back(), value});
            keys.pop_back();
        } else {
            values.push_back(value);
        }
    }

    std::string_view take_text(bj::string_view last) {
        text.append(last.data(), last.size());
        std::string_view kept = arena.copy(std::string_view(text));
        text.clear();
        return kept;
    }

    bool on_document_begin(Code&) { return true; }
    bool on_document_end(Code&) { return true; }
    bool on_object_begin(Code&) {
        starts.push_back(members.size());
        in_object.push_back(true);
        return true;
    }
    bool on_object_end(std::size_t, Code& code) {
        std::vector<Member> own(members.begin() + static_cast<std::ptrdiff_t>(starts.back()),
                                members.end());
        members.resize(starts.back());
        starts.pop_back();
        in_object.pop_back();
        if (has_duplicate(own)) {
            code = bj::error::syntax;
            return false;
        }
        add(Value{.kind = Value::Kind::Object, .members = arena.copy(own)});
        return true;
    }
    bool on_array_begin(Code&) {
        starts.push_back(values.size());
        in_object.push_back(false);
        return true;
    }
    bool on_array_end(std::size_t, Code&) {
        std::vector<Value> own(values.begin() + static_cast<std::ptrdiff_t>(starts.back()),
                               values.end());
        values.resize(starts.back());
        starts.pop_back();
        in_object.pop_back();
        add(Value{.kind = Value::Kind::Array, .items = arena.copy(own)});
        return true;
    }
    bool on_part(bj::string_view part) {
        text.append(part.data(), part.size());
        return true;
    }
    bool on_key_part(bj::string_view part, std::size_t, Code&) { return on_part(part); }
    bool on_string_part(bj::string_view part, std::size_t, Code&) { return on_part(part); }
    bool on_number_part(bj::string_view part, Code&) { return on_part(part); }
    bool on_key(bj::string_view last, std::size_t, Code&) {
        keys.push_back(take_text(last));
        return true;
    }
    bool on_string(bj::string_view last, std::size_t, Code&) {
        add(Value{.kind = Value::Kind::String, .text = take_text(last)});
        return true;
    }
    bool number(bj::string_view last) {
        add(Value{.kind = Value::Kind::Number, .text = take_text(last)});
        return true;
    }
    bool on_int64(std::int64_t, bj::string_view last, Code&) { return number(last); }
    bool on_uint64(std::uint64_t, bj::string_view last, Code&) { return number(last); }
    bool on_double(double, bj::string_view last, Code&) { return number(last); }
    bool on_bool(bool yes, Code&) {
        add(Value{.kind = yes ? Value::Kind::True : Value::Kind::False});
        return true;
    }
    bool on_null(Code&) {
        add(Value{});
        return true;
    }
    bool on_comment_part(bj::string_view, Code&) { return true; }
    bool on_comment(bj::string_view, Code&) { return true; }

  private:
    bool has_duplicate(const std::vector<Member>& own) {
        std::vector<std::string_view> names;
        names.reserve(own.size());
        for (const Member& member : own)
            names.push_back(member.name);
        std::sort(names.begin(), names.end());
        auto twice = std::adjacent_find(names.begin(), names.end());
        if (twice == names.end()) return false;
        duplicate = *twice;
        return true;
    }
};

}  // namespace

Result<Value> read(std::string_view text, Arena& arena, int max_depth) {
    bj::parse_options options;
    options.max_depth = static_cast<std::size_t>(max_depth);
    bj::basic_parser<TreeBuilder> parser(options, arena);
    Code code;
    const std::size_t used = parser.write_some(false, text.data(), text.size(), code);
    if (!code && used < text.size()) code = bj::error::extra_data;
    if (!code) return parser.handler().root;
    if (!parser.handler().duplicate.empty())
        return fail(ErrorCode::BadRequest,
                    fmt::format("Broken JSON: the member \"{}\" stands twice in one object.",
                                parser.handler().duplicate));
    return fail(ErrorCode::BadRequest,
                fmt::format("Broken JSON near byte {}: {}.", used, code.message()));
}

const Value* Value::find(std::string_view name) const noexcept {
    for (const Member& member : members)
        if (member.name == name) return &member.value;
    return nullptr;
}

std::string_view describe(Value::Kind kind) noexcept {
    switch (kind) {
        case Value::Kind::Null:
            return "null";
        case Value::Kind::False:
        case Value::Kind::True:
            return "a boolean";
        case Value::Kind::Number:
            return "a number";
        case Value::Kind::String:
            return "a string";
        case Value::Kind::Array:
            return "a list";
        case Value::Kind::Object:
            return "an object";
    }
    return "a value";
}

}  // namespace fraiseql::json
