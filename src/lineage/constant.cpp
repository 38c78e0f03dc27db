// SPDX-License-Identifier: MIT
#include "lineage/constant.hpp"

#include "catalog/oid.hpp"

namespace fraiseql::lineage {
namespace {

using namespace catalog;
using Bytes = std::span<const std::uint8_t>;

std::string as_text(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

/// Strips casts between string types, which do not change the text.
const Node& without_relabels(const Node& expression) {
    const Node* node = &expression;
    for (int i = 0; i < 8 && node->is("RELABELTYPE"); ++i)
        node = &(*node)["arg"];
    return *node;
}

Oid type_of(const Node& constant) { return static_cast<Oid>(constant.number("consttype")); }

bool has_value(const Node& node) { return node.is("CONST") && !node.flag("constisnull"); }

std::size_t aligned(std::size_t offset) { return (offset + 3) & ~std::size_t{3}; }

/// Elements of an ArrayType (utils/array.h): dimension count, data offset (0 without nulls),
/// element type, lengths, lower bounds, then the elements, each aligned to four bytes.
std::optional<std::vector<std::string>> array_elements(Bytes array) {
    std::uint32_t dimensions = uint32_at(array, 0);
    Oid element = uint32_at(array, 8);
    if (array.size() < 12 || dimensions > 1 || uint32_at(array, 4) != 0) return std::nullopt;
    if (element != kText && element != kVarchar) return std::nullopt;
    std::vector<std::string> out;
    if (dimensions == 0) return out;
    // The header's own four bytes count towards alignment: 4 + 12 + 8 = 24 is aligned.
    std::size_t offset = 20;
    for (std::uint32_t left = uint32_at(array, 12); left > 0; --left) {
        offset = aligned(offset);
        if (offset + 4 > array.size()) return std::nullopt;
        std::size_t size = uint32_at(array, offset) >> 2U;
        if (size < 4 || size > array.size() - offset) return std::nullopt;
        auto content = varlena_content(array.subspan(offset, size));
        if (!content) return std::nullopt;
        out.push_back(as_text(*content));
        offset += size;
    }
    return out;
}

}  // namespace

std::uint32_t uint32_at(Bytes bytes, std::size_t offset) {
    if (offset + 4 > bytes.size()) return 0;
    std::uint32_t out = 0;
    for (std::size_t i = 4; i > 0; --i)
        out = (out << 8U) | bytes[offset + i - 1];
    return out;
}

std::optional<Bytes> varlena_content(Bytes bytes) {
    if (bytes.empty()) return std::nullopt;
    // One byte of header: its low bit is set, and the rest is the length (1 alone: out of line).
    if ((bytes[0] & 1U) != 0) {
        std::size_t size = bytes[0] >> 1U;
        if (size == 0 || size > bytes.size()) return std::nullopt;
        return bytes.subspan(1, size - 1);
    }
    std::uint32_t header = uint32_at(bytes, 0);
    std::size_t size = header >> 2U;
    if ((header & 3U) != 0 || size < 4 || size > bytes.size()) return std::nullopt;
    return bytes.subspan(4, size - 4);
}

std::optional<std::int64_t> constant_integer(const Node& expression) {
    const Node& node = without_relabels(expression);
    if (!has_value(node)) return std::nullopt;
    Bytes bytes = node["constvalue"].bytes;
    switch (type_of(node)) {
        case kInt2:
            return static_cast<std::int16_t>(uint32_at(bytes, 0));
        case kInt4:
            return static_cast<std::int32_t>(uint32_at(bytes, 0));
        case kInt8:
            return static_cast<std::int64_t>(std::uint64_t{uint32_at(bytes, 4)} << 32U |
                                             uint32_at(bytes, 0));
        default:
            return std::nullopt;
    }
}

std::optional<std::string> constant_text(const Node& expression) {
    const Node& node = without_relabels(expression);
    if (!has_value(node)) return std::nullopt;
    Bytes bytes = node["constvalue"].bytes;
    switch (type_of(node)) {
        case kText:
        case kVarchar:
        case kBpchar:
        case kJson: {
            auto content = varlena_content(bytes);
            return content ? std::optional(as_text(*content)) : std::nullopt;
        }
        case kName:
        case kUnknown: {
            std::string text = as_text(bytes);
            return text.substr(0, text.find('\0'));
        }
        default: {
            auto number = constant_integer(node);
            return number ? std::optional(std::to_string(*number)) : std::nullopt;
        }
    }
}

std::optional<std::vector<std::string>> constant_texts(const Node& expression) {
    const Node& node = without_relabels(expression);
    if (node.is("ARRAY") || node.is("ARRAYEXPR")) {
        std::vector<std::string> out;
        for (const Node& element : node.list("elements")) {
            auto text = constant_text(element);
            if (!text) return std::nullopt;
            out.push_back(std::move(*text));
        }
        return out;
    }
    if (!has_value(node)) return std::nullopt;
    auto content = varlena_content(node["constvalue"].bytes);
    return content ? array_elements(*content) : std::nullopt;
}

bool is_null_constant(const Node& expression) {
    const Node* node = &expression;
    while (node->is("RELABELTYPE") || node->is("COERCEVIAIO") || node->is("COERCETODOMAIN")) {
        node = &(*node)["arg"];
    }
    return node->is("CONST") && node->flag("constisnull");
}

}  // namespace fraiseql::lineage
