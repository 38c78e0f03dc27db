// SPDX-License-Identifier: MIT
#include "compile/filter_sql.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "compile/operator_sql.hpp"
#include "compile/reading.hpp"
#include "schema/operator.hpp"

namespace fraiseql::compile {
namespace {

using json::Value;
using schema::InputBinding;
using schema::Operand;
using schema::Operator;
using sql::Fragment;

Path below(Path path, PathSegment segment) {
    path.push_back(std::move(segment));
    return path;
}

class FilterWriter {
  public:
    FilterWriter(const schema::Model& model, Parameters& parameters)
        : model_(model), parameters_(parameters) {}

    Fragment object(const std::string& input_type, const Value& value, const Source& source,
                    const Path& path) const {
        std::vector<Fragment> conditions;
        for (const json::Member& member : value.members) {
            const InputBinding* binding = model_.input(input_type, member.name);
            const Path inner = below(path, std::string(member.name));
            if (binding == nullptr) refuse_unknown(inner);
            if (binding == nullptr || refuse_null(member.value, inner)) continue;
            Fragment condition = this->member(*binding, member.value, source, inner);
            if (!condition.empty()) conditions.push_back(std::move(condition));
        }
        return join(conditions, " AND ");
    }

    /// The conditions of one filter input on `value`.
    Fragment operators(const Fragment& value, catalog::Oid type, const schema::Leaf& leaf,
                       const Value& filter, const Path& path) const {
        const schema::FilterKind kind = filter_of(model_.catalog, type, leaf);
        std::vector<Fragment> parts;
        for (const json::Member& member : filter.members) {
            const Operator* op = kind.find(member.name);
            const Path inner = below(path, std::string(member.name));
            if (op == nullptr) refuse_unknown(inner);
            if (op == nullptr || refuse_null(member.value, inner)) continue;
            parts.push_back(condition(*op, value, type, member.value, inner));
        }
        return join(parts, " AND ");
    }

    /// The first condition that was null.
    const std::optional<Error>& refusal() const noexcept { return refusal_; }

  private:
    bool refuse_null(const Value& value, const Path& path) const {
        if (!value.is_null()) return false;
        if (!refusal_)
            refusal_ = Error{.code = ErrorCode::BadUserInput,
                             .message = fmt::format("{} must not be null.", path_text(path)),
                             .hint =
                                 "For rows without a value use isnull: true; to ask nothing, "
                                 "leave it out."};
        return true;
    }

    /// The schema takes a condition that the compiler does not know: never to be ignored.
    void refuse_unknown(const Path& path) const {
        if (!refusal_)
            refusal_ = Error{.code = ErrorCode::InternalServerError,
                             .message = fmt::format("{} has no meaning here.", path_text(path))};
    }

    Fragment member(const InputBinding& binding, const Value& value, const Source& source,
                    const Path& path) const {
        switch (binding.kind) {
            case InputBinding::Kind::And:
                return connective(binding, value, source, path, " AND ");
            case InputBinding::Kind::Or:
                return connective(binding, value, source, path, " OR ");
            case InputBinding::Kind::Not:
                return negation(binding, value, source, path);
            case InputBinding::Kind::Leaf:
            case InputBinding::Kind::Operator:
                return leaf(binding, value, source, path);
            case InputBinding::Kind::Object: {
                const Source inner = source.object(binding.value);
                return object(binding.input_type, value, inner, path);
            }
            case InputBinding::Kind::List:
                return list(binding, value, source, path);
        }
        return {};
    }

    Fragment connective(const InputBinding& binding, const Value& value, const Source& source,
                        const Path& path, sql::Raw word) const {
        std::vector<Fragment> parts;
        for (std::uint32_t i = 0; i < value.items.size(); ++i) {
            Fragment part = object(binding.input_type, value.items[i], source, below(path, i));
            // An item that asks nothing holds of every row.
            if (part.empty()) part = Fragment("true");
            parts.push_back(Fragment("(").add(part).raw(")"));
        }
        if (parts.empty()) return {};
        return Fragment("(").add(join(parts, word)).raw(")");
    }

    Fragment negation(const InputBinding& binding, const Value& value, const Source& source,
                      const Path& path) const {
        Fragment inner = object(binding.input_type, value, source, path);
        if (inner.empty()) return {};
        return Fragment("NOT (").add(inner).raw(")");
    }

    /// The list under a field as a JSON document.
    static Source list_source(const schema::FieldBinding& binding, const Source& source) {
        if (!source.seen_through) return source.object(binding);
        const Located found = source.locate(binding);
        if (catalog::is_json(found.type))
            return Source::inside(found.sql, found.type == catalog::kJsonb);
        return Source::inside(Fragment("to_jsonb(").add(found.sql).raw(")"), true);
    }

