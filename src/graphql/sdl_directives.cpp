// SPDX-License-Identifier: MIT
// The directives that stand in SDL, held to their definitions (spec §5.7 for type systems).
#include <fmt/format.h>

#include <map>
#include <set>

#include "base/suggest.hpp"
#include "graphql/coerce.hpp"
#include "graphql/sdl.hpp"
#include "graphql/source.hpp"

namespace fraiseql::graphql {
namespace {

using Problems = std::vector<std::string>;

class SdlDirectives {
  public:
    SdlDirectives(const Document& document, const Schema& schema, Problems& problems)
        : document_(document), schema_(schema), problems_(problems) {}

    void run() {
        for (const SchemaDefinition& one : document_.schemas)
            check(one.directives, DirectiveLocation::Schema, schema_seen_);
        for (const TypeDefinition& one : document_.types)
            check_type(one);
        for (const DirectiveDefinition& one : document_.directives)
            check_inputs(one.arguments, DirectiveLocation::ArgumentDefinition);
    }

  private:
    using Seen = std::set<std::string_view>;

    void problem(std::uint32_t offset, const std::string& text) {
        const Location at = locate(document_.source, offset);
        problems_.push_back(fmt::format("{} (line {}, column {})", text, at.line, at.column));
    }

    void check_type(const TypeDefinition& type) {
        constexpr DirectiveLocation kLocations[] = {
            DirectiveLocation::Scalar, DirectiveLocation::Object, DirectiveLocation::Interface,
            DirectiveLocation::Union,  DirectiveLocation::Enum,   DirectiveLocation::InputObject};
        check(type.directives, kLocations[static_cast<std::size_t>(type.kind)],
              type_seen_[type.name]);
        for (const FieldDefinition& field : type.fields) {
            check(field.directives, DirectiveLocation::FieldDefinition);
            check_inputs(field.arguments, DirectiveLocation::ArgumentDefinition);
        }
        for (const EnumValueDefinition& value : type.values)
            check(value.directives, DirectiveLocation::EnumValue);
        check_inputs(type.input_fields, DirectiveLocation::InputFieldDefinition);
    }

    void check_inputs(std::span<const InputValueDefinition> values, DirectiveLocation location) {
        for (const InputValueDefinition& value : values)
            check(value.directives, location);
    }

    void check(std::span<const Directive> directives, DirectiveLocation location) {
        Seen seen;
        check(directives, location, seen);
    }

    void check(std::span<const Directive> directives, DirectiveLocation location, Seen& seen) {
        for (const Directive& directive : directives) {
            const DirectiveDef* definition = schema_.directive(directive.name);
            if (definition == nullptr) {
                problem(directive.offset,
                        fmt::format("Unknown directive \"@{}\".", directive.name));
                continue;
            }
            if (!definition->allows(location))
                problem(directive.offset, fmt::format("Directive \"@{}\" may not be used on {}.",
                                                      directive.name, to_string(location)));
            if (!definition->repeatable && !seen.insert(directive.name).second)
                problem(directive.offset,
                        fmt::format("The directive \"@{}\" can only be used once at this location.",
                                    directive.name));
            check_arguments(directive, *definition);
        }
    }

    void check_arguments(const Directive& directive, const DirectiveDef& definition) {
        Seen seen;
        for (const Argument& argument : directive.arguments) {
            if (!seen.insert(argument.name).second)
                problem(argument.offset,
                        fmt::format("There can be only one argument named \"{}\".", argument.name));
            if (definition.arg(argument.name) == nullptr)
                problem(argument.offset,
                        fmt::format("Unknown argument \"{}\" on directive \"@{}\".", argument.name,
                                    directive.name));
        }
        Arena arena;
        auto values = coerce_argument_values(definition.args, directive.arguments, {}, arena);
        if (!values)
            problem(directive.offset,
                    fmt::format("Directive \"@{}\": {}", directive.name, values.error().message));
    }

    const Document& document_;
    const Schema& schema_;
    Problems& problems_;
    Seen schema_seen_;
    std::map<std::string_view, Seen> type_seen_;
};

}  // namespace

void check_sdl_directives(const Document& document, const Schema& schema, Problems& problems) {
    SdlDirectives(document, schema, problems).run();
}

}  // namespace fraiseql::graphql
