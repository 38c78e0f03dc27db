// SPDX-License-Identifier: MIT
// A schema as SDL.
#include <algorithm>

#include "graphql/printer.hpp"
#include "graphql/string_literal.hpp"
#include "json/writer.hpp"

namespace fraiseql::graphql {
namespace {

using Text = std::optional<std::string_view>;

class SchemaPrinter {
  public:
    std::string print(const Schema& schema) {
        roots(schema);
        for (const DirectiveDef& directive : schema.directives())
            if (!is_built_in(directive)) this->directive(directive);
        for (const NamedType* type : schema.types())
            if (!is_built_in(*type)) this->type(*type);
        return std::move(out_);
    }

  private:
    void separate() {
        if (!out_.empty()) out_ += '\n';
    }

    void description(const Text& text, std::string_view indent) {
        if (!text) return;
        out_ += indent;
        print_block_string(out_, *text, indent);
        out_ += '\n';
    }

    void deprecation(const Text& reason) {
        if (!reason) return;
        out_ += " @deprecated";
        if (*reason == "No longer supported") return;
        out_ += "(reason: ";
        json::write_string(out_, *reason);
        out_ += ')';
    }

    static bool is_usual(const NamedType* type, std::string_view usual) {
        return type == nullptr || type->name == usual;
    }

    /// A schema definition is left out where the roots have their usual names (§3.3.1).
    void roots(const Schema& schema) {
        const auto takes = [&](const NamedType* root, std::string_view name) {
            return root == nullptr && schema.type(name) != nullptr;
        };
        const bool usual =
            is_usual(schema.query(), "Query") && is_usual(schema.mutation(), "Mutation") &&
            is_usual(schema.subscription(), "Subscription") &&
            !takes(schema.mutation(), "Mutation") && !takes(schema.subscription(), "Subscription");
        if (usual && !schema.description()) return;
        description(schema.description(), "");
        out_ += "schema {\n";
        const auto root = [this](std::string_view operation, const NamedType* type) {
            if (type != nullptr)
                out_.append("  ").append(operation).append(": ").append(type->name).append("\n");
        };
        root("query", schema.query());
        root("mutation", schema.mutation());
        root("subscription", schema.subscription());
        out_ += "}\n";
    }

    void input(const InputValueDef& value) {
        out_.append(value.name).append(": ").append(to_string(*value.type));
        if (!value.default_text.empty()) out_.append(" = ").append(value.default_text);
        deprecation(value.deprecation_reason);
    }

    void args(std::span<const InputValueDef> args, std::string indent) {
        if (args.empty()) return;
        const bool described = std::any_of(args.begin(), args.end(), [](const InputValueDef& arg) {
            return arg.description.has_value();
        });
        out_ += '(';
        const std::string inner = indent + "  ";
        for (const InputValueDef& arg : args) {
            if (described) {
                out_ += '\n';
                description(arg.description, inner);
                out_ += inner;
            } else if (&arg != args.data()) {
                out_ += ", ";
            }
            input(arg);
        }
        if (described) out_.append("\n").append(indent);
        out_ += ')';
    }

    void directive(const DirectiveDef& directive) {
        separate();
        description(directive.description, "");
        out_.append("directive @").append(directive.name);
        args(directive.args, "");
        if (directive.repeatable) out_ += " repeatable";
        for (const DirectiveLocation& location : directive.locations)
            out_.append(&location == directive.locations.data() ? " on " : " | ")
                .append(to_string(location));
        out_ += '\n';
    }

    void names(std::string_view opening, std::string_view delimiter,
               std::span<const NamedType* const> types) {
        for (const NamedType* const& type : types)
            out_.append(&type == types.data() ? opening : delimiter).append(type->name);
    }

    void type(const NamedType& type) {
        constexpr std::string_view kWords[] = {"scalar ", "type ", "interface ",
                                               "union ",  "enum ", "input "};
        separate();
        description(type.description, "");
        out_.append(kWords[static_cast<std::size_t>(type.kind)]).append(type.name);
        names(" implements ", " & ", type.interfaces);
        if (!type.specified_by_url.empty()) {
            out_ += " @specifiedBy(url: ";
            json::write_string(out_, type.specified_by_url);
            out_ += ')';
        }
        if (type.one_of) out_ += " @oneOf";
        if (type.kind == TypeKind::Union) names(" = ", " | ", type.possible_types);
        if (type.kind == TypeKind::Scalar || type.kind == TypeKind::Union) {
            out_ += '\n';
            return;
        }
        out_ += " {\n";
        members(type);
        out_ += "}\n";
    }

    void members(const NamedType& type) {
        for (const FieldDef& field : type.fields) {
            description(field.description, "  ");
            out_.append("  ").append(field.name);
            args(field.args, "  ");
            out_.append(": ").append(to_string(*field.type));
            deprecation(field.deprecation_reason);
            out_ += '\n';
        }
        for (const EnumValueDef& value : type.enum_values) {
            description(value.description, "  ");
            out_.append("  ").append(value.name);
            deprecation(value.deprecation_reason);
            out_ += '\n';
        }
        for (const InputValueDef& field : type.input_fields) {
            description(field.description, "  ");
            out_ += "  ";
            input(field);
            out_ += '\n';
        }
    }

    std::string out_;
};

}  // namespace

std::string print_schema(const Schema& schema) { return SchemaPrinter().print(schema); }

}  // namespace fraiseql::graphql
