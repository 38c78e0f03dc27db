// SPDX-License-Identifier: MIT
// Type system definitions and extensions as text.
#include <algorithm>

#include "graphql/document_printer.hpp"
#include "graphql/printer.hpp"

namespace fraiseql::graphql {

void DocumentPrinter::names(std::string_view opening, std::string_view delimiter,
                            std::span<const NameReference> names) {
    for (const NameReference& name : names)
        out_.append(&name == names.data() ? opening : delimiter).append(name.name);
}

void DocumentPrinter::input_value(const InputValueDefinition& input) {
    out_.append(input.name).append(": ").append(print(input.type));
    if (input.default_value != nullptr) {
        out_ += " = ";
        value(*input.default_value);
    }
    directives(input.directives);
}

void DocumentPrinter::input_arguments(std::span<const InputValueDefinition> arguments) {
    if (arguments.empty()) return;
    const bool described =
        std::any_of(arguments.begin(), arguments.end(),
                    [](const InputValueDefinition& arg) { return arg.description != nullptr; });
    out_ += '(';
    if (described) indent_ += "  ";
    for (const InputValueDefinition& argument : arguments) {
        if (described) {
            out_ += '\n';
            description(argument.description);
            out_ += indent_;
        } else if (&argument != arguments.data()) {
            out_ += ", ";
        }
        input_value(argument);
    }
    if (described) {
        indent_.resize(indent_.size() - 2);
        out_.append("\n").append(indent_);
    }
    out_ += ')';
}

void DocumentPrinter::fields(std::span<const FieldDefinition> fields) {
    for (const FieldDefinition& field : fields) {
        description(field.description);
        out_.append(indent_).append(field.name);
        input_arguments(field.arguments);
        out_.append(": ").append(print(field.type));
        directives(field.directives);
        out_ += '\n';
    }
}

void DocumentPrinter::type_definition(const TypeDefinition& type) {
    constexpr std::string_view kWords[] = {"scalar ", "type ", "interface ",
                                           "union ",  "enum ", "input "};
    description(type.description);
    if (type.extend) out_ += "extend ";
    out_.append(kWords[static_cast<std::size_t>(type.kind)]).append(type.name);
    names(" implements ", " & ", type.interfaces);
    directives(type.directives);
    names(" = ", " | ", type.members);
    if (type.fields.empty() && type.values.empty() && type.input_fields.empty()) return;
    out_ += " {\n";
    indent_ = "  ";
    fields(type.fields);
    for (const EnumValueDefinition& value : type.values) {
        description(value.description);
        out_.append(indent_).append(value.name);
        directives(value.directives);
        out_ += '\n';
    }
    for (const InputValueDefinition& field : type.input_fields) {
        description(field.description);
        out_ += indent_;
        input_value(field);
        out_ += '\n';
    }
    indent_.clear();
    out_ += '}';
}

void DocumentPrinter::directive_definition(const DirectiveDefinition& directive) {
    description(directive.description);
    out_.append("directive @").append(directive.name);
    input_arguments(directive.arguments);
    if (directive.repeatable) out_ += " repeatable";
    names(" on ", " | ", directive.locations);
}

void DocumentPrinter::schema_definition(const SchemaDefinition& schema) {
    description(schema.description);
    out_ += schema.extend ? "extend schema" : "schema";
    directives(schema.directives);
    if (schema.operations.empty()) return;
    out_ += " {\n";
    for (const RootOperationType& root : schema.operations)
        out_.append("  ").append(print(root.operation)).append(": ").append(root.type).append("\n");
    out_ += '}';
}

}  // namespace fraiseql::graphql
