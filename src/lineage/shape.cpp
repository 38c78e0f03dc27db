// SPDX-License-Identifier: MIT
#include "lineage/shape.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fraiseql::lineage {
namespace {

/// Prints one shape; the pieces of a variant call back for what is inside them.
class ShapePrinter {
  public:
    explicit ShapePrinter(const catalog::Catalog& catalog) : catalog_(catalog) {}

    std::string print(const Shape& shape) const {
        return std::visit(*this, shape.kind) + (shape.nullable ? "" : "!");
    }

    std::string operator()(const Scalar& scalar) const { return catalog_.type_name(scalar.type); }

    std::string operator()(const List& list) const {
        return fmt::format("[{}]", print(*list.element));
    }

    std::string operator()(const Object& object) const {
        std::string out = object.type_name.empty() ? "{" : object.type_name + " {";
        for (const Field& field : object.fields) {
            out += &field == &object.fields.front() ? " " : ", ";
            out += field.key;
            if (field.same_as_column) out += fmt::format("={}", *field.same_as_column);
            out += ": " + print(*field.shape);
        }
        return out + " }";
    }

    std::string operator()(const RelationRef& ref) const {
        const catalog::Relation* target = catalog_.relation(ref.relation);
        return fmt::format("<{}>", target ? catalog_.display_name(*target) : "?");
    }

    std::string operator()(const Union& several) const {
        std::string out = "(";
        for (const ShapePointer& member : several.members) {
            if (out.size() > 1) out += " | ";
            out += std::visit(*this, member->kind);
        }
        return out + ")";
    }

    std::string operator()(const Opaque& opaque) const {
        return fmt::format("JSON({})", opaque.reason);
    }

  private:
    const catalog::Catalog& catalog_;
};

}  // namespace

const Field* Object::find(std::string_view key) const noexcept {
    auto found = std::ranges::find(fields, key, &Field::key);
    return found == fields.end() ? nullptr : &*found;
}

const ColumnShape* RelationShape::column(std::string_view name) const noexcept {
    auto found = std::ranges::find(columns, name, &ColumnShape::name);
    return found == columns.end() ? nullptr : &*found;
}

const ColumnShape* RelationShape::column(AttributeNumber number) const noexcept {
    auto found = std::ranges::find(columns, number, &ColumnShape::number);
    return found == columns.end() ? nullptr : &*found;
}

std::string to_string(const Shape& shape, const catalog::Catalog& catalog) {
    return ShapePrinter(catalog).print(shape);
}

}  // namespace fraiseql::lineage
