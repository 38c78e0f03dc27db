// SPDX-License-Identifier: MIT
// The recursive descent behind parser.hpp; one method for each production of the grammar.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.hpp"
#include "base/result.hpp"
#include "graphql/ast.hpp"
#include "graphql/lexer.hpp"
#include "graphql/parser.hpp"

namespace fraiseql::graphql {

/// Finished siblings of the lists that are still open; lists nest, so this is a stack.
template <class T>
class Siblings {
  public:
    std::size_t open() const noexcept { return items_.size(); }
    void add(const T& item) { items_.push_back(item); }
    /// Moves what was added since `mark` to the arena.
    std::span<const T> close(std::size_t mark, Arena& arena) {
        std::span<const T> done = arena.copy(std::span<const T>(items_).subspan(mark));
        items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(mark), items_.end());
        return done;
    }

  private:
    std::vector<T> items_;
};

/// Parses one source once. After the first error every method returns at once: the current token
/// is then Invalid, which no production takes.
class DocumentParser {
  public:
    DocumentParser(std::string_view source, Arena& arena, const ParseLimits& limits);

    Result<Document> document();
    Result<Value> value();
    Result<TypeReference> type();

  private:
    using Kind = Token::Kind;
    enum class Variables : bool { Refused, Allowed };

    // Tokens (document_parser.cpp).
    bool start();
    void advance();
    bool peek(Kind kind) const noexcept { return token_.kind == kind; }
    bool peek_keyword(std::string_view word) const noexcept {
        return peek(Kind::Name) && text() == word;
    }
    bool peek_string() const noexcept { return peek(Kind::String) || peek(Kind::BlockString); }
    bool accept(Kind kind);
    bool accept_keyword(std::string_view word);
    bool expect(Kind kind);
    bool expect_keyword(std::string_view word);
    std::string_view expect_name();
    std::string_view text() const noexcept {
        return source_.substr(token_.begin, token_.end - token_.begin);
    }
    std::string describe_token();
    void unexpected();
    void fail_at(std::uint32_t offset, std::string problem);
    bool failed() const noexcept { return error_.has_value(); }
    bool enter();
    void leave() noexcept { --depth_; }
    /// Parses `item` until `close`; at least once, as every list of the grammar but [] and {}.
    template <class Item>
    void many(Kind close, Item item) {
        do
            item();
        while (!failed() && !accept(close));
    }

    // Executable definitions (executable_parser.cpp).
    void definition();
    void operation(const Value* description, std::uint32_t offset);
    void fragment(const Value* description, std::uint32_t offset);
    void link_fragments(std::span<const FragmentDefinition> fragments);
    std::span<const VariableDefinition> variable_definitions();
    SelectionSet selection_set();
    Selection selection();
    const Field* field();
    std::string_view fragment_name();

    // Values, types and directives (value_parser.cpp).
    Value value_literal(Variables variables);
    Value list_value(Variables variables);
    Value object_value(Variables variables);
    Value name_value();
    Value string_value();
    Value variable();
    Value take(Value::Kind kind);
    const Value* description();
    TypeReference type_reference();
    std::span<const Argument> arguments(Variables variables);
    std::span<const graphql::Directive> directives(Variables variables);

    // Type system definitions and extensions (type_system_parser.cpp).
    bool type_system_definition(const Value* description, std::uint32_t offset, bool extend);
    void schema_definition(const Value* description, std::uint32_t offset, bool extend);
    void type_definition(TypeKind kind, const Value* description, std::uint32_t offset,
                         bool extend);
    void directive_definition(const Value* description, std::uint32_t offset);
    std::span<const NameReference> names(Kind delimiter);
    std::span<const FieldDefinition> field_definitions();
    std::span<const EnumValueDefinition> enum_values();
    std::span<const InputValueDefinition> input_values(Kind open, Kind close);

    std::string_view source_;
    Arena& arena_;
    ParseLimits limits_;
    Lexer lexer_;
    Token token_;
    std::uint32_t tokens_ = 0;
    std::uint32_t depth_ = 0;
    std::optional<Error> error_;

    Siblings<Selection> selections_;
    Siblings<Argument> arguments_;
    Siblings<graphql::Directive> directives_;
    Siblings<Value> items_;
    Siblings<ObjectField> object_fields_;
    std::uint32_t field_count_ = 0;
    std::uint32_t selection_set_count_ = 0;
    std::vector<FragmentSpread*> spreads_;

    std::vector<Definition> definitions_;
    std::vector<OperationDefinition> operations_;
    std::vector<FragmentDefinition> fragments_;
    std::vector<TypeDefinition> types_;
    std::vector<DirectiveDefinition> directive_definitions_;
    std::vector<SchemaDefinition> schemas_;
};

}  // namespace fraiseql::graphql
