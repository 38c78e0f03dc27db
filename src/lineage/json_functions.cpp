// SPDX-License-Identifier: MIT
// PostgreSQL's functions and operators on JSON, as far as the shape of their result can be told.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "catalog/annotation.hpp"
#include "lineage/constant.hpp"
#include "lineage/inference.hpp"

namespace fraiseql::lineage {
namespace {

using namespace catalog;

enum class Call : std::uint8_t {
    BuildObject,
    BuildArray,
    ToJson,
    StripNulls,
    Concatenate,
    Delete,
    Extract,
    SetKey,
    Elements,
    ElementsText,
    DataKeys,
    Remove,
    Append,
    Prepend
};

/// By pg_proc.proname. The operators -> ->> #> #>> || - are calls of some of these.
const std::unordered_map<std::string_view, Call>& calls() {
    static const std::unordered_map<std::string_view, Call> kCalls = {
        {"json_build_object", Call::BuildObject},
        {"jsonb_build_object", Call::BuildObject},
        {"json_build_array", Call::BuildArray},
        {"jsonb_build_array", Call::BuildArray},
        {"to_json", Call::ToJson},
        {"to_jsonb", Call::ToJson},
        {"row_to_json", Call::ToJson},
        {"array_to_json", Call::ToJson},
        {"json_strip_nulls", Call::StripNulls},
        {"jsonb_strip_nulls", Call::StripNulls},
        {"jsonb_concat", Call::Concatenate},
        {"jsonb_delete", Call::Delete},
        {"json_object_field", Call::Extract},
        {"json_object_field_text", Call::Extract},
        {"jsonb_object_field", Call::Extract},
        {"jsonb_object_field_text", Call::Extract},
        {"json_array_element", Call::Extract},
        {"json_array_element_text", Call::Extract},
        {"jsonb_array_element", Call::Extract},
        {"jsonb_array_element_text", Call::Extract},
        {"json_extract_path", Call::Extract},
        {"json_extract_path_text", Call::Extract},
        {"jsonb_extract_path", Call::Extract},
        {"jsonb_extract_path_text", Call::Extract},
        {"jsonb_set", Call::SetKey},
        {"json_array_elements", Call::Elements},
        {"jsonb_array_elements", Call::Elements},
        {"unnest", Call::Elements},
        {"json_array_elements_text", Call::ElementsText},
        {"jsonb_array_elements_text", Call::ElementsText},
        {"json_object", Call::DataKeys},
        {"jsonb_object", Call::DataKeys},
        {"array_remove", Call::Remove},
        {"array_append", Call::Append},
        {"array_prepend", Call::Prepend},
    };
    return kCalls;
}

std::string join(std::span<const std::string> path) {
    std::string out;
    for (const std::string& step : path)
        out += out.empty() ? step : "." + step;
    return out;
}

/// Says under which key the untyped parts of a value stand, as a path from the document's root.
ShapePointer located(const ShapePointer& shape, std::string_view key) {
    static constexpr std::string_view kPrefix = "Key \"";
    Shape copy = *shape;
    if (auto* opaque = std::get_if<Opaque>(&copy.kind)) {
        std::string_view reason = opaque->reason;
        opaque->reason = reason.starts_with(kPrefix)
                             ? fmt::format("{}{}.{}", kPrefix, key, reason.substr(kPrefix.size()))
                             : fmt::format("{}{}\": {}", kPrefix, key, reason);
        return std::make_shared<const Shape>(std::move(copy));
    }
    bool changed = false;
    auto locate = [&](ShapePointer& part) {
        ShapePointer moved = located(part, key);
        changed = changed || moved != part;
        part = std::move(moved);
    };
    if (auto* list = std::get_if<List>(&copy.kind)) locate(list->element);
    if (auto* object = std::get_if<Object>(&copy.kind)) {
        for (Field& field : object->fields)
            locate(field.shape);
    }
    return changed ? std::make_shared<const Shape>(std::move(copy)) : shape;
}

void put(Object& object, Field field) {
    auto known = std::ranges::find(object.fields, field.key, &Field::key);
    if (known == object.fields.end()) {
        object.fields.push_back(std::move(field));
    } else {
        *known = std::move(field);
    }
}

}  // namespace

std::optional<ShapePointer> Inference::json_function(const Function& function, const Node& node,
                                                     Arguments arguments, Scope& scope) {
    auto call = calls().find(function.name);
    if (call == calls().end()) return std::nullopt;
    if (call->second == Call::BuildObject) return build_object(node, arguments, scope);
    if (call->second == Call::BuildArray) return build_array(node, arguments, scope);
    if (call->second == Call::Extract) return extract(function, arguments, scope);
    if (call->second == Call::SetKey) return set_key(arguments, scope);
    if (arguments.empty()) return std::nullopt;
    ShapePointer first = expression(arguments[0], scope);
    switch (call->second) {
        case Call::ToJson:
            return first;
        case Call::StripNulls:
            return with_missing_keys(first->relation() ? resolve(*first->relation()) : first);
        case Call::Concatenate:
            if (arguments.size() != 2) return std::nullopt;
            return concatenate(first, expression(arguments[1], scope), resolver());
        case Call::Delete: {
            if (arguments.size() != 2) return std::nullopt;
            auto keys = constant_texts(arguments[1]);
            auto key = constant_text(arguments[1]);
            if (key) keys = {*key};
            if (keys) return without_keys(first, *keys);
            return with_missing_keys(first->relation() ? resolve(*first->relation()) : first);
        }
        case Call::Elements:
            return json_element(first);
        case Call::ElementsText:
            return as_json_text(json_element(first));
        case Call::DataKeys:
            return opaque_shape(
                fmt::format("{}() makes an object whose keys are data.", function.name));
        case Call::Remove: {
            bool nulls = arguments.size() == 2 && is_null_constant(arguments[1]);
            if (!first->list() || !nulls) return first;
            ShapePointer element = with_nullable(first->list()->element, false);
            return make_shape(List{element, first->list()->array_type}, first->nullable);
        }
        case Call::Append:
        case Call::Prepend: {
            bool append = call->second == Call::Append;
            const ShapePointer& last = expression(arguments[arguments.size() - 1], scope);
            const ShapePointer& list = append ? first : last;
            if (!list->list()) return std::nullopt;
            ShapePointer element =
                unify(list->list()->element, without_columns(append ? last : first), resolver());
            return make_shape(List{element, list->list()->array_type}, false);
        }
        case Call::BuildObject:
        case Call::BuildArray:
        case Call::Extract:
        case Call::SetKey:
            break;
    }
    return std::nullopt;
}

ShapePointer Inference::build_object(const Node& node, Arguments arguments, Scope& scope) {
    if (!node.flag("funcvariadic")) return object_of(arguments, false, scope);
    const Node& array = arguments.empty() ? node : arguments[0];
    if (array.is("ARRAY") || array.is("ARRAYEXPR")) {
        return object_of(array.list("elements"), false, scope);
    }
    return opaque_shape("Its keys come from a VARIADIC array.", false);
}

ShapePointer Inference::object_of(Arguments pairs, bool absent_on_null, Scope& scope) {
    Object object;
    for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
        auto key = constant_text(pairs[i]);
        if (!key) {
            return opaque_shape(
                fmt::format("Key number {} of the object is not a constant.", i / 2 + 1), false);
        }
        auto type_name = *key == "__typename" ? constant_text(pairs[i + 1]) : std::nullopt;
        if (type_name) {
            object.type_name = std::move(*type_name);
            continue;
        }
        ShapePointer value = expression(pairs[i + 1], scope);
        if (absent_on_null) value = with_nullable(value, value->nullable);
        put(object, {.key = *key,
                     .shape = located(value, *key),
                     .same_as_column = same_target(pairs[i + 1], scope),
                     .description = description_of(*value)});
    }
    return make_shape(std::move(object), false);
}

