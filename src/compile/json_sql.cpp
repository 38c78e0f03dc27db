// SPDX-License-Identifier: MIT
#include "compile/json_sql.hpp"

#include <algorithm>

#include "compile/reading.hpp"
#include "compile/rule_sql.hpp"

namespace fraiseql::compile {
namespace {

using graphql::Type;
using plan::Branch;
using plan::Output;
using sql::Fragment;

/// A PostgreSQL function takes 100 arguments: 50 pairs of key and value.
constexpr std::size_t kMaxPairs = 50;

/// `e0`, `e1`, …: lists of lists need names that do not hide each other.
Fragment element_name(int depth) { return Fragment("e").number(static_cast<std::size_t>(depth)); }

/// Guards `expression` with the JSON type that `value` must have; NULL where it has another.
Fragment when_is(const Source& source, const Fragment& value, sql::Raw type,
                 const Fragment& expression) {
    Fragment out("CASE ");
    out.add(source.function("json_typeof", "jsonb_typeof")).raw("(").add(value);
    return out.raw(") WHEN ").raw(type).raw(" THEN ").add(expression).raw(" END");
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
TypedValue seen_leaf(const Output& output, const Source& source) {
    const Located found = source.locate(*output.binding);
    const bool json = catalog::is_json(found.type);
    if (output.binding->as_text) {
        if (!output.field->type->nullable()->is_list())
            return {source.value(*output.binding, true), catalog::kText};
        const Source document = Source::inside(found.sql, found.type == catalog::kJsonb);
        return {list_as_text(found.sql, document, /*column=*/!json)};
    }
    if (found.through_jsonb) return {Fragment("to_jsonb(").add(found.sql).raw(")")};
    return {found.sql, found.type};
}

class JsonWriter {
  public:
    explicit JsonWriter(Lists& lists) : lists_(lists) {}

    Fragment object(const std::vector<Branch>& branches, const Source& source) const {
        if (branches.size() == 1 && branches.front().whole) return source.whole();
        if (branches.size() == 1) return branch_sql(branches.front(), source);
        Fragment out("CASE ");
        out.add(source.whole()).raw("->>'__typename'");
        for (const Branch& branch : branches)
            out.raw(" WHEN ")
                .literal(branch.type->name)
                .raw(" THEN ")
                .add(branch_sql(branch, source));
        return out.raw(" END");
    }

    /// The JSON `value` of `type`; `output` is the list it is, where that has arguments.
    Fragment value_of_type(const Fragment& value, const Type& type,
                           const std::vector<Branch>& branches, const Source& source,
                           const Output* output = nullptr, int depth = 0) const {
        const Type& bare = *type.nullable();
        if (bare.is_list()) {
            Fragment list = output != nullptr && lists_.is_cut(*output)
                                ? part_of_list(value, *bare.of, *output, source, depth)
                                : list_of_objects(value, *bare.of, branches, source, depth);
            return type.is_non_null() ? list : when_is(source, value, "'array'", list);
        }
        if (branches.empty()) return value;
        Fragment object = this->object(branches, source.inside(value));
        return type.is_non_null() ? object : when_is(source, value, "'object'", object);
    }

    /// A value that rules deny is null; at the top of a row, but where their conditions hold.
    Fragment member_value(const Output& output, const Branch& branch, const Source& source) const {
        if (output.field == nullptr) return Fragment().literal(branch.type->name);
        if (output.binding->computed != nullptr) return needs_of(output, source);
        if (output.masks.empty()) return granted_value(output, source);
        const bool top = source.row != nullptr && source.keys.empty();
        const bool conditional =
            top && std::all_of(output.masks.begin(), output.masks.end(),
                               [](const schema::Rule* rule) { return !rule->rows.empty(); });
        if (!conditional) return Fragment("NULL::text");
        return Fragment("CASE WHEN ")
            .add(rules_sql(output.masks, *source.row, source))
            .raw(" THEN ")
            .add(granted_value(output, source))
            .raw(" END");
    }

  private:
    Fragment granted_value(const Output& output, const Source& source) const {
        if (output.branches.empty()) return leaf_value(output, source).sql;
        if (source.seen_through) return seen_value(output, source);
        return value_of_type(source.value(*output.binding, false), *output.field->type,
                             output.branches, source, &output);
    }

    static Fragment elements(const Fragment& value, const Source& source, int depth) {
        Fragment out = source.function("json_array_elements", "jsonb_array_elements");
        out.raw("(").add(value).raw(") WITH ORDINALITY AS ");
        return out.add(element_name(depth)).raw("(value, ordinality)");
    }

    Fragment list_of_objects(const Fragment& value, const Type& item,
                             const std::vector<Branch>& branches, const Source& source,
                             int depth) const {
        const Fragment element = element_name(depth).raw(".value");
        Fragment out("(SELECT coalesce(json_agg(");
        out.add(value_of_type(element, item, branches, source, nullptr, depth + 1));
        out.raw(" ORDER BY ").add(element_name(depth)).raw(".ordinality), '[]'::json) FROM ");
        return out.add(elements(value, source, depth)).raw(")");
    }

    /// The items that the list's arguments ask for. What they have in common stays in the order of
    /// the list.
    Fragment part_of_list(const Fragment& value, const Type& item, const Output& output,
                          const Source& source, int depth) const {
        const Fragment name = element_name(depth);
        const Fragment element = Fragment(name).raw(".value");
        Rows rows = lists_.rows(output, source.inside(element));
        if (!rows.order.empty()) rows.order.raw(", ");
        rows.order.add(name).raw(".ordinality");
        Fragment out("(SELECT coalesce(json_agg(");
        out.add(value_of_type(element, item, output.branches, source, nullptr, depth + 1));
        out.raw("), '[]'::json) FROM (SELECT ").add(element).raw(" FROM ");
        out.add(elements(value, source, depth)).add(clauses(rows));
        return out.raw(") AS ").add(name).raw(")");
    }

    /// An object or list of a view that is seen through: from the values it is made of, else from
    /// the JSON that the view makes of them.
    Fragment seen_value(const Output& output, const Source& source) const {
        const std::vector<std::string> keys = source.keys_to(*output.binding);
        const Type& type = *output.field->type;
        if (type.nullable()->is_list()) {
            if (const auto list = source.reading->list(keys, output, lists_)) return *list;
        } else if (output.branches.size() == 1) {
            if (const auto presence = source.reading->presence(keys)) {
                const Fragment object =
                    this->object(output.branches, source.object(*output.binding));
                if (presence->empty()) return object;
                return Fragment("CASE WHEN ").add(*presence).raw(" THEN ").add(object).raw(" END");
            }
            if (const auto object = source.reading->object(keys, output.branches, lists_))
                return *object;
        }
        const Located found = source.locate(*output.binding);
        const bool json = catalog::is_json(found.type);
        const Fragment document = json ? found.sql : Fragment("to_jsonb(").add(found.sql).raw(")");
        return value_of_type(document, type, output.branches,
                             Source::inside(document, found.type != catalog::kJson), &output);
    }

    /// What code makes a value of, in its place: the engine tells it by `@`.
    static Fragment needs_of(const Output& output, const Source& source) {
        Fragment out("json_build_object('@', ");
        out.number(output.field->id);
        for (const auto& [name, binding] : output.binding->computed->needs)
            out.raw(", ").literal(name).raw(", ").add(need(binding, source));
        return out.raw(")");
    }

    static Fragment need(const schema::FieldBinding& binding, const Source& source) {
        if (!source.seen_through) return source.value(binding, false);
        const Located found = source.locate(binding);
        return found.through_jsonb ? Fragment("to_jsonb(").add(found.sql).raw(")") : found.sql;
    }

    Fragment pairs(const Branch& branch, const Source& source) const {
        std::vector<Fragment> parts;
        for (const Output& output : branch.outputs)
            parts.push_back(Fragment()
                                .literal(output.response_key)
                                .raw(", ")
                                .add(member_value(output, branch, source)));
        return join(parts, ", ");
    }

    /// Wide objects: json_object_agg has no limit, and keeps the order of its input.
    Fragment wide_object(const Branch& branch, const Source& source) const {
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

    Fragment branch_sql(const Branch& branch, const Source& source) const {
        if (branch.outputs.size() > kMaxPairs) return wide_object(branch, source);
        return Fragment("json_build_object(").add(pairs(branch, source)).raw(")");
    }

    Lists& lists_;
};

}  // namespace

TypedValue leaf_value(const Output& output, const Source& source) {
    if (source.seen_through) return seen_leaf(output, source);
    const schema::FieldBinding& binding = *output.binding;
    const bool column = source.row != nullptr && binding.column.has_value();
    if (binding.as_text && output.field->type->nullable()->is_list())
        return {list_as_text(source.value(binding, false), source, column)};
    const catalog::Oid type = binding.as_text ? catalog::kText
                              : column        ? source.row->column(*binding.column)->type
                                              : catalog::kJson;
    return {source.value(binding, binding.as_text), type};
}

Fragment member_sql(const Output& output, const Branch& branch, const Source& source,
                    Lists& lists) {
    return JsonWriter(lists).member_value(output, branch, source);
}

Fragment object_sql(const std::vector<Branch>& branches, const Source& source, Lists& lists) {
    return JsonWriter(lists).object(branches, source);
}

Fragment document_sql(const Fragment& value, const Type& type, const std::vector<Branch>& branches,
                      Lists& lists) {
    return JsonWriter(lists).value_of_type(value, type, branches, Source{.document = value});
}

}  // namespace fraiseql::compile
