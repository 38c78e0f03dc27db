// SPDX-License-Identifier: MIT
#include "engine/template_parameters.hpp"

#include <algorithm>
#include <set>

#include "base/suggest.hpp"
#include "json/writer.hpp"

namespace fraiseql::engine {
namespace {

using compile::Parameter;
using Form = Parameter::Form;
using graphql::NamedType;
using graphql::OperationDefinition;
using graphql::TypeReference;
using graphql::VariableDefinition;

constexpr int kMaxDepth = 8;

tl::unexpected<Error> wrong(std::string message, std::string hint) {
    return fail(ErrorCode::Configuration, std::move(message), std::move(hint));
}

const VariableDefinition* find_variable(const OperationDefinition& operation,
                                        std::string_view name) {
    const auto found = std::find_if(operation.variables.begin(), operation.variables.end(),
                                    [&](const auto& each) { return each.name == name; });
    return found == operation.variables.end() ? nullptr : &*found;
}

std::vector<std::string_view> variable_names(const OperationDefinition& operation) {
    std::vector<std::string_view> out;
    for (const VariableDefinition& variable : operation.variables)
        out.push_back(variable.name);
    return out;
}

Path split(std::string_view path) {
    Path out;
    while (true) {
        const std::size_t dot = path.find('.');
        out.emplace_back(std::string(path.substr(0, dot)));
        if (dot == std::string_view::npos) return out;
        path.remove_prefix(dot + 1);
    }
}

/// How values of a type become text: objects and what may be anything as JSON.
Form form_of(const NamedType& named, bool list) {
    const bool json = named.kind == NamedType::Kind::InputObject || named.scalar == nullptr;
    if (named.kind == NamedType::Kind::Enum) return list ? Form::TextArray : Form::Text;
    if (json) return Form::Json;
    return list ? Form::TextArray : Form::Text;
}

class Reader {
  public:
    Reader(const graphql::Schema& schema, const OperationDefinition& operation, std::uint32_t first)
        : schema_(schema), operation_(operation), first_(first) {}

    Result<Parameter> variable(std::string_view name, std::string_view path) {
        Parameter out{.arguments = first_, .path = split(path)};
        const auto segment = [&](std::size_t i) { return std::get<std::string>(out.path[i]); };
        const VariableDefinition* variable = find_variable(operation_, segment(0));
        if (variable == nullptr)
            return wrong("The parameter \":" + std::string(name) +
                             "\" of the SQL template stands "
                             "for no variable: the operation has no $" +
                             segment(0) + ".",
                         did_you_mean(segment(0), variable_names(operation_)));
        used_.insert(segment(0));
        const NamedType* named = schema_.type(variable->type.named());
        const auto is_list = [](const TypeReference& type) {
            return type.kind == TypeReference::Kind::List ||
                   (type.of != nullptr && type.of->kind == TypeReference::Kind::List);
        };
        bool list = is_list(variable->type);
        for (std::size_t i = 1; i < out.path.size(); ++i) {
            const graphql::InputValueDef* field = list ? nullptr : named->input_field(segment(i));
            if (field == nullptr)
                return wrong("The path \"" + std::string(path) +
                                 "\" of the SQL template leads "
                                 "nowhere: there is no \"" +
                                 segment(i) + "\".",
                             "It names a variable and then members of input objects.");
            list = field->type->nullable()->is_list();
            named = field->type->named;
        }
        out.form = form_of(*named, list);
        out.type = named->name;
        return out;
    }

    Parameter context(std::string_view key) const {
        // Whatever a claim is; what is no scalar is passed as JSON.
        return {.arguments = first_ + 1, .path = Path{std::string(key)}, .type = "context"};
    }

    Result<void> check_all_used() const {
        for (const VariableDefinition& variable : operation_.variables)
            if (!used_.contains(std::string(variable.name)))
                return wrong("The SQL template does not use the variable $" +
                                 std::string(variable.name) + " of the operation.",
                             "Use it as \":" + std::string(variable.name) + "\".");
        return {};
    }

