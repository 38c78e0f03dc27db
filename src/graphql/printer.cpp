// SPDX-License-Identifier: MIT
// Values, types and executable definitions as text.
#include "graphql/printer.hpp"

#include "graphql/document_printer.hpp"
#include "graphql/string_literal.hpp"
#include "json/writer.hpp"

namespace fraiseql::graphql {

std::string print(const Document& document) { return DocumentPrinter().document(document); }

std::string print(const Value& value) {
    DocumentPrinter printer;
    printer.value(value);
    return printer.take();
}

std::string_view print(OperationType type) noexcept {
    switch (type) {
        case OperationType::Mutation:
            return "mutation";
        case OperationType::Subscription:
            return "subscription";
        case OperationType::Query:
            break;
    }
    return "query";
}

std::string print(const TypeReference& type) {
    switch (type.kind) {
        case TypeReference::Kind::Named:
            return std::string(type.name);
        case TypeReference::Kind::List:
            return '[' + print(*type.of) + ']';
        case TypeReference::Kind::NonNull:
            return print(*type.of) + '!';
    }
    return {};
}

std::string DocumentPrinter::document(const Document& document) {
    for (const Definition& definition : document.definitions) {
        if (!out_.empty()) out_ += "\n\n";
        switch (definition.kind) {
            case Definition::Kind::Operation:
                operation(document.operations[definition.index]);
                break;
            case Definition::Kind::Fragment:
                fragment(document.fragments[definition.index]);
                break;
            case Definition::Kind::Type:
                type_definition(document.types[definition.index]);
                break;
            case Definition::Kind::Directive:
                directive_definition(document.directives[definition.index]);
                break;
            case Definition::Kind::Schema:
                schema_definition(document.schemas[definition.index]);
        }
    }
    out_ += '\n';
    return take();
}

void DocumentPrinter::value(const Value& value) {
    switch (value.kind) {
        case Value::Kind::Variable:
            out_ += '$';
            break;
        case Value::Kind::Null:
            out_ += "null";
            break;
        case Value::Kind::String:
            if (value.block)
                print_block_string(out_, value.text, indent_);
            else
                json::write_string(out_, value.text);
            return;
        case Value::Kind::List:
            out_ += '[';
            for (const Value& item : value.items) {
                if (&item != value.items.data()) out_ += ", ";
                this->value(item);
            }
            out_ += ']';
            return;
        case Value::Kind::Object:
            out_ += '{';
            for (const ObjectField& field : value.fields) {
                if (&field != value.fields.data()) out_ += ", ";
                out_.append(field.name).append(": ");
                this->value(field.value);
            }
            out_ += '}';
            return;
        case Value::Kind::Int:
        case Value::Kind::Float:
        case Value::Kind::Boolean:
        case Value::Kind::Enum:
            break;
    }
    out_ += value.text;
}

void DocumentPrinter::arguments(std::span<const Argument> arguments) {
    if (arguments.empty()) return;
    out_ += '(';
    for (const Argument& argument : arguments) {
        if (&argument != arguments.data()) out_ += ", ";
        out_.append(argument.name).append(": ");
        value(argument.value);
    }
    out_ += ')';
}

void DocumentPrinter::directives(std::span<const Directive> directives) {
    for (const Directive& directive : directives) {
        out_.append(" @").append(directive.name);
        arguments(directive.arguments);
    }
}

void DocumentPrinter::description(const Value* description) {
    if (description == nullptr) return;
    out_ += indent_;
    value(*description);
    out_ += '\n';
}

void DocumentPrinter::operation(const OperationDefinition& operation) {
    description(operation.description);
    const bool shorthand = operation.type == OperationType::Query && operation.name.empty() &&
                           operation.variables.empty() && operation.directives.empty() &&
                           operation.description == nullptr;
    if (shorthand) return selection_set(operation.selections);
    out_ += print(operation.type);
    if (!operation.name.empty()) out_.append(" ").append(operation.name);
    variables(operation.variables);
    directives(operation.directives);
    out_ += ' ';
    selection_set(operation.selections);
}

void DocumentPrinter::variables(std::span<const VariableDefinition> definitions) {
    if (definitions.empty()) return;
    out_ += '(';
    indent_ += "  ";
    for (const VariableDefinition& definition : definitions) {
        if (&definition != definitions.data()) out_ += ", ";
        if (definition.description != nullptr) {
            out_ += '\n';
            description(definition.description);
            out_ += indent_;
        }
        out_.append("$").append(definition.name).append(": ").append(print(definition.type));
        if (definition.default_value != nullptr) {
            out_ += " = ";
            value(*definition.default_value);
        }
        directives(definition.directives);
    }
    indent_.resize(indent_.size() - 2);
    out_ += ')';
}

void DocumentPrinter::fragment(const FragmentDefinition& fragment) {
    description(fragment.description);
    out_.append("fragment ").append(fragment.name).append(" on ").append(fragment.type_condition);
    directives(fragment.directives);
    out_ += ' ';
    selection_set(fragment.selections);
}

void DocumentPrinter::selection_set(const SelectionSet& set) {
    out_ += "{\n";
    indent_ += "  ";
    for (const Selection& one : set.selections) {
        out_ += indent_;
        selection(one);
        out_ += '\n';
    }
    indent_.resize(indent_.size() - 2);
    out_.append(indent_).append("}");
}

void DocumentPrinter::selection(const Selection& selection) {
    if (selection.kind == Selection::Kind::Field) return field(*selection.field);
    out_ += "...";
    if (selection.kind == Selection::Kind::FragmentSpread) {
        out_ += selection.fragment_spread->name;
        return directives(selection.fragment_spread->directives);
    }
    const InlineFragment& fragment = *selection.inline_fragment;
    if (!fragment.type_condition.empty()) out_.append(" on ").append(fragment.type_condition);
    directives(fragment.directives);
    out_ += ' ';
    selection_set(fragment.selections);
}

void DocumentPrinter::field(const Field& field) {
    if (!field.alias.empty()) out_.append(field.alias).append(": ");
    out_ += field.name;
    arguments(field.arguments);
    directives(field.directives);
    if (field.selections.empty()) return;
    out_ += ' ';
    selection_set(field.selections);
}

}  // namespace fraiseql::graphql
