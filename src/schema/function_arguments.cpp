// SPDX-License-Identifier: MIT
#include "schema/function_arguments.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "schema/field_annotation.hpp"
#include "schema/naming.hpp"

namespace fraiseql::schema {
namespace {

using catalog::Argument;
using catalog::Type;
using lineage::ShapePointer;

class ArgumentReader {
  public:
    ArgumentReader(Draft& draft, InputObjects& inputs, const catalog::Function& function,
                   const std::string& name)
        : catalog_(draft.model.catalog),
          inputs_(inputs),
          function_(function),
          type_name_(pascal_case(name)) {}

    Result<FunctionArguments> read(const catalog::Annotations& annotations) {
        if (auto context = read_context(annotations); !context) return fail(context.error());
        FRAISEQL_TRY(input_, shape_of_lines(catalog_, annotations, "input", subject()));
        for (const Argument& argument : function_.arguments)
            if (argument.is_input()) inputs_of_function_.push_back(&argument);
        if (input_ != nullptr && json_parameters() != 1)
            return wrong(fmt::format("@input describes the JSON parameter of a function, and this "
                                     "one has {}.",
                                     json_parameters()),
                         "Give composite types to the parameters, or take one JSON parameter.");
        positional_ = 0;
        for (std::size_t i = 0; i < inputs_of_function_.size(); ++i)
            if (inputs_of_function_[i]->name.empty()) positional_ = i + 1;
        for (std::size_t i = 0; i < inputs_of_function_.size() && out_.refusal.empty(); ++i)
            add(*inputs_of_function_[i], i);
        return std::move(out_);
    }

  private:
    std::string subject() const { return subject_of(catalog_, function_); }

    tl::unexpected<Error> wrong(const std::string& why, std::string hint) const {
        return fail(ErrorCode::Configuration, fmt::format("{}: {}", subject(), why),
                    std::move(hint));
    }

    /// `@context p_tenant_id tenant_id`: parameter and key of the request's context.
    Result<void> read_context(const catalog::Annotations& annotations) {
        for (const catalog::Annotation* line : annotations.find_all("context")) {
            const auto parts = catalog::split_arguments(line->arguments);
            const std::string hint = "Write e.g. '@context p_tenant_id tenant_id'.";
            if (parts.size() != 2) return wrong("@context takes a parameter and a key.", hint);
            const bool known =
                std::any_of(function_.arguments.begin(), function_.arguments.end(),
                            [&](const Argument& a) { return a.is_input() && a.name == parts[0]; });
            if (!known) return wrong(fmt::format("it has no parameter '{}'.", parts[0]), hint);
            context_[parts[0]] = parts[1];
        }
        if (annotations.has("session")) context_["p_answer"] = kSessionAnswer.substr(1);
        return {};
    }

    bool is_json(const Argument& argument) const {
        return catalog::is_json(catalog_.base_type(argument.type));
    }
    bool is_json_array(const Argument& argument) const {
        const Type* type = catalog_.type(catalog_.base_type(argument.type));
        return type != nullptr && type->kind == Type::Kind::Array &&
               catalog::is_json(type->element);
    }
    bool is_whole_context(const Argument& argument) const {
        return is_json(argument) && (argument.name == "context" || argument.name == "p_context");
    }

    bool has_variadic() const {
        return std::any_of(
            inputs_of_function_.begin(), inputs_of_function_.end(),
            [](const auto* argument) { return argument->mode == Argument::Mode::Variadic; });
    }

    std::size_t json_parameters() const {
        return static_cast<std::size_t>(std::count_if(
            inputs_of_function_.begin(), inputs_of_function_.end(), [&](const auto* a) {
                return !is_whole_context(*a) && !context_.contains(a->name) &&
                       (is_json(*a) || is_json_array(*a));
            }));
    }

    void refuse(std::string why, std::string remedy) {
        out_.refusal = std::move(why);
        out_.remedy = std::move(remedy);
    }