ShapePointer Inference::build_array(const Node& node, Arguments arguments, Scope& scope) {
    if (!node.flag("funcvariadic")) return list_of(arguments, scope);
    return arguments.empty() ? list_of({}, scope) : expression(arguments[0], scope);
}

ShapePointer Inference::list_of(Arguments elements, Scope& scope) {
    ShapePointer element = never_shape();
    for (const Node& value : elements) {
        element = unify(element, without_columns(expression(value, scope)), resolver());
    }
    return make_shape(List{.element = element}, false);
}

ShapePointer Inference::json_key(const ShapePointer& value, std::string_view key) const {
    if (const RelationRef* ref = value->relation()) {
        ShapePointer whole = without_columns(resolve(*ref));
        return json_key(with_nullable(whole, whole->nullable || value->nullable), key);
    }
    if (const Union* several = value->members()) {
        ShapePointer out = never_shape();
        for (const ShapePointer& member : several->members) {
            out = unify(out, json_key(member, key), resolver());
        }
        return with_nullable(out, out->nullable || value->nullable);
    }
    if (const Object* object = value->object()) {
        if (key == "__typename" && !object->type_name.empty()) {
            return scalar_shape(kText, value->nullable);
        }
        const Field* field = object->find(key);
        return field ? with_nullable(field->shape, field->shape->nullable || value->nullable)
                     : null_shape();
    }
    if (value->opaque()) return with_nullable(value, true);
    return null_shape();
}

