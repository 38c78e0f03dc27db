// SPDX-License-Identifier: MIT
#include "schema/field_annotation.hpp"

#include <fmt/format.h>

#include <memory>

namespace fraiseql::schema {
namespace {

using catalog::Oid;
using lineage::ShapePointer;

/// A document under construction: a leaf has a shape, an object has children.
struct Node {
    std::string key;
    bool list = false;
    bool required = false;
    ShapePointer leaf = {};
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

ShapePointer make_shape(lineage::Shape::Kind kind, bool nullable = true) {
    return std::make_shared<lineage::Shape>(
        lineage::Shape{.kind = std::move(kind), .nullable = nullable});
}

ShapePointer to_shape(const Node& node) {
    ShapePointer shape = node.leaf;
    if (shape == nullptr) {
        lineage::Object object;
        for (const auto& child : node.children)
            object.fields.push_back({.key = child->key, .shape = to_shape(*child)});
        shape = make_shape(std::move(object));
    }
    // What stands in a list that is described is there: lists have no holes.
    if (node.list) shape = make_shape(lineage::List{.element = make_shape(shape->kind, false)});
    return make_shape(shape->kind, !node.required && shape->nullable);
}

/// The document of a relation, where `name` is one.
ShapePointer document_of(const catalog::Catalog& catalog, std::string_view name) {
    const std::size_t dot = name.find('.');
    const catalog::Relation* relation =
        dot == std::string_view::npos ? catalog.visible_relation(name)
                                      : catalog.relation(name.substr(0, dot), name.substr(dot + 1));
    if (relation == nullptr) return nullptr;
    const catalog::Column* document = relation->column("data");
    if (document == nullptr || !catalog::is_json(catalog.base_type(document->type))) return nullptr;
    return make_shape(lineage::RelationRef{.relation = relation->oid, .column = document->number});
}

/// Reads the lines of one annotation.
class LineReader {
  public:
    LineReader(const catalog::Catalog& catalog, std::string_view name, std::string_view subject,
               bool extended)
        : catalog_(catalog), name_(name), subject_(subject), extended_(extended) {}

    Result<void> read(const catalog::Annotation& line) {
        line_ = line.line;
        const std::vector<std::string> parts = catalog::split_arguments(line.arguments);
        if (extended_ && parts.size() == 1) return read_whole(parts[0]);
        if (parts.size() != 2) return wrong(fmt::format("@{} takes a path and a type.", name_));
        if (whole_ != nullptr) return wrong("the type of the whole is given already.");
        FRAISEQL_TRY(Node * node, find_node(parts[0]));
        if (node->leaf != nullptr || !node->children.empty())
            return wrong(fmt::format("'{}' is described twice.", parts[0]));
        std::string_view type = parts[1];
        node->required = take_mark(type) || node->required;
        node->leaf = leaf(type);
        if (node->leaf == nullptr) return wrong(fmt::format("there is no type '{}'.", type));
        return {};
    }

    ShapePointer shape() const {
        if (whole_ != nullptr) return whole_;
        return root_.children.empty() ? ShapePointer{} : to_shape(root_);
    }

  private:
    tl::unexpected<Error> wrong(const std::string& why) const {
        return fail(
            ErrorCode::Configuration,
            fmt::format("{}, line {} of its comment: {}", subject_, line_, why),
            fmt::format("Write e.g. '@{0} stats.score numeric' or '@{0} posts[].title text'.",
                        name_));
    }

    /// Removes a `!` at the end.
    bool take_mark(std::string_view& text) const {
        if (!extended_ || !text.ends_with('!')) return false;
        text.remove_suffix(1);
        return true;
    }

    ShapePointer leaf(std::string_view type) const {
        // A view has a row type, too; with a document, that is what is meant.
        if (extended_)
            if (ShapePointer document = document_of(catalog_, type)) return document;
        const Oid oid = find_type(catalog_, type);
        if (oid == 0) return nullptr;
        return extended_ ? shape_of_type(catalog_, oid) : make_shape(lineage::Scalar{.type = oid});
    }