    /// some, every, none and isEmpty: whether there are items of a kind, or none.
    Fragment list(const InputBinding& binding, const Value& value, const Source& source,
                  const Path& path) const {
        std::vector<Fragment> parts;
        for (const json::Member& member : value.members) {
            const Path inner = below(path, std::string(member.name));
            if (refuse_null(member.value, inner)) continue;
            const bool empty = member.name == "isEmpty";
            const bool negated =
                empty ? member.value.kind == Value::Kind::True : member.name != "some";
            // Which items there must be, or must not be: for every, those that break the rule.
            const auto wanted = [&](const Source& item) {
                if (empty) return Fragment();
                Fragment condition = object(binding.input_type, member.value, item, inner);
                if (member.name != "every") return condition;
                if (condition.empty()) condition = Fragment("true");
                return Fragment("(").add(condition).raw(") IS NOT TRUE");
            };
            Fragment exists = item_exists(binding, source, wanted);
            parts.push_back(negated ? Fragment("NOT ").add(exists) : exists);
        }
        return join(parts, " AND ");
    }

    /// Asks the rows that the view makes the list of, else the items inside the document.
    template <class Wanted>
    Fragment item_exists(const InputBinding& binding, const Source& source,
                         const Wanted& wanted) const {
        const auto of_rows = source.exists(binding.value, [&](rewrite::ItemValues& items) {
            return rewrite::ItemRows{.where = wanted(Source::of_items(items, nullptr))};
        });
        if (of_rows) return *of_rows;
        const Source whole = list_source(binding.value, source);
        Fragment out("EXISTS (SELECT FROM ");
        out.add(whole.function("json_array_elements", "jsonb_array_elements"));
        out.raw("(CASE ").add(whole.function("json_typeof", "jsonb_typeof")).raw("(");
        out.add(whole.document).raw(") WHEN 'array' THEN ").add(whole.document);
        out.raw(" END) AS item");
        const Fragment condition = wanted(whole.inside(Fragment("item.value")));
        if (!condition.empty()) out.raw(" WHERE ").add(condition);
        return out.raw(")");
    }

    /// One operator, or a filter with several.
    Fragment leaf(const InputBinding& binding, const Value& asked, const Source& source,
                  const Path& path) const {
        const schema::FieldBinding& field = binding.value;
        if (!source.has(field)) {
            if (!refusal_) refusal_ = not_in_document(path);
            return {};
        }
        const Fragment value = typed_value(model_, field, source);
        if (binding.op != nullptr) return condition(*binding.op, value, field.type, asked, path);
        const schema::Leaf leaf = schema::leaf_of(model_.catalog, field.type, field.key);
        return operators(value, field.type, leaf, asked, path);
    }

    Fragment condition(const Operator& op, const Fragment& value, catalog::Oid type,
                       const Value& operand, const Path& path) const {
        const catalog::Oid base = model_.catalog.base_type(type);
        if (op.operand == Operand::Flag || op.operand == Operand::NotFlag) {
            Fragment out = apply(model_.catalog, type, op, value, {});
            if (operand.kind == Value::Kind::True) return out;
            if (op.operand == Operand::Flag) return Fragment(value).raw(" IS NOT NULL");
            return Fragment("NOT (").add(out).raw(")");
        }
        if (op.operand == Operand::Range) {
            const Fragment inet("inet");
            return apply(model_.catalog, type, op, value,
                         parameters_.add(below(path, std::string("from")), inet),
                         parameters_.add(below(path, std::string("to")), inet));
        }
        return apply(model_.catalog, type, op, value, bound(op, base, path));
    }

    Fragment bound(const Operator& op, catalog::Oid base, const Path& path) const {
        using Form = Parameter::Form;
        const catalog::Type* type = model_.catalog.type(base);
        switch (op.operand) {
            case Operand::Many:
                return parameters_.add(path, schema::type_text(model_.catalog, base).raw("[]"));
            case Operand::Item:
                return parameters_.add(path, schema::type_text(model_.catalog, type->element));
            case Operand::Contains:
                return parameters_.add(path, Fragment("text"), Form::Contains);
            case Operand::Prefix:
                return parameters_.add(path, Fragment("text"), Form::Prefix);
            case Operand::Suffix:
                return parameters_.add(path, Fragment("text"), Form::Suffix);
            case Operand::Text:
                return parameters_.add(path, Fragment("text"));
            case Operand::Texts:
                return parameters_.add(path, Fragment("text[]"));
            case Operand::Depth:
                return parameters_.add(path, Fragment("int4"));
            default:
                break;
        }
        // json has no operators of its own: it is compared as jsonb, as typed_value gives it.
        if (base == catalog::kJson) base = catalog::kJsonb;
        return parameters_.add(path, schema::type_text(model_.catalog, base));
    }

