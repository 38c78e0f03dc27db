// SPDX-License-Identifier: MIT
#include "compile/call_arguments.hpp"

#include <fmt/format.h>

namespace fraiseql::compile {
namespace {

using json::Member;
using json::Value;
using schema::ArgumentBinding;
using sql::Fragment;

/// Coercion has checked the value against the type: every member has a binding.
Value renamed(const schema::Model& model, const Value& value, const std::string& type,
              Arena& arena) {
    Value out = value;
    if (value.is_array()) {
        std::vector<Value> items;
        items.reserve(value.items.size());
        for (const Value& item : value.items)
            items.push_back(renamed(model, item, type, arena));
        out.items = arena.copy(items);
    }
    if (value.is_object()) {
        std::vector<Member> members;
        members.reserve(value.members.size());
        for (const Member& member : value.members) {
            const schema::InputBinding* binding = model.input(type, member.name);
            const bool inside = !binding->input_type.empty();
            members.push_back(
                {binding->value.key,
                 inside ? renamed(model, member.value, binding->input_type, arena) : member.value});
        }
        out.members = arena.copy(members);
    }
    return out;
}

Error missing_context(std::string_view key, bool anonymous) {
    return {
        .code = anonymous ? ErrorCode::Unauthenticated : ErrorCode::Forbidden,
        .message = fmt::format("The field needs '{}' from the request's context, which does not "
                               "have it.",
                               key),
        .hint = anonymous ? "Sign in." : "The token must carry that claim."};
}

/// `$n::cast`, made into a row or an array of rows where the parameter is of a composite type.
Fragment passed_value(const ArgumentBinding& argument, Parameters& parameters) {
    const Path path{argument.argument};
    if (argument.form == ArgumentBinding::Form::Value) return parameters.add(path, argument.cast);
    const Fragment json = parameters.add(path, Fragment("jsonb"));
    Fragment row("jsonb_populate_record(NULL::");
    row.add(argument.cast).raw(", ");
    if (argument.form == ArgumentBinding::Form::Row) return row.add(json).raw(")");
    return Fragment("CASE WHEN ")
        .add(json)
        .raw(" IS NOT NULL THEN ARRAY(SELECT ")
        .add(row)
        .raw("e.value) FROM jsonb_array_elements(")
        .add(json)
        .raw(") WITH ORDINALITY AS e(value, n) ORDER BY e.n) END");
}

}  // namespace

Result<Value> read_call_arguments(const schema::Model& model,
                                  const schema::FunctionBinding& function, const Value& arguments,
                                  const Value& context, Arena& arena) {
    std::vector<Member> members(arguments.members.begin(), arguments.members.end());
    for (const ArgumentBinding& binding : function.arguments) {
        if (!binding.from_context()) {
            if (!binding.input_type.empty())
                for (Member& member : members)
                    if (member.name == binding.argument)
                        member.value = renamed(model, member.value, binding.input_type, arena);
            continue;
        }
        if (binding.argument == schema::kSessionAnswer) {
            // Filled in when the field runs.
            members.push_back({binding.argument, Value{}});
            continue;
        }
        const std::string_view key = std::string_view(binding.argument).substr(1);
        const Value* value = key.empty() ? &context : context.find(key);
        if (!key.empty() && (value == nullptr || value->is_null()))
            return fail(missing_context(key, context.members.empty()));
        // No context at all is an empty one: the function reads keys from it.
        members.push_back({binding.argument, *value});
        if (value->is_null()) members.back().value.kind = Value::Kind::Object;
    }
    return Value{.kind = Value::Kind::Object, .members = arena.copy(members)};
}

Fragment function_call(const schema::FunctionBinding& binding, const Value& arguments,
                       Parameters& parameters) {
    std::vector<Fragment> passed;
    for (const ArgumentBinding& argument : binding.arguments) {
        const bool given = arguments.find(argument.argument) != nullptr;
        if (!given && !argument.variadic) continue;
        Fragment value;
        if (argument.variadic) value.raw("VARIADIC ");
        if (!argument.parameter.empty()) value.identifier(argument.parameter).raw(" => ");
        if (given)
            value.add(passed_value(argument, parameters));
        else
            value.raw("'{}'::").add(argument.cast);
        passed.push_back(std::move(value));
    }
    return Fragment()
        .qualified(binding.function->schema, binding.function->name)
        .raw("(")
        .add(join(passed, ", "))
        .raw(")");
}

}  // namespace fraiseql::compile
