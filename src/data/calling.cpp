// SPDX-License-Identifier: MIT
#include "data/calling.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/suggest.hpp"
#include "compile/call_arguments.hpp"
#include "data/names.hpp"
#include "schema/leaf.hpp"

namespace fraiseql::data {
namespace {

using catalog::Argument;
using catalog::Function;
using json::Value;

bool has_parameter(const Function& function, std::string_view name) {
    return std::any_of(function.arguments.begin(), function.arguments.end(),
                       [&](const Argument& each) { return each.is_input() && each.name == name; });
}

/// The first of the given names that the function does not have, or nullptr.
const json::Member* unknown_argument(const Function& function, const Value& given) {
    for (const json::Member& member : given.members)
        if (!has_parameter(function, member.name)) return &member;
    return nullptr;
}

/// The first parameter that has to be given and is not, or nullptr.
const Argument* missing_argument(const Function& function, const Value& given) {
    for (const Argument& each : function.arguments)
        if (each.is_input() && !each.has_default && each.mode != Argument::Mode::Variadic &&
            given.find(each.name) == nullptr)
            return &each;
    return nullptr;
}

tl::unexpected<Error> does_not_fit(const Function& function, const std::string& name,
                                   const Value& given) {
    if (const json::Member* unknown = unknown_argument(function, given)) {
        std::vector<std::string_view> known;
        for (const Argument& each : function.arguments)
            if (each.is_input()) known.emplace_back(each.name);
        std::string hint = did_you_mean(unknown->name, known);
        if (hint.empty())
            hint = known.empty() ? "It has no parameters."
                                 : fmt::format("It has {}.", fmt::join(known, ", "));
        return fail(ErrorCode::BadUserInput,
                    fmt::format("{} has no parameter \"{}\".", name, unknown->name),
                    std::move(hint));
    }
    const Argument* missing = missing_argument(function, given);
    return fail(ErrorCode::BadUserInput,
                missing->name.empty()
                    ? fmt::format("{} has a parameter without a name.", name)
                    : fmt::format("{} needs its parameter \"{}\".", name, missing->name));
}

Result<const Function*> choose(const std::vector<const Function*>& overloads,
                               const std::string& name, const Value& given) {
    const Function* chosen = nullptr;
    for (const Function* each : overloads) {
        if (unknown_argument(*each, given) != nullptr || missing_argument(*each, given) != nullptr)
            continue;
        if (chosen != nullptr)
            return fail(ErrorCode::BadUserInput,
                        fmt::format("Several functions {} have these parameters.", name),
                        "Give more of them, or call one with execute() and casts.");
        chosen = each;
    }
    if (chosen == nullptr) return does_not_fit(*overloads.front(), name, given);
    return chosen;
}

schema::FunctionBinding binding_of(const catalog::Catalog& catalog, const Function& function) {
    using Form = schema::ArgumentBinding::Form;
    schema::FunctionBinding out{.function = &function};
    for (const Argument& each : function.arguments) {
        if (!each.is_input()) continue;
        schema::ArgumentBinding argument{.argument = each.name,
                                         .parameter = each.name,
                                         .cast = schema::type_text(catalog, each.type),
                                         .variadic = each.mode == Argument::Mode::Variadic,
                                         .type = each.type};
        const catalog::Type* type = catalog.type(catalog.base_type(each.type));
        if (type != nullptr && type->kind == catalog::Type::Kind::Composite)
            argument.form = Form::Row;
        if (type != nullptr && type->kind == catalog::Type::Kind::Array) {
            const catalog::Type* item = catalog.type(catalog.base_type(type->element));
            if (item != nullptr && item->kind == catalog::Type::Kind::Composite) {
                argument.form = Form::Rows;
                argument.cast = schema::type_text(catalog, type->element);
            }
        }
        out.arguments.push_back(std::move(argument));
    }
    return out;
}

sql::Fragment select_of(const catalog::Catalog& catalog, const Function& function,
                        const sql::Fragment& call) {
    const catalog::Type* result = catalog.type(function.return_type);
    sql::Fragment out("SELECT ");
    if (result != nullptr && result->name == "void" && !function.returns_set)
        out.raw("'null'::json");
    else if (function.returns_set)
        out.raw("coalesce(json_agg(r), '[]'::json)");
    else
        out.raw("coalesce(to_json(r), 'null'::json)");
    return out.raw(" FROM ").add(call).raw(" AS r");
}

}  // namespace

Result<FunctionCall> prepare_call(const Store& store, const std::string& name,
                                  const std::string& arguments) {
    const catalog::Catalog& catalog = store.model->catalog;
    FRAISEQL_TRY(const auto overloads, find_functions(*store.model, name));
    Arena arena;
    FRAISEQL_TRY(const Value given, json::read(arguments, arena, 256));
    FRAISEQL_TRY(const Function* function, choose(overloads, name, given));
    compile::Parameters parameters(0);
    const sql::Fragment call =
        compile::function_call(binding_of(catalog, *function), given, parameters);
    FunctionCall out{.read_only = function->volatility != Function::Volatility::Volatile};
    // Texts are few and alike: connections know them by their hash.
    out.call.statement = pg::make_statement(select_of(catalog, *function, call).text());
    for (const compile::Parameter& parameter : parameters.take())
        out.call.params.push_back(compile::bind(parameter, std::span(&given, 1)));
    return out;
}

}  // namespace fraiseql::data