ShapePointer Inference::json_element(const ShapePointer& value) const {
    if (value->list()) return value->list()->element;
    if (value->opaque()) return with_nullable(value, true);
    return opaque_shape("The elements of what is not a list.");
}

ShapePointer Inference::json_path(const ShapePointer& value,
                                  std::span<const std::string> path) const {
    ShapePointer out = value;
    for (const std::string& step : path) {
        out = out->list() ? with_nullable(json_element(out), true) : json_key(out, step);
    }
    // Within a known document the reason already says where; within JSON from elsewhere we do.
    return value->opaque() ? located(out, join(path)) : out;
}

/// `->>`: strings lose their quotes, so that text columns are read back as they are.
ShapePointer Inference::as_json_text(const ShapePointer& value) const {
    Shape out{.kind = Scalar{.type = kText}, .nullable = value->nullable};
    const Scalar* scalar = value->scalar();
    if (scalar && catalog_.base_type(scalar->type) == kText) out.origin = value->origin;
    return std::make_shared<const Shape>(std::move(out));
}

ShapePointer Inference::extract(const Function& function, Arguments arguments, Scope& scope) {
    ShapePointer value = arguments.empty() ? null_shape() : expression(arguments[0], scope);
    bool text = function.name.ends_with("_text");
    std::optional<std::vector<std::string>> path;
    if (arguments.size() == 2) {
        auto key = constant_text(arguments[1]);
        path = key ? std::vector<std::string>{*key} : constant_texts(arguments[1]);
    }
    if (!path && value->list() && arguments.size() == 2) path = {"?"};  // any element will do
    if (!path && text) return scalar_shape(kText, true);
    if (!path)
        return opaque_shape(fmt::format("The key in {}() is not a constant.", function.name));
    ShapePointer found = json_path(value, *path);
    return text ? as_json_text(found) : found;
}

ShapePointer Inference::without_keys(const ShapePointer& value,
                                     std::span<const std::string> keys) const {
    ShapePointer whole = value->relation() ? resolve(*value->relation()) : value;
    if (!whole->object()) return with_nullable(whole, value->nullable);
    Object object = *whole->object();
    object.row_type = 0;
    std::erase_if(object.fields, [&](const Field& field) {
        return std::ranges::find(keys, field.key) != keys.end();
    });
    if (std::ranges::find(keys, "__typename") != keys.end()) object.type_name.clear();
    ShapePointer out = make_shape(std::move(object), value->nullable);
    // The other relation's columns are not ours.
    return value->relation() ? without_columns(out) : out;
}