    const schema::Model& model_;
    Parameters& parameters_;
    mutable std::optional<Error> refusal_ = {};
};

/// A list of scalars inside a document as a PostgreSQL array.
Fragment array_value(const schema::Model& model, catalog::Oid type, const Source& source) {
    const Fragment& document = source.document;
    Fragment out("CASE ");
    out.add(source.function("json_typeof", "jsonb_typeof")).raw("(").add(document);
    out.raw(") WHEN 'array' THEN ARRAY(SELECT e.value FROM ");
    out.add(source.function("json_array_elements_text", "jsonb_array_elements_text"));
    out.raw("(").add(document).raw(") WITH ORDINALITY AS e(value, n) ORDER BY e.n)::");
    return Fragment("(").add(out.add(schema::type_text(model.catalog, type))).raw(" END)");
}

/// The text or array of `type` in a JSON value.
Fragment from_json(const schema::Model& model, catalog::Oid base, const Fragment& text,
                   const Source& whole) {
    const catalog::Type* type = model.catalog.type(base);
    if (type != nullptr && type->kind == catalog::Type::Kind::Array)
        return array_value(model, base, whole);
    return Fragment("(").add(text).raw(")::").add(schema::type_text(model.catalog, base));
}

/// Of a view that is seen through: the value as it is, unless its type is another one.
Fragment seen_value(const schema::Model& model, const schema::FieldBinding& binding,
                    catalog::Oid base, const Source& source) {
    const Located found = source.locate(binding);
    if (catalog::is_json(found.type))
        return from_json(model, base, source.value(binding, true),
                         Source::inside(found.sql, found.type == catalog::kJsonb));
    if (model.catalog.base_type(found.type) != base)
        return Fragment("(")
            .add(found.sql)
            .raw("::text)::")
            .add(schema::type_text(model.catalog, base));
    const bool text =
        base == catalog::kText || base == catalog::kVarchar || base == catalog::kBpchar;
    if (found.default_collation || !text) return found.sql;
    // In a document the text has lost its own collation.
    return Fragment("(").add(found.sql).raw(" COLLATE pg_catalog.\"default\")");
}

/// Flags are part of the statement.
void append_operand_structure(const Value& operand, std::string& key) {
    key += operand.is_null()                    ? '0'
           : operand.kind == Value::Kind::True  ? 't'
           : operand.kind == Value::Kind::False ? 'f'
                                                : '?';
}

}  // namespace

Error not_in_document(const Path& path) {
    return {.code = ErrorCode::BadUserInput,
            .message = fmt::format("{} is a column beside the documents of this list, which is "
                                   "taken from the document around it.",
                                   path_text(path)),
            .hint = "Use a field of the items, or read them with a query field of their own."};
}

Fragment typed_value(const schema::Model& model, const schema::FieldBinding& binding,
                     const Source& source) {
    const catalog::Oid base = model.catalog.base_type(binding.type);
    const bool column = source.row != nullptr && binding.column.has_value();
    if (catalog::is_json(base)) {
        Fragment value = source.value(binding, false);
        const bool json = source.seen_through ? catalog::is_json(source.locate(binding).type)
                          : column ? catalog::is_json(source.row->column(*binding.column)->type)
                                   : true;
        if (!json) value = Fragment("to_jsonb(").add(value).raw(")");
        // In a document, null is a JSON value; to a filter it is the absence of one.
        return Fragment("nullif((").add(value).raw(")::jsonb, 'null')");
    }
    if (source.seen_through) return seen_value(model, binding, base, source);
    if (column || source.named_columns) return source.value(binding, false);
    return from_json(model, base, source.value(binding, true), source.object(binding));
}

Result<Fragment> filter_sql(const schema::Model& model, const std::string& input_type,
                            const Value& value, const Source& source, const Path& path,
                            Parameters& parameters) {
    const FilterWriter writer(model, parameters);
    Fragment condition = writer.object(input_type, value, source, path);
    if (writer.refusal()) return fail(*writer.refusal());
    return condition;
}

Result<Fragment> operators_sql(const schema::Model& model, const Fragment& expression,
                               catalog::Oid type, const Value& filter, const Path& path,
                               Parameters& parameters) {
    const FilterWriter writer(model, parameters);
    const schema::Leaf leaf = schema::leaf_of(model.catalog, type, "value");
    Fragment condition = writer.operators(expression, type, leaf, filter, path);
    if (writer.refusal()) return fail(*writer.refusal());
    return condition;
}

void append_operators_structure(const Value& filter, std::string& key) {
    key += '(';
    for (const json::Member& member : filter.members) {
        key += member.name;
        append_operand_structure(member.value, key);
    }
    key += ')';
}

void append_filter_structure(const schema::Model& model, const std::string& input_type,
                             const Value& value, std::string& key) {
    key += '{';
    for (const json::Member& member : value.members) {
        const InputBinding* binding = model.input(input_type, member.name);
        key += member.name;
        if (member.value.is_null() ||
            (binding != nullptr && binding->kind == InputBinding::Kind::Operator)) {
            append_operand_structure(member.value, key);
        } else if (member.value.is_array() && binding != nullptr) {
            key += '[';
            for (const Value& item : member.value.items)
                append_filter_structure(model, binding->input_type, item, key);
            key += ']';
        } else if (binding != nullptr && binding->kind != InputBinding::Kind::Leaf) {
            append_filter_structure(model, binding->input_type, member.value, key);
        } else if (binding != nullptr) {
            append_operators_structure(member.value, key);
        } else {
            // some, every, none and isEmpty stand in the filter of a list, not in a where input.
            append_filter_structure(model, input_type, member.value, key);
        }
    }
    key += '}';
}

}  // namespace fraiseql::compile
