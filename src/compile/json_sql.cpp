// SPDX-License-Identifier: MIT
#include "compile/json_sql.hpp"

#include "compile/reading.hpp"

namespace fraiseql::compile {
namespace {

using graphql::Type;
using plan::Branch;
using plan::Output;
using sql::Fragment;

/// A PostgreSQL function takes 100 arguments: 50 pairs of key and value.
constexpr std::size_t kMaxPairs = 50;

Fragment value_of_type(const Fragment& value, const Type& type, const std::vector<Branch>& branches,
                       const Source& source, int depth);

/// `e0`, `e1`, …: lists of lists need names that do not hide each other.
Fragment element_name(int depth) { return Fragment("e").number(static_cast<std::size_t>(depth)); }

Fragment list_of_objects(const Fragment& value, const Type& item,
                         const std::vector<Branch>& branches, const Source& source, int depth) {
    const Fragment element = element_name(depth).raw(".value");
    Fragment out("(SELECT coalesce(json_agg(");
    out.add(value_of_type(element, item, branches, source, depth + 1));
    out.raw(" ORDER BY ").add(element_name(depth)).raw(".ordinality), '[]'::json) FROM ");
    out.add(source.function("json_array_elements", "jsonb_array_elements")).raw("(").add(value);
    return out.raw(") WITH ORDINALITY AS ").add(element_name(depth)).raw("(value, ordinality))");
}

/// Guards `expression` with the JSON type that `value` must have; NULL where it has another.
Fragment when_is(const Source& source, const Fragment& value, sql::Raw type,
                 const Fragment& expression) {
    Fragment out("CASE ");
    out.add(source.function("json_typeof", "jsonb_typeof")).raw("(").add(value);
    return out.raw(") WHEN ").raw(type).raw(" THEN ").add(expression).raw(" END");
}

Fragment value_of_type(const Fragment& value, const Type& type, const std::vector<Branch>& branches,
                       const Source& source, int depth) {
    const Type& bare = *type.nullable();
    if (bare.is_list()) {
        Fragment list = list_of_objects(value, *bare.of, branches, source, depth);
        return type.is_non_null() ? list : when_is(source, value, "'array'", list);
    }
    if (branches.empty()) return value;
    Fragment object = object_sql(branches, source.inside(value));
    return type.is_non_null() ? object : when_is(source, value, "'object'", object);
}

/// A list of keys, which GraphQL wants as strings: each element as text.
Fragment list_as_text(const Fragment& list, const Source& source, bool column) {
    Fragment out("(SELECT json_agg(e.value ORDER BY e.ordinality) FROM ");
    if (column)
        out.raw("unnest(").add(list).raw("::text[]");
    else
        out.add(source.function("json_array_elements_text", "jsonb_array_elements_text"))
            .raw("(")
            .add(list);
    return out.raw(") WITH ORDINALITY AS e(value, ordinality))");
}

/// A leaf of a view that is seen through, as the document would show it.
Fragment seen_leaf(const Output& output, const Source& source) {
    const Located found = source.locate(*output.binding);
    const bool json = catalog::is_json(found.type);
    if (output.binding->as_text) {
        if (!output.field->type->nullable()->is_list()) return source.value(*output.binding, true);
        const Source document = Source::inside(found.sql, found.type == catalog::kJsonb);
        return list_as_text(found.sql, document, /*column=*/!json);
    }
    return found.through_jsonb ? Fragment("to_jsonb(").add(found.sql).raw(")") : found.sql;
}

/// An object or list of a view that is seen through: from the values it is made of, else from the
/// JSON that the view makes of them.
Fragment seen_value(const Output& output, const Source& source) {
    const std::vector<std::string> keys = source.keys_to(*output.binding);
    const Type& type = *output.field->type;
    if (type.nullable()->is_list()) {
        if (const auto list = source.reading->list(keys, output.branches)) return *list;
    } else if (output.branches.size() == 1) {
        if (const auto presence = source.reading->presence(keys)) {
            const Fragment object = object_sql(output.branches, source.object(*output.binding));
            if (presence->empty()) return object;
            return Fragment("CASE WHEN ").add(*presence).raw(" THEN ").add(object).raw(" END");
        }
        if (const auto object = source.reading->object(keys, output.branches)) return *object;
    }
    const Located found = source.locate(*output.binding);
    const bool json = catalog::is_json(found.type);
    const Fragment document = json ? found.sql : Fragment("to_jsonb(").add(found.sql).raw(")");
    return value_of_type(document, type, output.branches,
                         Source::inside(document, found.type != catalog::kJson), 0);
}

Fragment member_value(const Output& output, const Branch& branch, const Source& source) {
    if (output.field == nullptr) return Fragment().literal(branch.type->name);
    if (source.seen_through)
        return output.branches.empty() ? seen_leaf(output, source) : seen_value(output, source);
    const bool list = output.field->type->nullable()->is_list();
    if (output.branches.empty()) {
        const bool as_text = output.binding->as_text;
        if (!as_text || !list) return source.value(*output.binding, as_text);
        const bool column = source.row != nullptr && output.binding->column.has_value();
        return list_as_text(source.value(*output.binding, false), source, column);
    }
    return value_of_type(source.value(*output.binding, false), *output.field->type, output.branches,
                         source, 0);
}

Fragment pairs(const Branch& branch, const Source& source) {
    std::vector<Fragment> parts;
    for (const Output& output : branch.outputs)
        parts.push_back(Fragment()
                            .literal(output.response_key)
                            .raw(", ")
                            .add(member_value(output, branch, source)));
    return join(parts, ", ");
}

/// Wide objects: json_object_agg has no limit, and keeps the order of its input.
Fragment wide_object(const Branch& branch, const Source& source) {
    std::vector<Fragment> rows;
    for (const Output& output : branch.outputs)
        rows.push_back(Fragment("(")
                           .literal(output.response_key)
                           .raw(", to_json(")
                           .add(member_value(output, branch, source))
                           .raw("))"));
    return Fragment("(SELECT json_object_agg(m.key, m.value) FROM (VALUES ")
        .add(join(rows, ", "))
        .raw(") AS m(key, value))");
}

Fragment branch_sql(const Branch& branch, const Source& source) {
    if (branch.outputs.size() > kMaxPairs) return wide_object(branch, source);
    return Fragment("json_build_object(").add(pairs(branch, source)).raw(")");
}

}  // namespace

Fragment object_sql(const std::vector<Branch>& branches, const Source& source) {
    if (branches.size() == 1) return branch_sql(branches.front(), source);
    Fragment out("CASE ");
    out.add(source.whole()).raw("->>'__typename'");
    for (const Branch& branch : branches)
        out.raw(" WHEN ").literal(branch.type->name).raw(" THEN ").add(branch_sql(branch, source));
    return out.raw(" END");
}

Fragment document_sql(const Fragment& value, const Type& type,
                      const std::vector<Branch>& branches) {
    return value_of_type(value, type, branches, Source{.document = value}, 0);
}

}  // namespace fraiseql::compile
