// SPDX-License-Identifier: MIT
#include "engine/function_failure.hpp"

#include <algorithm>

#include "json/writer.hpp"
#include "schema/naming.hpp"

namespace fraiseql::engine {
namespace {

using schema::ArgumentBinding;
using Part = schema::PayloadBinding::Kind;

/// The columns of a constraint of the table that the error names.
std::vector<std::string> columns_of(const schema::Model& model, const sql::DatabaseError& failure) {
    if (!failure.column.empty()) return {failure.column};
    std::vector<std::string> out;
    const catalog::Relation* table = model.catalog.relation(failure.schema, failure.table);
    if (table == nullptr || failure.constraint.empty()) return out;
    auto add = [&](const std::vector<catalog::AttributeNumber>& numbers) {
        for (catalog::AttributeNumber number : numbers)
            if (const catalog::Column* column = table->column(number)) out.push_back(column->name);
    };
    for (const catalog::Constraint& constraint : table->constraints)
        if (constraint.name == failure.constraint) add(constraint.columns);
    for (const catalog::ForeignKey& key : table->foreign_keys)
        if (key.name == failure.constraint) add(key.columns);
    // A unique index without a constraint is a constraint all the same.
    for (const catalog::Index& index : table->indexes)
        if (out.empty() && index.name == failure.constraint) add(index.columns);
    return out;
}

bool same(std::string_view parameter, std::string_view column) {
    const std::string_view bare = schema::bare_parameter(parameter);
    return parameter == column || bare == column || bare == schema::bare_column(column) ||
           bare == schema::bare_parameter(column);
}

/// The member of an input type whose name in SQL is `column`, one level deep or deeper.
Path member_path(const schema::Model& model, const std::string& type, std::string_view column,
                 int depth) {
    if (type.empty() || depth == 0) return {};
    const auto first = model.inputs.lower_bound({type, ""});
    for (auto it = first; it != model.inputs.end() && it->first.first == type; ++it)
        if (it->second.value.key == column) return {it->first.second};
    for (auto it = first; it != model.inputs.end() && it->first.first == type; ++it) {
        Path inside = member_path(model, it->second.input_type, column, depth - 1);
        if (inside.empty()) continue;
        inside.insert(inside.begin(), it->first.second);
        return inside;
    }
    return {};
}

void write_details(std::string& out, const Error& error) {
    if (error.extensions.empty() && error.hint.empty()) {
        out += "null";
        return;
    }
    char separator = '{';
    auto add = [&](std::string_view name, std::string_view value) {
        out += separator;
        separator = ',';
        json::write_string(out, name);
        out += ':';
        json::write_string(out, value);
    };
    for (const auto& [name, value] : error.extensions)
        add(name, value);
    if (!error.hint.empty()) add("hint", error.hint);
    out += '}';
}

void write_field_errors(std::string& out, const plan::PayloadOutput& output, const Error& error) {
    if (error.input.empty()) {
        out += "[]";
        return;
    }
    std::string field;
    for (const PathSegment& segment : error.input)
        field += (field.empty() ? "" : ".") + std::get<std::string>(segment);
    char separator = '{';
    out += '[';
    for (const plan::Output& member : output.branches.front().outputs) {
        out += separator;
        separator = ',';
        json::write_string(out, member.response_key);
        out += ':';
        json::write_string(out, member.field == nullptr         ? output.branches.front().type->name
                                : member.field->name == "field" ? std::string_view(field)
                                                                : std::string_view(error.message));
    }
    out += "}]";
}

void write_member(std::string& out, const plan::PayloadBranch& branch,
                  const plan::PayloadOutput& output, const Error& error) {
    switch (output.binding == nullptr ? Part::None : output.binding->kind) {
        case Part::None:
            return json::write_string(out, branch.type->name);
        case Part::Message:
            return json::write_string(out, error.message);
        case Part::Code:
            return json::write_string(out, info(error.code).wire);
        case Part::FieldErrors:
            return write_field_errors(out, output, error);
        case Part::Details:
            return write_details(out, error);
        case Part::Part:
        case Part::Result:
        case Part::Entity:
            break;
    }
    out += "null";
}

/// What a client can do something about.
bool is_expected(ErrorCode code) {
    switch (code) {
        case ErrorCode::UniqueViolation:
        case ErrorCode::ForeignKeyViolation:
        case ErrorCode::NotNullViolation:
        case ErrorCode::CheckViolation:
        case ErrorCode::ExclusionViolation:
        case ErrorCode::BusinessRuleViolation:
        case ErrorCode::BadUserInput:
            return true;
        default:
            return false;
    }
}

}  // namespace

Path input_path(const schema::Model& model, const schema::FunctionBinding& function,
                const sql::DatabaseError& failure) {
    for (const std::string& column : columns_of(model, failure))
        for (const ArgumentBinding& argument : function.arguments) {
            if (argument.from_context()) continue;
            if (same(argument.parameter, column)) return {argument.argument};
            Path inside = member_path(model, argument.input_type, column, 3);
            if (inside.empty()) continue;
            inside.insert(inside.begin(), argument.argument);
            return inside;
        }
    // A domain's CHECK has no table, but a name.
    for (const ArgumentBinding& argument : function.arguments) {
        const catalog::Type* type = model.catalog.type(argument.type);
        if (!failure.data_type.empty() && failure.table.empty() && type != nullptr &&
            type->name == failure.data_type && type->kind == catalog::Type::Kind::Domain)
            return {argument.argument};
    }
    return {};
}

std::optional<compile::Unit> failure_unit(const PreparedRequest& request, const compile::Unit& unit,
                                          const Error& error) {
    const plan::Root& root = request.operation->plan.roots[unit.first_root];
    if (root.kind != plan::Root::Kind::Call || !is_expected(error.code)) return std::nullopt;
    const std::string& type = root.call.function->result.failure_type;
    for (const plan::PayloadBranch& branch : root.call.payload) {
        if (type.empty() || branch.type->name != type) continue;
        std::string text;
        json::write_string(text, root.response_key);
        text += ":{";
        for (const plan::PayloadOutput& output : branch.outputs) {
            if (&output != &branch.outputs.front()) text += ',';
            json::write_string(text, output.response_key);
            text += ':';
            write_member(text, branch, output, error);
        }
        compile::Unit out{.first_root = unit.first_root, .root_count = unit.root_count};
        out.pieces.emplace_back(text + '}');
        return out;
    }
    return std::nullopt;
}

}  // namespace fraiseql::engine
