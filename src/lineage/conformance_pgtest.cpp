// SPDX-License-Identifier: MIT
#include "lineage/conformance_pgtest.hpp"

namespace fraiseql::lineage {
namespace {

using namespace catalog;

/// The JSON kind that to_json gives a type, as far as it is a matter of kind.
bool scalar_fits(const json::Value& value, Oid type, const Catalog& catalog) {
    switch (catalog.base_type(type)) {
        case kBool:
            return value.is_bool();
        case kInt2:
        case kInt4:
        case kInt8:
        case kOid:
        case kFloat4:
        case kFloat8:
            return value.is_number();
        case kNumeric:
            return value.is_number() || value.text == "NaN" || value.text == "Infinity";
        default:
            return value.is_string();
    }
}

std::string object_contradiction(const json::Value& value, const Object& object,
                                 const Lineage& lineage, const Catalog& catalog,
                                 const std::string& path) {
    for (const json::Member& member : value.members) {
        bool tag = member.name == "__typename" && !object.type_name.empty();
        if (!tag && !object.find(member.name)) {
            return path + " has the unexpected key " + std::string(member.name);
        }
    }
    for (const Field& field : object.fields) {
        std::string inner = path + "." + field.key;
        const json::Value* part = value.find(field.key);
        if (!part && !field.shape->nullable) return inner + " is missing";
        if (!part) continue;
        std::string wrong = contradiction(*part, *field.shape, lineage, catalog, inner);
        if (!wrong.empty()) return wrong;
    }
    return {};
}

}  // namespace

std::string contradiction(const json::Value& value, const Shape& shape, const Lineage& lineage,
                          const Catalog& catalog, const std::string& path) {
    if (shape.opaque()) return {};
    if (value.is_null()) return shape.nullable ? "" : path + " is null";
    if (const Scalar* scalar = shape.scalar()) {
        return scalar_fits(value, scalar->type, catalog) ? "" : path + " is of another kind";
    }
    if (const RelationRef* ref = shape.relation()) {
        const ColumnShape* target = lineage.relation(ref->relation).column(ref->column);
        if (!target) return path + " refers to nothing";
        return contradiction(value, *target->shape, lineage, catalog, path);
    }
    if (const List* list = shape.list()) {
        if (!value.is_array()) return path + " is no list";
        for (const json::Value& item : value.items) {
            std::string wrong = contradiction(item, *list->element, lineage, catalog, path + "[]");
            if (!wrong.empty()) return wrong;
        }
        return {};
    }
    if (const Union* several = shape.members()) {
        std::string wrong = path + " is a union without members";
        for (const ShapePointer& member : several->members) {
            wrong = contradiction(value, *member, lineage, catalog, path);
            if (wrong.empty()) return {};
        }
        return wrong;
    }
    if (!value.is_object()) return path + " is no object";
    return object_contradiction(value, *shape.object(), lineage, catalog, path);
}

}  // namespace fraiseql::lineage
