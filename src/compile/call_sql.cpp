// SPDX-License-Identifier: MIT
#include "compile/call_sql.hpp"

#include "compile/parameters.hpp"
#include "compile/read_sql.hpp"
#include "json/writer.hpp"

namespace fraiseql::compile {
namespace {

using schema::PayloadField;
using sql::Fragment;

/// `"public"."fn_x"("p_a" => $1::uuid)`
Fragment function_call(const schema::FunctionBinding& binding, const json::Value& arguments,
                       Parameters& parameters) {
    std::vector<Fragment> passed;
    for (const schema::ArgumentBinding& argument : binding.arguments) {
        if (arguments.find(argument.argument) == nullptr) continue;
        passed.push_back(Fragment()
                             .identifier(argument.parameter)
                             .raw(" => ")
                             .add(parameters.add({argument.argument}, argument.cast)));
    }
    return Fragment()
        .qualified(binding.function->schema, binding.function->name)
        .raw("(")
        .add(join(passed, ", "))
        .raw(")");
}

/// Calls the function once. Column 0 is its result as JSON; column 1 keeps it for the statement
/// that follows in the same transaction, so that both can be sent at once.
Fragment call_statement(const schema::FunctionBinding& binding, bool keep_result,
                        const json::Value& arguments, Parameters& parameters) {
    Fragment call = function_call(binding, arguments, parameters);
    if (!binding.result) return Fragment("SELECT 'true'::json FROM (SELECT ").add(call).raw(") AS c");
    Fragment out("SELECT to_json(c.result");
    if (binding.result->as_text) out.raw("::text");
    out.raw(")");
    if (keep_result) out.raw(", set_config('fraiseql.result', c.result::text, true)");
    return out.raw(" FROM (SELECT ").add(call).raw(" AS result OFFSET 0) AS c");
}

Fragment kept_result(const schema::Model& model, const schema::FunctionBinding& binding) {
    return Fragment("nullif(current_setting('fraiseql.result'), '')::")
        .add(schema::type_text(model.catalog, binding.function->return_type));
}

}  // namespace

void add_call(Unit& unit, const schema::Model& model, const plan::Call& call, std::uint32_t root,
              const json::Value& arguments) {
    bool reads = false;
    for (const plan::PayloadOutput& output : call.outputs)
        reads = reads || output.kind == PayloadField::Entity;
    Parameters parameters(root);
    const Fragment statement = call_statement(*call.function, reads, arguments, parameters);
    unit.statements.push_back({statement.text(), std::move(parameters.all)});

    char separator = '{';
    for (const plan::PayloadOutput& output : call.outputs) {
        std::string key(1, separator);
        separator = ',';
        json::write_string(key, output.response_key);
        key += ':';
        if (output.kind == PayloadField::None) {
            json::write_string(key, call.payload_type);
            unit.pieces.emplace_back(std::move(key));
            continue;
        }
        unit.pieces.emplace_back(std::move(key));
        if (output.kind == PayloadField::Result) {
            unit.pieces.emplace_back(Slot{0, 0});
            continue;
        }
        const Rows rows{.where = key_equals(*output.read.entity, kept_result(model, *call.function)),
                        .limit = Fragment("1")};
        unit.pieces.emplace_back(Slot{static_cast<std::uint32_t>(unit.statements.size()), 0});
        unit.statements.push_back({read_sql(model, output.read, rows).text()});
    }
    unit.pieces.emplace_back(std::string("}"));
}

}  // namespace fraiseql::compile
