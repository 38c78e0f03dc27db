// SPDX-License-Identifier: MIT
#include "compile/payload_sql.hpp"

#include "compile/json_sql.hpp"
#include "compile/read_sql.hpp"

namespace fraiseql::compile {
namespace {

using plan::PayloadBranch;
using plan::PayloadOutput;
using schema::DocumentPath;
using schema::ResultBinding;
using sql::Fragment;
using Part = schema::PayloadBinding::Kind;
using Verdict = ResultBinding::Verdict;

/// A PostgreSQL function takes 100 arguments: 50 pairs of key and value.
constexpr std::size_t kMaxPairs = 50;

/// `c.result->'a'->'b'`; the last step by `->>` where text is wanted.
Fragment at(const Fragment& document, const DocumentPath& path, bool text) {
    Fragment out(document);
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (text && i + 1 == path.size())
            out.raw("->>");
        else
            out.raw("->");
        out.literal(path[i]);
    }
    return out;
}

}  // namespace

Fragment first_of(const Fragment& document, const std::vector<DocumentPath>& places, bool text) {
    if (places.size() == 1) return at(document, places.front(), text);
    std::vector<Fragment> values;
    for (const DocumentPath& path : places) {
        const Fragment value = at(document, path, text);
        values.push_back(text ? value : Fragment("nullif(").add(value).raw(", 'null'::jsonb)"));
    }
    return Fragment("coalesce(").add(join(values, ", ")).raw(")");
}

namespace {

Fragment message_sql(const ResultBinding& result) {
    Fragment out("coalesce(c.result->>'message', c.result->>'error'");
    if (result.verdict == Verdict::Status) out.raw(", c.result->>").literal(result.verdict_key);
    return out.raw(", 'The function reported a failure.')");
}

/// `noop:not_found` → NOT_FOUND.
Fragment code_sql(const ResultBinding& result) {
    Fragment out("coalesce(c.result->>'code', ");
    if (result.verdict == Verdict::Status) {
        const Fragment status = Fragment("c.result->>").literal(result.verdict_key);
        out.raw(
               "c.result->'extra_metadata'->>'code', "
               "upper(regexp_replace(coalesce(nullif(split_part(")
            .add(status)
            .raw(", ':', 2), ''), ")
            .add(status)
            .raw("), '\\W+', '_', 'g')), ");
    }
    return out.raw("'BUSINESS_RULE_VIOLATION')");
}

/// What a function calls its parameters → what the client calls them, as a jsonb object.
Fragment input_names(const schema::Model& model, const schema::FunctionBinding& function) {
    std::vector<Fragment> pairs;
    for (const schema::ArgumentBinding& argument : function.arguments) {
        if (argument.from_context() || pairs.size() >= kMaxPairs) continue;
        if (argument.input_type.empty() && argument.parameter != argument.argument)
            pairs.push_back(
                Fragment().literal(argument.parameter).raw(", ").literal(argument.argument));
        for (auto it = model.inputs.lower_bound({argument.input_type, ""});
             !argument.input_type.empty() && it != model.inputs.end() &&
             it->first.first == argument.input_type && pairs.size() < kMaxPairs;
             ++it)
            if (it->second.value.key != it->first.second)
                pairs.push_back(
                    Fragment().literal(it->second.value.key).raw(", ").literal(it->first.second));
    }
    return Fragment("jsonb_build_object(").add(join(pairs, ", ")).raw(")");
}

/// An object of messages by field, or a list of objects with `field` and `message`.
Fragment field_errors_sql(const schema::Model& model, const schema::FunctionBinding& function,
                          const PayloadOutput& output, Lists& lists) {
    Fragment list("(SELECT coalesce(jsonb_agg(jsonb_build_object('field', coalesce(");
    list.add(input_names(model, function))
        .raw(
            "->>f.field, f.field, ''), 'message', coalesce(f.message, ''))), '[]')\n"
            "FROM (SELECT coalesce(c.result->'field_errors', c.result->'fieldErrors', "
            "c.result->'errors', c.result->'extra_metadata'->'field_errors') AS list) AS g\n"
            "CROSS JOIN LATERAL (\n"
            "  SELECT m.key, m.value FROM jsonb_each_text("
            "CASE jsonb_typeof(g.list) WHEN 'object' THEN g.list END) AS m\n"
            "  UNION ALL SELECT e->>'field', coalesce(e->>'message', e#>>'{}') FROM "
            "jsonb_array_elements(CASE jsonb_typeof(g.list) WHEN 'array' THEN g.list END) AS e"
            ") AS f(field, message))");
    return document_sql(list, *output.field->type, output.branches, lists);
}

Fragment details_sql(const ResultBinding& result) {
    if (result.verdict == Verdict::Status)
        return Fragment("nullif(c.result->'extra_metadata', 'null'::jsonb)");
    return Fragment(
               "nullif(CASE jsonb_typeof(c.result) WHEN 'object' THEN c.result - ARRAY['message', "
               "'error', 'code', 'field_errors', 'fieldErrors', 'errors', ")
        .literal(result.verdict_key)
        .raw("] END, '{}'::jsonb)");
}

/// A part of the document; keys of integer type become strings, since GraphQL has them as IDs.
Fragment part_sql(const PayloadOutput& output, Lists& lists) {
    const schema::PayloadBinding& binding = *output.binding;
    const bool list = output.field->type->nullable()->is_list();
    if (binding.or_empty)
        return Fragment("coalesce(")
            .add(first_of(Fragment("c.result"), binding.places, true))
            .raw(", '')");
    if (binding.as_text && !list) return first_of(Fragment("c.result"), binding.places, true);
    const Fragment value = first_of(Fragment("c.result"), binding.places, false);
    if (!binding.as_text) return document_sql(value, *output.field->type, output.branches, lists);
    return Fragment("(SELECT json_agg(e) FROM jsonb_array_elements_text(")
        .add(value)
        .raw(") AS e)");
}

Fragment output_sql(const schema::Model& model, const plan::Call& call, const PayloadBranch& branch,
                    const PayloadOutput& output, const CompileOptions& options, Lists& lists) {
    const ResultBinding& result = call.function->result;
    if (output.binding == nullptr) return Fragment().literal(branch.type->name);
    switch (output.binding->kind) {
        case Part::Result:
            return document_sql(Fragment("c.result"), *output.field->type, output.branches, lists);
        case Part::Entity:
            return result_entity_sql(model, call, output.branches, options, lists);
        case Part::Part:
            return part_sql(output, lists);
        case Part::Message:
            return message_sql(result);
        case Part::Code:
            return code_sql(result);
        case Part::FieldErrors:
            return field_errors_sql(model, *call.function, output, lists);
        case Part::Details:
            return details_sql(result);
        case Part::None:
            break;
    }
    return Fragment("NULL");
}

Fragment branch_payload(const schema::Model& model, const plan::Call& call,
                        const PayloadBranch& branch, const CompileOptions& options, Lists& lists) {
    const bool wide = branch.outputs.size() > kMaxPairs;
    std::vector<Fragment> members;
    for (const PayloadOutput& output : branch.outputs) {
        Fragment value = output_sql(model, call, branch, output, options, lists);
        Fragment member =
            (wide ? Fragment("(") : Fragment()).literal(output.response_key).raw(", ");
        if (wide)
            member.raw("to_json(").add(value).raw("))");
        else
            member.add(value);
        members.push_back(std::move(member));
    }
    if (wide)
        return Fragment("(SELECT json_object_agg(m.key, m.value) FROM (VALUES ")
            .add(join(members, ", "))
            .raw(") AS m(key, value))");
    return Fragment("json_build_object(").add(join(members, ", ")).raw(")");
}

}  // namespace

