// SPDX-License-Identifier: MIT
#include "schema/field_annotation.hpp"

#include <fmt/format.h>

#include <memory>

namespace fraiseql::schema {
namespace {

using catalog::Oid;
using lineage::ShapePointer;

/// A document under construction: a leaf has a type, an object has children.
struct Node {
    std::string key;
    bool list = false;
    Oid type = 0;
    std::vector<std::unique_ptr<Node>> children = {};

    Node& child(std::string_view wanted) {
        for (auto& node : children)
            if (node->key == wanted) return *node;
        children.push_back(std::make_unique<Node>(Node{.key = std::string(wanted)}));
        return *children.back();
    }
};

/// Names that people write for types whose catalog names are shorter.
std::string_view catalog_name(std::string_view name) {
    if (name == "integer" || name == "int") return "int4";
    if (name == "bigint") return "int8";
    if (name == "smallint") return "int2";
    if (name == "boolean") return "bool";
    if (name == "double") return "float8";
    if (name == "real") return "float4";
    if (name == "decimal") return "numeric";
    return name;
}

Oid find_type(const catalog::Catalog& catalog, std::string_view name) {
    const bool array = name.ends_with("[]");
    if (array) name.remove_suffix(2);
    const catalog::Type* type = nullptr;
    if (const std::size_t dot = name.find('.'); dot != std::string_view::npos) {
        type = catalog.type(name.substr(0, dot), name.substr(dot + 1));
    } else {
        type = catalog.type("pg_catalog", catalog_name(name));
        for (const std::string& schema : catalog.search_path())
            if (type == nullptr) type = catalog.type(schema, name);
    }
    if (type == nullptr) return 0;
    return array ? type->array : type->oid;
}

ShapePointer to_shape(const Node& node) {
    lineage::Shape shape{.kind = lineage::Scalar{.type = node.type}};
    if (!node.children.empty()) {
        lineage::Object object;
        for (const auto& child : node.children)
            object.fields.push_back({.key = child->key, .shape = to_shape(*child)});
        shape.kind = std::move(object);
    }
    if (node.list)
        shape.kind = lineage::List{.element = std::make_shared<lineage::Shape>(shape)};
    return std::make_shared<lineage::Shape>(std::move(shape));
}

}  // namespace

Result<ShapePointer> shape_from_annotations(const catalog::Catalog& catalog,
                                            const catalog::Annotations& annotations,
                                            std::string_view subject) {
    Node root;
    for (const catalog::Annotation* line : annotations.find_all("field")) {
        auto wrong = [&](std::string why) {
            return fail(ErrorCode::Configuration,
                        fmt::format("{}, line {} of its comment: {}", subject, line->line, why),
                        "Write e.g. '@field stats.score numeric' or '@field posts[].title text'.");
        };
        const std::vector<std::string> parts = catalog::split_arguments(line->arguments);
        if (parts.size() != 2) return wrong("@field takes a path and a type.");
        const Oid type = find_type(catalog, parts[1]);
        if (type == 0) return wrong(fmt::format("there is no type '{}'.", parts[1]));
        Node* node = &root;
        for (std::string_view rest = parts[0]; !rest.empty();) {
            const std::size_t dot = rest.find('.');
            std::string_view key = rest.substr(0, dot);
            rest = dot == std::string_view::npos ? std::string_view{} : rest.substr(dot + 1);
            const bool list = key.ends_with("[]");
            if (list) key.remove_suffix(2);
            if (key.empty()) return wrong(fmt::format("'{}' has an empty key.", parts[0]));
            if (node->type != 0) return wrong(fmt::format("'{}' has a type already.", node->key));
            node = &node->child(key);
            node->list = node->list || list;
        }
        if (node->type != 0 || !node->children.empty())
            return wrong(fmt::format("'{}' is described twice.", parts[0]));
        node->type = type;
    }
    if (root.children.empty()) return ShapePointer{};
    return to_shape(root);
}

}  // namespace fraiseql::schema
