// SPDX-License-Identifier: MIT
#include "lineage/json_constant.hpp"

#include <string>
#include <vector>

#include "json/value.hpp"
#include "lineage/combine.hpp"
#include "lineage/constant.hpp"

namespace fraiseql::lineage {
namespace {

using namespace catalog;
using Bytes = std::span<const std::uint8_t>;

constexpr int kMaxDepth = 64;

/// Within one constant there is no document of another view to look up.
ShapePointer unify_plain(const ShapePointer& a, const ShapePointer& b) {
    return unify(a, b, [](const RelationRef&) { return null_shape(); });
}

void add_key(Object& object, std::string key, ShapePointer shape) {
    object.fields.push_back({.key = std::move(key), .shape = std::move(shape)});
}

ShapePointer shape_of(const json::Value& value) {
    switch (value.kind) {
        case json::Value::Kind::Null:
            return null_shape();
        case json::Value::Kind::False:
        case json::Value::Kind::True:
            return scalar_shape(kBool, false);
        case json::Value::Kind::Number:
            return scalar_shape(kNumeric, false);
        case json::Value::Kind::String:
            return scalar_shape(kText, false);
        case json::Value::Kind::Array: {
            ShapePointer element = never_shape();
            for (const json::Value& item : value.items) {
                element = unify_plain(element, shape_of(item));
            }
            return make_shape(List{.element = element}, false);
        }
        case json::Value::Kind::Object: {
            Object object;
            for (const json::Member& member : value.members) {
                if (member.name == "__typename" && member.value.is_string()) {
                    object.type_name = member.value.text;
                } else {
                    add_key(object, std::string(member.name), shape_of(member.value));
                }
            }
            return make_shape(std::move(object), false);
        }
    }
    return null_shape();
}

/// Walks the containers of a jsonb value. A container is a header (count and flags), one entry a
/// child (type, and length or end offset), then the children's bytes; those of objects are all keys
/// followed by all values.
class JsonbReader {
  public:
    ShapePointer container(Bytes bytes, int depth) {
        std::uint32_t header = uint32_at(bytes, 0);
        std::size_t count = header & 0x0FFFFFFFU;
        bool object = (header & 0x20000000U) != 0;
        bool scalar = (header & 0x10000000U) != 0;
        std::size_t children = object ? 2 * count : count;
        if (bytes.size() < 4 || depth > kMaxDepth || children > (bytes.size() - 4) / 4) {
            broken_ = true;
            return null_shape();
        }
        std::vector<Child> parts = split(bytes, children);
        if (broken_) return null_shape();
        if (object) return read_object(parts, count, depth);
        if (scalar && count == 1) return child_shape(parts[0], depth);
        ShapePointer element = never_shape();
        for (const Child& part : parts)
            element = unify_plain(element, child_shape(part, depth));
        return make_shape(List{.element = element}, false);
    }

    bool broken() const noexcept { return broken_; }

  private:
    struct Child {
        std::uint32_t type;
        Bytes bytes;
    };

    std::vector<Child> split(Bytes bytes, std::size_t children) {
        std::vector<Child> out;
        Bytes data = bytes.subspan(4 + 4 * children);
        std::size_t start = 0;
        for (std::size_t i = 0; i < children; ++i) {
            std::uint32_t entry = uint32_at(bytes, 4 + 4 * i);
            std::size_t length = entry & 0x0FFFFFFFU;
            std::size_t end = (entry & 0x80000000U) != 0 ? length : start + length;
            if (end < start || end > data.size()) {
                broken_ = true;
                return out;
            }
            out.push_back({(entry >> 28U) & 7U, data.subspan(start, end - start)});
            // Containers begin at a multiple of four; the padding counts as theirs.
            if (out.back().type == 5) {
                std::size_t padding = ((start + 3) & ~std::size_t{3}) - start;
                out.back().bytes = out.back().bytes.subspan(std::min(padding, end - start));
            }
            start = end;
        }
        return out;
    }

    ShapePointer child_shape(const Child& child, int depth) {
        switch (child.type) {
            case 0:
                return scalar_shape(kText, false);
            case 1:
                return scalar_shape(kNumeric, false);
            case 2:
            case 3:
                return scalar_shape(kBool, false);
            case 5:
                return container(child.bytes, depth + 1);
            default:
                return null_shape();
        }
    }

    ShapePointer read_object(const std::vector<Child>& parts, std::size_t count, int depth) {
        Object object;
        for (std::size_t i = 0; i < count; ++i) {
            std::string key(parts[i].bytes.begin(), parts[i].bytes.end());
            const Child& value = parts[count + i];
            if (key == "__typename" && value.type == 0) {
                object.type_name.assign(value.bytes.begin(), value.bytes.end());
            } else {
                add_key(object, std::move(key), child_shape(value, depth));
            }
        }
        return make_shape(std::move(object), false);
    }

    bool broken_ = false;
};

}  // namespace

ShapePointer json_text_shape(std::string_view text) {
    Arena arena;
    auto value = json::read(text, arena, kMaxDepth);
    if (!value) return opaque_shape("The JSON constant cannot be read.", false);
    return shape_of(*value);
}

ShapePointer jsonb_shape(Bytes content) {
    JsonbReader reader;
    ShapePointer shape = reader.container(content, 0);
    return reader.broken() ? opaque_shape("The jsonb constant cannot be read.", false) : shape;
}

}  // namespace fraiseql::lineage