  private:
    const graphql::Schema& schema_;
    const OperationDefinition& operation_;
    std::uint32_t first_;
    std::set<std::string> used_;
};

/// Whether each line of a map names a parameter that is there.
template <class Map>
Result<void> check_lines(const Map& map, const std::vector<std::string>& names) {
    for (const auto& [name, what] : map)
        if (std::find(names.begin(), names.end(), name) == names.end())
            return wrong("The SQL template has no parameter \":" + name + "\".",
                         did_you_mean(name, {names.begin(), names.end()}));
    return {};
}

Result<std::string> sample_of(const NamedType& named, int depth) {
    if (named.kind == NamedType::Kind::Enum)
        return '"' + std::string(named.enum_values[0].name) + '"';
    if (named.kind == NamedType::Kind::InputObject && depth < kMaxDepth) {
        std::string out = "{";
        for (const graphql::InputValueDef& field : named.input_fields) {
            if (!field.is_required()) continue;
            FRAISEQL_TRY(const std::string value, field.type->nullable()->is_list()
                                                      ? Result<std::string>("[]")
                                                      : sample_of(*field.type->named, depth + 1));
            if (out.size() > 1) out += ',';
            json::write_string(out, field.name);
            out += ':' + value;
        }
        return out + '}';
    }
    if (named.name == "Int" || named.name == "Float") return "1";
    if (named.name == "Boolean") return "true";
    if (named.name == "ID" || named.name == "BigInt") return "\"1\"";
    if (named.name == "String") return "\"a\"";
    return wrong("Nobody can guess a value of the type " + std::string(named.name) +
                     " to try the SQL template with.",
                 R"(Give one, in a line '-- @sample {"id": …}' before the statement.)");
}

}  // namespace

Result<std::vector<Parameter>> template_parameters(const turbo::SqlTemplate& sql_template,
                                                   const std::vector<std::string>& names,
                                                   const graphql::Schema& schema,
                                                   const OperationDefinition& operation,
                                                   std::uint32_t first) {
    if (auto checked = check_lines(sql_template.variables, names); !checked)
        return tl::unexpected(checked.error());
    if (auto checked = check_lines(sql_template.context, names); !checked)
        return tl::unexpected(checked.error());
    Reader reader(schema, operation, first);
    std::vector<Parameter> out;
    for (const std::string& name : names) {
        const auto mapped = sql_template.variables.find(name);
        const auto context = sql_template.context.find(name);
        if (mapped != sql_template.variables.end() && context != sql_template.context.end())
            return wrong("The parameter \":" + name + "\" stands for two things.",
                         "Leave one of its lines out.");
        if (context != sql_template.context.end()) {
            out.push_back(reader.context(context->second));
            continue;
        }
        const bool said = mapped != sql_template.variables.end();
        FRAISEQL_TRY(Parameter parameter, reader.variable(name, said ? mapped->second : name));
        out.push_back(std::move(parameter));
    }
    if (auto checked = reader.check_all_used(); !checked) return tl::unexpected(checked.error());
    return out;
}

Result<std::string> sample_variables(const graphql::Schema& schema,
                                     const OperationDefinition& operation) {
    std::string out = "{";
    for (const VariableDefinition& variable : operation.variables) {
        if (variable.default_value != nullptr || variable.type.kind != TypeReference::Kind::NonNull)
            continue;
        if (out.size() > 1) out += ',';
        json::write_string(out, variable.name);
        const bool list = variable.type.of->kind == TypeReference::Kind::List;
        FRAISEQL_TRY(const std::string value, sample_of(*schema.type(variable.type.named()), 0));
        out += list ? ":[" + value + ']' : ':' + value;
    }
    return out + '}';
}

}  // namespace fraiseql::engine