    void add(const Argument& argument, std::size_t index) {
        const Type* type = catalog_.type(catalog_.base_type(argument.type));
        if (type == nullptr || type->kind == Type::Kind::Pseudo)
            return refuse(
                fmt::format("its parameter {} has the type {}, for which there is no input",
                            argument.name.empty() ? fmt::format("${}", index + 1) : argument.name,
                            catalog_.type_name(argument.type)),
                "Give the parameter a type of its own.");
        ArgumentBinding binding{.parameter = index < positional_ ? "" : argument.name,
                                .cast = type_text(catalog_, argument.type),
                                .variadic = argument.mode == Argument::Mode::Variadic,
                                .type = argument.type};
        if (auto key = context_.find(argument.name);
            key != context_.end() || is_whole_context(argument)) {
            binding.argument = "@" + (key != context_.end() ? key->second : std::string());
            out_.bindings.push_back(std::move(binding));
            return;
        }
        add_visible(argument, index, std::move(binding));
    }

    void add_visible(const Argument& argument, std::size_t index, ArgumentBinding binding) {
        const std::string_view bare = bare_parameter(argument.name);
        const bool lone_json = json_parameters() == 1 && is_json(argument);
        binding.argument = !bare.empty() ? camel_case(bare)
                           : lone_json   ? "input"
                                         : fmt::format("arg{}", index + 1);
        for (const graphql::InputValueSpec& taken : out_.specs)
            if (taken.name == binding.argument)
                return refuse(
                    fmt::format("two of its parameters are called {} in GraphQL", taken.name),
                    "Rename one of the parameters.");
        const InputType input = type_of(argument, bare, binding);
        // By position, nothing can be left out: what follows would move forward. Beside VARIADIC,
        // PostgreSQL finds no function where something is left to its default.
        const bool optional =
            binding.variadic || (argument.has_default && index >= positional_ && !has_variadic());
        graphql::InputValueSpec spec{.name = binding.argument,
                                     .type = input.text + (optional ? "" : "!")};
        if (std::string checks = describe_checks(catalog_, argument.type); !checks.empty())
            spec.description = std::move(checks);
        out_.specs.push_back(std::move(spec));
        out_.bindings.push_back(std::move(binding));
    }

    InputType type_of(const Argument& argument, std::string_view bare, ArgumentBinding& binding) {
        if (input_ != nullptr && is_json(argument)) {
            InputType type = inputs_.use(*input_, type_name_, bare);
            binding.input_type = type.object;
            return type;
        }
        if (input_ != nullptr && is_json_array(argument)) {
            InputType item = inputs_.use(*input_, type_name_, bare);
            binding.input_type = item.object;
            return {"[" + item.text + "!]", item.object};
        }
        const ShapePointer shape = shape_of_type(catalog_, argument.type);
        InputType type = inputs_.use(*shape, type_name_ + pascal_case(bare), bare);
        binding.input_type = type.object;
        if (shape->object() != nullptr && !type.object.empty())
            binding.form = ArgumentBinding::Form::Row;
        if (const lineage::List* list = shape->list(); list != nullptr && !type.object.empty()) {
            binding.form = ArgumentBinding::Form::Rows;
            binding.cast =
                type_text(catalog_, catalog_.type(catalog_.base_type(argument.type))->element);
        }
        return type;
    }

    const catalog::Catalog& catalog_;
    InputObjects& inputs_;
    const catalog::Function& function_;
    std::string type_name_;
    /// Parameter → key of the context.
    std::map<std::string, std::string> context_ = {};
    ShapePointer input_ = {};
    std::vector<const Argument*> inputs_of_function_ = {};
    /// Parameters before this one are passed by position: one without a name stands after them.
    std::size_t positional_ = 0;
    FunctionArguments out_ = {};
};

}  // namespace

Result<FunctionArguments> read_arguments(Draft& draft, InputObjects& inputs,
                                         const catalog::Function& function,
                                         const catalog::Annotations& annotations,
                                         const std::string& name) {
    return ArgumentReader(draft, inputs, function, name).read(annotations);
}

}  // namespace fraiseql::schema