Fragment verdict_sql(const ResultBinding& result, const Fragment& document) {
    const Fragment word =
        Fragment("lower(").add(document).raw("->>").literal(result.verdict_key).raw(")");
    switch (result.verdict) {
        case Verdict::Success:
            return Fragment("coalesce(").add(word).raw(" = 'true', false)");
        case Verdict::Type:
            return Fragment("coalesce(").add(word).raw(" = 'success', false)");
        case Verdict::Status:
        case Verdict::None:
            break;
    }
    return Fragment("coalesce(split_part(")
        .add(word)
        .raw(
            ", ':', 1) IN ('success', 'completed', 'ok', 'done', 'new', 'existing', 'created', "
            "'updated', 'deleted', 'cancelled', 'synced'), false)");
}

Fragment payload_sql(const schema::Model& model, const plan::Call& call,
                     const CompileOptions& options, Lists& lists) {
    const ResultBinding& result = call.function->result;
    if (result.verdict == Verdict::None)
        return branch_payload(model, call, call.payload.front(), options, lists);
    Fragment success;
    Fragment failure;
    for (const PayloadBranch& branch : call.payload)
        (branch.type->name == result.failure_type ? failure : success)
            .add(branch_payload(model, call, branch, options, lists));
    return Fragment("CASE WHEN ")
        .add(verdict_sql(result, Fragment("c.result")))
        .raw("\n     THEN ")
        .add(success)
        .raw("\n     ELSE ")
        .add(failure)
        .raw(" END");
}

Fragment result_entity_sql(const schema::Model& model, const plan::Call& call,
                           const std::vector<plan::Branch>& branches, const CompileOptions& options,
                           Lists& lists) {
    const ResultBinding& result = call.function->result;
    const schema::Entity& entity = *result.entity;
    const auto key_type =
        schema::type_text(model.catalog, entity.relation->column(*entity.key)->type);
    auto row = [&](const Fragment& document) {
        Fragment key = result.key_places.empty() ? Fragment(document).raw("#>>'{}'")
                                                 : first_of(document, result.key_places, true);
        Reading reading(model, entity, options);
        const Rows rows{
            .where = key_equals(reading, entity, Fragment("(").add(key).raw(")::").add(key_type)),
            .limit = Fragment("1")};
        const plan::Read read{.entity = &entity, .branches = branches, .row_rules = call.row_rules};
        return Fragment("(").add(read_sql(reading, read, rows, lists)).raw(")");
    };
    if (!result.list) return row(Fragment("c.result"));
    return Fragment("(SELECT coalesce(json_agg(k.row ORDER BY k.n), '[]'::json) FROM (SELECT ")
        .add(row(Fragment("e.value")))
        .raw(
            " AS row, e.n FROM jsonb_array_elements(c.result) WITH ORDINALITY AS e(value, n)) AS k "
            "WHERE k.row IS NOT NULL)");
}

Fragment undeclared_failure_sql() {
    const Fragment failed(
        "CASE WHEN jsonb_typeof(c.result) = 'object' THEN EXISTS (\n"
        "  SELECT FROM jsonb_each_text(c.result) AS m(key, value)\n"
        "  WHERE lower(replace(m.key, '_', '')) IN ('success', 'issuccess', 'succeeded', 'ok')\n"
        "        AND lower(coalesce(m.value, '')) NOT IN ('true', 't', '1', 'yes')\n"
        "     OR m.key = 'type' AND lower(m.value) IN ('error', 'failure')) END");
    return Fragment("CASE WHEN ")
        .add(failed)
        .raw(
            " THEN coalesce(c.result->>'message', c.result->>'error', "
            "'The function reported a failure.') END, c.result->>'code'");
}

}  // namespace fraiseql::compile