    Result<void> read_whole(std::string_view type) {
        if (whole_ != nullptr || !root_.children.empty())
            return wrong("it stands beside other lines that describe the whole.");
        take_mark(type);
        whole_ = leaf(type);
        if (whole_ == nullptr) return wrong(fmt::format("there is no type '{}'.", type));
        return {};
    }

    Result<Node*> find_node(std::string_view path) {
        Node* node = &root_;
        if (extended_ && path.starts_with("[].")) {
            root_.list = true;
            path.remove_prefix(3);
        }
        for (std::string_view rest = path; !rest.empty();) {
            const std::size_t dot = rest.find('.');
            std::string_view key = rest.substr(0, dot);
            rest = dot == std::string_view::npos ? std::string_view{} : rest.substr(dot + 1);
            const bool required = take_mark(key);
            const bool list = key.ends_with("[]");
            if (list) key.remove_suffix(2);
            if (key.empty()) return wrong(fmt::format("'{}' has an empty key.", path));
            if (node->leaf != nullptr)
                return wrong(fmt::format("'{}' has a type already.", node->key));
            node = &node->child(key);
            node->list = node->list || list;
            node->required = node->required || required;
        }
        return node;
    }

    const catalog::Catalog& catalog_;
    std::string_view name_;
    std::string_view subject_;
    bool extended_;
    std::uint32_t line_ = 0;
    Node root_ = {};
    ShapePointer whole_ = {};
};

Result<ShapePointer> read_lines(const catalog::Catalog& catalog,
                                const catalog::Annotations& annotations, std::string_view name,
                                std::string_view subject, bool extended) {
    LineReader reader(catalog, name, subject, extended);
    for (const catalog::Annotation* line : annotations.find_all(name))
        if (auto read = reader.read(*line); !read) return fail(read.error());
    return reader.shape();
}

/// Row types may contain themselves through arrays.
constexpr int kMaxTypeDepth = 8;

}  // namespace

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

ShapePointer shape_of_type(const catalog::Catalog& catalog, Oid oid, int depth) {
    const catalog::Type* declared = catalog.type(oid);
    const catalog::Type* type = catalog.type(catalog.base_type(oid));
    const bool nullable = declared == nullptr || !declared->not_null;
    if (type == nullptr || depth > kMaxTypeDepth)
        return make_shape(lineage::Opaque{.reason = "the type contains itself"}, nullable);
    if (type->kind == catalog::Type::Kind::Array) {
        const catalog::Type* element = catalog.type(catalog.base_type(type->element));
        if (element != nullptr && element->kind == catalog::Type::Kind::Composite)
            return make_shape(
                lineage::List{.element = shape_of_type(catalog, type->element, depth + 1),
                              .array_type = oid},
                nullable);
    }
    if (type->kind != catalog::Type::Kind::Composite)
        return make_shape(lineage::Scalar{.type = oid}, nullable);
    lineage::Object object{.fields = {}, .row_type = type->oid};
    for (const catalog::Column& column : catalog.row_columns(type->oid))
        object.fields.push_back({.key = column.name,
                                 .shape = shape_of_type(catalog, column.type, depth + 1),
                                 .description = column.comment});
    return make_shape(std::move(object), nullable);
}

Result<ShapePointer> shape_from_annotations(const catalog::Catalog& catalog,
                                            const catalog::Annotations& annotations,
                                            std::string_view subject) {
    return read_lines(catalog, annotations, "field", subject, false);
}

Result<ShapePointer> shape_of_lines(const catalog::Catalog& catalog,
                                    const catalog::Annotations& annotations, std::string_view name,
                                    std::string_view subject) {
    return read_lines(catalog, annotations, name, subject, true);
}

}  // namespace fraiseql::schema
