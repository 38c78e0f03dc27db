// SPDX-License-Identifier: MIT
#include "lineage/combine.hpp"

#include <algorithm>

namespace fraiseql::lineage {
namespace {

using namespace catalog;

constexpr Oid kNever = 0;

bool is_null(const Shape& shape) { return shape.scalar() && shape.scalar()->type == kUnknown; }
bool is_never(const Shape& shape) { return shape.scalar() && shape.scalar()->type == kNever; }

bool is_integer(Oid type) { return type == kInt2 || type == kInt4 || type == kInt8; }
bool is_number(Oid type) {
    return is_integer(type) || type == kNumeric || type == kFloat4 || type == kFloat8;
}
bool is_string(Oid type) {
    return type == kText || type == kVarchar || type == kBpchar || type == kName;
}

/// The narrowest type that the JSON forms of both fit, or nothing.
std::optional<Oid> common_type(Oid a, Oid b) {
    if (a == b) return a;
    if (is_integer(a) && is_integer(b)) return kInt8;
    if (is_number(a) && is_number(b)) return kNumeric;
    if (is_string(a) && is_string(b)) return kText;
    return std::nullopt;
}

/// What a value is, for the sentence that says why two do not fit.
std::string_view noun(const Shape& shape) {
    struct Namer {
        std::string_view operator()(const Scalar&) const { return "a scalar"; }
        std::string_view operator()(const Object&) const { return "an object"; }
        std::string_view operator()(const List&) const { return "a list"; }
        std::string_view operator()(const RelationRef&) const { return "the document of a view"; }
        std::string_view operator()(const Union&) const { return "one of several objects"; }
        std::string_view operator()(const Opaque&) const { return "untyped JSON"; }
    };
    return std::visit(Namer{}, shape.kind);
}

ShapePointer misfit(const Shape& a, const Shape& b, bool nullable) {
    return opaque_shape("One branch is " + std::string(noun(a)) + ", another is " +
                            std::string(noun(b)) +
                            (a.kind.index() == b.kind.index() ? " of another type." : "."),
                        nullable);
}

ShapePointer unify_objects(const Object& a, const Object& b, bool nullable,
                           const Resolve& resolve) {
    Object out{.type_name = a.type_name == b.type_name ? a.type_name : std::string{},
               .row_type = a.row_type == b.row_type ? a.row_type : 0};
    for (const Field& field : a.fields) {
        Field merged = field;
        const Field* other = b.find(field.key);
        merged.shape =
            other ? unify(field.shape, other->shape, resolve) : with_nullable(field.shape, true);
        if (!other || other->same_as_column != field.same_as_column) {
            merged.same_as_column.reset();
            merged.shape = without_columns(merged.shape);
        }
        if (other && merged.description.empty()) merged.description = other->description;
        out.fields.push_back(std::move(merged));
    }
    for (const Field& field : b.fields) {
        if (a.find(field.key)) continue;
        Field merged = field;
        merged.shape = without_columns(with_nullable(field.shape, true));
        merged.same_as_column.reset();
        out.fields.push_back(std::move(merged));
    }
    return make_shape(std::move(out), nullable);
}

/// The object behind a shape, through at most one document of another relation.
ShapePointer expanded(const ShapePointer& shape, const Resolve& resolve) {
    const RelationRef* ref = shape->relation();
    return ref ? with_nullable(without_columns(resolve(*ref)), shape->nullable) : shape;
}

/// The '__typename' that tells the object from others; empty where it has none.
std::string tag(const ShapePointer& shape, const Resolve& resolve) {
    ShapePointer whole = expanded(shape, resolve);
    return whole->object() ? whole->object()->type_name : std::string{};
}

std::vector<ShapePointer> members_of(const ShapePointer& shape) {
    if (const Union* several = shape->members()) return several->members;
    return {shape};
}

/// Members of both with their tags, equal tags unified; nothing where some member has no tag.
std::optional<Union> unify_tagged(const ShapePointer& a, const ShapePointer& b,
                                  const Resolve& resolve) {
    Union out;
    std::vector<std::string> tags;
    auto add = [&](const ShapePointer& member) {
        std::string name = tag(member, resolve);
        if (name.empty()) return false;
        auto found = std::ranges::find(tags, name);
        if (found == tags.end()) {
            tags.push_back(std::move(name));
            out.members.push_back(with_nullable(without_columns(member), false));
            return true;
        }
        ShapePointer& known = out.members[static_cast<std::size_t>(found - tags.begin())];
        known = unify(known, with_nullable(member, false), resolve);
        return true;
    };
    for (const ShapePointer& member : members_of(a)) {
        if (!add(member)) return std::nullopt;
    }
    for (const ShapePointer& member : members_of(b)) {
        if (!add(member)) return std::nullopt;
    }
    return out;
}

ShapePointer unify_documents(const ShapePointer& a, const ShapePointer& b, bool nullable,
                             const Resolve& resolve) {
    if (auto tagged = unify_tagged(a, b, resolve)) {
        if (tagged->members.size() == 1) return with_nullable(tagged->members[0], nullable);
        return make_shape(std::move(*tagged), nullable);
    }
    ShapePointer left = expanded(a, resolve);
    ShapePointer right = expanded(b, resolve);
    if (left->opaque()) return with_nullable(left, nullable);
    if (right->opaque()) return with_nullable(right, nullable);
    if (!left->object() || !right->object()) return misfit(*left, *right, nullable);
    bool one_tagged = left->object()->type_name.empty() != right->object()->type_name.empty();
    if (one_tagged && !left->object()->fields.empty() && !right->object()->fields.empty()) {
        return opaque_shape("Some branches have a '__typename' and others have none.", nullable);
    }
    return unify_objects(*left->object(), *right->object(), nullable, resolve);
}

bool is_document(const Shape& shape) {
    return shape.object() || shape.relation() || shape.members();
}

ShapePointer unify_scalars(const Shape& a, const Shape& b, bool nullable) {
    auto type = common_type(a.scalar()->type, b.scalar()->type);
    if (!type) return misfit(a, b, nullable);
    bool same_typmod = a.scalar()->typmod == b.scalar()->typmod;
    return make_shape(Scalar{.type = *type, .typmod = same_typmod ? a.scalar()->typmod : -1},
                      nullable);
}

}  // namespace

ShapePointer make_shape(Shape::Kind kind, bool nullable) {
    return std::make_shared<const Shape>(Shape{.kind = std::move(kind), .nullable = nullable});
}

ShapePointer scalar_shape(Oid type, bool nullable, std::int32_t typmod) {
    return make_shape(Scalar{.type = type, .typmod = typmod}, nullable);
}

ShapePointer opaque_shape(std::string reason, bool nullable) {
    return make_shape(Opaque{std::move(reason)}, nullable);
}

ShapePointer null_shape() { return scalar_shape(kUnknown, true); }
ShapePointer never_shape() { return scalar_shape(kNever, false); }

ShapePointer with_nullable(const ShapePointer& shape, bool nullable) {
    if (shape->nullable == nullable) return shape;
    Shape copy = *shape;
    copy.nullable = nullable;
    return std::make_shared<const Shape>(std::move(copy));
}

ShapePointer with_missing_keys(const ShapePointer& shape) {
    const Object* object = shape->object();
    if (!object) return shape;
    Shape copy = *shape;
    for (Field& field : std::get<Object>(copy.kind).fields) {
        field.shape = with_nullable(with_missing_keys(field.shape), true);
    }
    return std::make_shared<const Shape>(std::move(copy));
}

ShapePointer with_columns(const ShapePointer& shape, const ColumnMap& column_of) {
    if (!shape->object()) return shape;
    Shape copy = *shape;
    bool changed = false;
    for (Field& field : std::get<Object>(copy.kind).fields) {
        auto column = field.same_as_column ? column_of(*field.same_as_column) : std::nullopt;
        ShapePointer inner = with_columns(field.shape, column_of);
        changed = changed || column != field.same_as_column || inner != field.shape;
        field.same_as_column = column;
        field.shape = std::move(inner);
    }
    return changed ? std::make_shared<const Shape>(std::move(copy)) : shape;
}

ShapePointer without_columns(const ShapePointer& shape) {
    return with_columns(shape, [](AttributeNumber) { return std::nullopt; });
}

ShapePointer unify(const ShapePointer& a, const ShapePointer& b, const Resolve& resolve) {
    bool nullable = a->nullable || b->nullable;
    if (is_never(*a)) return b;
    if (is_never(*b)) return a;
    if (is_null(*a)) return with_nullable(without_columns(b), true);
    if (is_null(*b)) return with_nullable(without_columns(a), true);
    if (a->opaque()) return with_nullable(a, nullable);
    if (b->opaque()) return with_nullable(b, nullable);
    if (is_document(*a) && is_document(*b)) {
        const RelationRef* left = a->relation();
        const RelationRef* right = b->relation();
        bool same =
            left && right && left->relation == right->relation && left->column == right->column;
        return same ? with_nullable(a, nullable) : unify_documents(a, b, nullable, resolve);
    }
    Shape out{.kind = Opaque{}, .nullable = nullable};
    if (a->scalar() && b->scalar()) {
        out = *unify_scalars(*a, *b, nullable);
    } else if (a->list() && b->list()) {
        bool same_array = a->list()->array_type == b->list()->array_type;
        out.kind = List{.element = unify(a->list()->element, b->list()->element, resolve),
                        .array_type = same_array ? a->list()->array_type : 0};
    } else {
        return misfit(*a, *b, nullable);
    }
    if (a->origin == b->origin) out.origin = a->origin;
    return std::make_shared<const Shape>(std::move(out));
}

ShapePointer concatenate(const ShapePointer& left, const ShapePointer& right,
                         const Resolve& resolve) {
    bool nullable = left->nullable || right->nullable;
    ShapePointer a = expanded(left, resolve);
    ShapePointer b = expanded(right, resolve);
    if (a->opaque()) return with_nullable(a, nullable);
    if (b->opaque()) return with_nullable(b, nullable);
    if (a->list() && b->list()) return with_nullable(unify(a, b, resolve), nullable);
    if (!a->object() || !b->object()) {
        return opaque_shape(
            "|| joins " + std::string(noun(*a)) + " and " + std::string(noun(*b)) + ".", nullable);
    }
    Object out = *a->object();
    out.row_type = 0;
    for (const Field& field : b->object()->fields) {
        auto known = std::ranges::find(out.fields, field.key, &Field::key);
        if (known == out.fields.end()) {
            out.fields.push_back(field);
        } else {
            *known = field;
        }
    }
    if (!b->object()->type_name.empty()) out.type_name = b->object()->type_name;
    return make_shape(std::move(out), nullable);
}

ShapePointer finished(const ShapePointer& shape) {
    if (is_null(*shape)) return opaque_shape("The value is always null.");
    if (is_never(*shape)) return opaque_shape("The list is always empty.");
    Shape copy = *shape;
    bool changed = false;
    auto finish = [&changed](ShapePointer& part) {
        ShapePointer whole = finished(part);
        changed = changed || whole != part;
        part = std::move(whole);
    };
    if (auto* list = std::get_if<List>(&copy.kind)) finish(list->element);
    if (auto* object = std::get_if<Object>(&copy.kind)) {
        for (Field& field : object->fields)
            finish(field.shape);
    }
    if (auto* several = std::get_if<Union>(&copy.kind)) {
        for (ShapePointer& member : several->members)
            finish(member);
    }
    return changed ? std::make_shared<const Shape>(std::move(copy)) : shape;
}

bool same_shape(const Shape& a, const Shape& b) {
    if (a.nullable != b.nullable || a.kind.index() != b.kind.index()) return false;
    if (a.scalar()) return a.scalar()->type == b.scalar()->type;
    if (a.list()) return same_shape(*a.list()->element, *b.list()->element);
    if (a.relation()) return a.relation()->relation == b.relation()->relation;
    if (a.members()) {
        return std::ranges::equal(a.members()->members, b.members()->members,
                                  [](const auto& x, const auto& y) { return same_shape(*x, *y); });
    }
    if (!a.object()) return true;
    return a.object()->type_name == b.object()->type_name &&
           std::ranges::equal(a.object()->fields, b.object()->fields,
                              [](const Field& x, const Field& y) {
                                  return x.key == y.key && same_shape(*x.shape, *y.shape);
                              });
}

}  // namespace fraiseql::lineage
