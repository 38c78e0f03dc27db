// SPDX-License-Identifier: MIT
// The state behind printer.hpp: text so far and the current indent.
#pragma once

#include <span>
#include <string>
#include <utility>

#include "graphql/ast.hpp"

namespace fraiseql::graphql {

/// Appends nodes as text; one method for each kind of node.
class DocumentPrinter {
  public:
    std::string document(const Document& document);
    void value(const Value& value);
    std::string take() { return std::move(out_); }

  private:
    // printer.cpp
    void arguments(std::span<const Argument> arguments);
    void directives(std::span<const Directive> directives);
    void description(const Value* description);
    void operation(const OperationDefinition& operation);
    void variables(std::span<const VariableDefinition> definitions);
    void fragment(const FragmentDefinition& fragment);
    void selection_set(const SelectionSet& set);
    void selection(const Selection& selection);
    void field(const Field& field);
    // type_system_printer.cpp
    void type_definition(const TypeDefinition& type);
    void directive_definition(const DirectiveDefinition& directive);
    void schema_definition(const SchemaDefinition& schema);
    void names(std::string_view opening, std::string_view delimiter,
               std::span<const NameReference> names);
    void fields(std::span<const FieldDefinition> fields);
    void input_value(const InputValueDefinition& input);
    void input_arguments(std::span<const InputValueDefinition> arguments);

    std::string out_;
    std::string indent_;
};

}  // namespace fraiseql::graphql