ShapePointer Inference::set_key(Arguments arguments, Scope& scope) {
    if (arguments.size() < 3) return opaque_shape("jsonb_set() lacks arguments.");
    ShapePointer target = expression(arguments[0], scope);
    auto path = constant_texts(arguments[1]);
    ShapePointer value = expression(arguments[2], scope);
    bool missing = path && path->size() == 1 && json_key(target, path->front())->scalar() &&
                   arguments.size() > 3;
    if (!path || path->size() != 1 || missing || target->list()) {
        return opaque_shape("Only jsonb_set() of one constant key of an object is understood.",
                            target->nullable || value->nullable);
    }
    Object change;
    change.fields.push_back({.key = path->front(),
                             .shape = located(value, path->front()),
                             .same_as_column = same_target(arguments[2], scope),
                             .description = description_of(*value)});
    ShapePointer out =
        concatenate(with_nullable(target, false), make_shape(std::move(change), false), resolver());
    return with_nullable(out, target->nullable || value->nullable);
}

ShapePointer Inference::json_value_expression(const Node& node, Scope& scope) {
    return expression(node["raw_expr"], scope);
}

/// JSON_OBJECT, JSON_ARRAY, JSON_OBJECTAGG, JSON_ARRAYAGG, JSON, JSON_SCALAR, JSON_SERIALIZE:
/// JsonConstructorType of nodes/primnodes.h, from PostgreSQL 16.
ShapePointer Inference::json_constructor(const Node& node, Scope& scope) {
    Arguments arguments = node.list("args");
    auto type = static_cast<Oid>(node["returning"].number("typid"));
    if (type != 0 && !is_json(catalog_.base_type(type))) {
        return typed(type, -1, true, "The result of a JSON constructor");
    }
    switch (node.number("type")) {
        case 1:
            return object_of(arguments, node.flag("absent_on_null"), scope);
        case 2: {
            ShapePointer list = list_of(arguments, scope);
            if (!node.flag("absent_on_null")) return list;
            return make_shape(List{with_nullable(list->list()->element, false)}, false);
        }
        case 3:
        case 4:
            return expression(node["func"], scope);
        case 6:
            return arguments.empty() ? null_shape() : expression(arguments[0], scope);
        default:
            return opaque_shape("Text is read as JSON.");
    }
}

std::optional<AttributeNumber> Inference::same_target(const Node& value, const Scope& scope) const {
    const Node* plain = &value;
    while (plain->is("FUNCEXPR") && plain->list("args").size() == 1) {
        const Function* function = catalog_.function(static_cast<Oid>(plain->number("funcid")));
        if (!is_builtin(function) ||
            (function->name != "to_json" && function->name != "to_jsonb")) {
            break;
        }
        plain = &plain->list("args")[0];
    }
    if (plain->is("CONST")) return std::nullopt;
    for (const Target& target : scope.targets) {
        if (!same_expression(*plain, *target.expression)) continue;
        return is_volatile(*plain, catalog_) ? std::nullopt : std::optional(target.number);
    }
    return std::nullopt;
}

std::string Inference::description_of(const Shape& shape) const {
    if (!shape.origin) return {};
    const Relation* relation = catalog_.relation(shape.origin->relation);
    const Column* column = relation ? relation->column(shape.origin->column) : nullptr;
    return column ? read_annotations(column->comment).description : std::string{};
}

bool is_volatile(const Node& node, const Catalog& catalog) {
    static constexpr std::string_view kCalled[] = {"funcid", "opfuncid"};
    for (const Node& item : node.items) {
        if (is_volatile(item, catalog)) return true;
    }
    for (const NodeField& field : node.fields) {
        if (is_volatile(field.value, catalog)) return true;
        if (std::ranges::find(kCalled, field.name) == std::end(kCalled)) continue;
        const Function* function = catalog.function(static_cast<Oid>(field.value.as_number()));
        if (!function || function->volatility == Function::Volatility::Volatile) return true;
    }
    return false;
}

}  // namespace fraiseql::lineage
