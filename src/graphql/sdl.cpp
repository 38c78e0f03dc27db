// SPDX-License-Identifier: MIT
#include "graphql/sdl.hpp"

#include <fmt/format.h>

#include <unordered_map>

#include "graphql/parser.hpp"
#include "graphql/printer.hpp"
#include "graphql/source.hpp"

namespace fraiseql::graphql {
namespace {

using Problems = std::vector<std::string>;

std::optional<std::string> text_of(const Value* description) {
    if (description == nullptr) return std::nullopt;
    return std::string(description->text);
}

const Directive* find(std::span<const Directive> directives, std::string_view name) {
    for (const Directive& directive : directives)
        if (directive.name == name) return &directive;
    return nullptr;
}

std::optional<std::string> deprecation(std::span<const Directive> directives) {
    const Directive* directive = find(directives, "deprecated");
    if (directive == nullptr) return std::nullopt;
    const Argument* reason = directive->argument("reason");
    if (reason == nullptr || reason->value.kind != Value::Kind::String)
        return "No longer supported";
    return std::string(reason->value.text);
}

std::vector<InputValueSpec> inputs(std::span<const InputValueDefinition> definitions) {
    std::vector<InputValueSpec> out;
    for (const InputValueDefinition& from : definitions) {
        InputValueSpec& spec = out.emplace_back();
        spec.name = from.name;
        spec.type = print(from.type);
        if (from.default_value != nullptr) spec.default_value = print(*from.default_value);
        spec.description = text_of(from.description);
        spec.deprecation_reason = deprecation(from.directives);
    }
    return out;
}

/// Adds what a definition or extension says to the spec of its type.
void extend(TypeSpec& spec, const TypeDefinition& from) {
    for (const NameReference& name : from.interfaces)
        spec.interfaces.emplace_back(name.name);
    for (const NameReference& name : from.members)
        spec.members.emplace_back(name.name);
    for (const FieldDefinition& field : from.fields) {
        FieldSpec& out = spec.fields.emplace_back();
        out.name = field.name;
        out.type = print(field.type);
        out.args = inputs(field.arguments);
        out.description = text_of(field.description);
        out.deprecation_reason = deprecation(field.directives);
    }
    for (const EnumValueDefinition& value : from.values)
        spec.values.push_back(
            {std::string(value.name), text_of(value.description), deprecation(value.directives)});
    for (InputValueSpec& field : inputs(from.input_fields))
        spec.input_fields.push_back(std::move(field));
    if (find(from.directives, "oneOf") != nullptr) spec.one_of = true;
    if (const Directive* url = find(from.directives, "specifiedBy"))
        if (const Argument* value = url->argument("url")) spec.specified_by_url = value->value.text;
}

class Sdl {
  public:
    Sdl(const Document& document, SchemaBuilder& builder, Problems& problems)
        : document_(document), builder_(builder), problems_(problems) {}

    void add() {
        for (const TypeDefinition& from : document_.types)
            if (!from.extend) define(from);
        for (const TypeDefinition& from : document_.types)
            if (from.extend) extend_type(from);
        for (const DirectiveDefinition& from : document_.directives)
            define(from);
        for (const SchemaDefinition& from : document_.schemas)
            if (!from.extend) define(from);
        if (!defined_) add_default_roots();
        for (const SchemaDefinition& from : document_.schemas)
            if (from.extend) add_roots(from);
        if (!document_.operations.empty())
            problem(document_.operations.front().offset, "An operation is no type definition.");
        if (!document_.fragments.empty())
            problem(document_.fragments.front().offset, "A fragment is no type definition.");
    }

  private:
    void problem(std::uint32_t offset, const std::string& text) {
        const Location at = locate(document_.source, offset);
        problems_.push_back(fmt::format("{} (line {}, column {})", text, at.line, at.column));
    }

    void define(const TypeDefinition& from) {
        TypeSpec spec;
        spec.kind = from.kind;
        spec.name = from.name;
        spec.description = text_of(from.description);
        if (from.kind == TypeKind::Scalar) spec.scalar = find_scalar(from.name);
        extend(spec, from);
        index_.emplace(from.name, builder_.types.size());
        builder_.types.push_back(std::move(spec));
    }

    void extend_type(const TypeDefinition& from) {
        auto found = index_.find(from.name);
        if (found == index_.end())
            return problem(
                from.offset,
                fmt::format("Cannot extend type \"{}\" because it is not defined.", from.name));
        TypeSpec& spec = builder_.types[found->second];
        if (spec.kind != from.kind)
            return problem(
                from.offset,
                fmt::format("Cannot extend type \"{}\" as another kind of type.", from.name));
        extend(spec, from);
    }

    void define(const DirectiveDefinition& from) {
        DirectiveSpec spec;
        spec.name = from.name;
        spec.description = text_of(from.description);
        spec.args = inputs(from.arguments);
        spec.repeatable = from.repeatable;
        for (const NameReference& name : from.locations)
            spec.locations.push_back(*directive_location(name.name));
        builder_.directives.push_back(std::move(spec));
    }

    void define(const SchemaDefinition& from) {
        if (defined_) return problem(from.offset, "Must provide only one schema definition.");
        defined_ = true;
        builder_.description = text_of(from.description);
        add_roots(from);
    }

    void add_roots(const SchemaDefinition& from) {
        for (const RootOperationType& root : from.operations) {
            std::string& name = root.operation == OperationType::Query      ? builder_.query
                                : root.operation == OperationType::Mutation ? builder_.mutation
                                                                            : builder_.subscription;
            if (name.empty())
                name = root.type;
            else
                problem(root.offset, "There can be only one type for each operation in schema.");
        }
    }

    /// Without a schema definition, the roots are the types of the usual names (§3.3.1).
    void add_default_roots() {
        const auto root = [this](std::string& name, const char* usual) {
            if (index_.contains(usual)) name = usual;
        };
        root(builder_.query, "Query");
        root(builder_.mutation, "Mutation");
        root(builder_.subscription, "Subscription");
    }

    const Document& document_;
    SchemaBuilder& builder_;
    Problems& problems_;
    std::unordered_map<std::string_view, std::size_t> index_;
    bool defined_ = false;
};

}  // namespace

void add_sdl(const Document& document, SchemaBuilder& builder, Problems& problems) {
    Sdl(document, builder, problems).add();
}

Result<std::shared_ptr<const Schema>> build_schema(std::string_view sdl) {
    Arena arena;
    const auto parsed = parse_schema(sdl, arena);
    if (!parsed) {
        const Location at = parsed.error().locations.front();
        return fail(
            ErrorCode::Configuration,
            fmt::format("{} (line {}, column {})", parsed.error().message, at.line, at.column));
    }
    const Document& document = *parsed;
    SchemaBuilder builder;
    Problems problems;
    add_sdl(document, builder, problems);
    if (!problems.empty())
        return fail(ErrorCode::Configuration, fmt::format("{}", fmt::join(problems, "\n")));
    FRAISEQL_TRY(std::shared_ptr<const Schema> schema, builder.build());
    check_sdl_directives(document, *schema, problems);
    if (!problems.empty())
        return fail(ErrorCode::Configuration, fmt::format("{}", fmt::join(problems, "\n")));
    return schema;
}

}  // namespace fraiseql::graphql
