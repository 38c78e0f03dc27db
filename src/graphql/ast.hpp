// SPDX-License-Identifier: MIT
// The syntax tree of a GraphQL document (spec §2 and §3): plain nodes in an arena, views into the
// source. The arena and the source must outlive every node.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace fraiseql::graphql {

struct ObjectField;

/// A literal or a variable (§2.9). `offset` is the byte of the source where it begins.
struct Value {
    enum class Kind : std::uint8_t {
        Variable,
        Int,
        Float,
        String,
        Boolean,
        Null,
        Enum,
        List,
        Object
    };

    Kind kind = Kind::Null;
    /// String only: it was written as """block string""".
    bool block = false;
    std::uint32_t offset = 0;
    /// Variable: its name without "$". Int, Float: as written. String: decoded UTF-8. Boolean:
    /// "true" or "false". Enum: its name. Otherwise empty.
    std::string_view text = {};
    std::span<const Value> items = {};
    std::span<const ObjectField> fields = {};
};

struct ObjectField {
    std::string_view name;
    std::uint32_t offset = 0;
    Value value = {};
};

struct Argument {
    std::string_view name;
    std::uint32_t offset = 0;
    Value value = {};
};

/// Returns the one called `wanted`, or nullptr.
const Argument* find_argument(std::span<const Argument> arguments,
                              std::string_view wanted) noexcept;

struct Directive {
    std::string_view name;
    std::uint32_t offset = 0;
    std::span<const Argument> arguments = {};

    /// Returns the argument called `name`, or nullptr.
    const Argument* argument(std::string_view wanted) const noexcept;
};

/// A reference to a type as written (§2.11): `of` for List and NonNull, `name` for Named.
struct TypeReference {
    enum class Kind : std::uint8_t { Named, List, NonNull };

    Kind kind = Kind::Named;
    std::uint32_t offset = 0;
    std::string_view name = {};
    const TypeReference* of = nullptr;

    /// Returns the innermost name.
    std::string_view named() const noexcept {
        const TypeReference* type = this;
        while (type->of != nullptr)
            type = type->of;
        return type->name;
    }
};

struct Selection;

/// The fields between braces; no selections means that there were no braces.
struct SelectionSet {
    std::uint32_t offset = 0;
    /// Counts the selection sets of the document from 0, for side tables.
    std::uint32_t id = 0;
    std::span<const Selection> selections = {};

    bool empty() const noexcept { return selections.empty(); }
};

struct Field {
    /// Empty where there is no alias.
    std::string_view alias;
    std::string_view name;
    std::uint32_t offset = 0;
    /// Counts the fields of the document from 0, for side tables.
    std::uint32_t id = 0;
    std::span<const Argument> arguments = {};
    std::span<const Directive> directives = {};
    SelectionSet selections = {};

    /// The name under which the field stands in the response (§2.7).
    std::string_view response_key() const noexcept { return alias.empty() ? name : alias; }
    /// Returns the argument called `name`, or nullptr.
    const Argument* argument(std::string_view wanted) const noexcept;
};

struct FragmentDefinition;

struct FragmentSpread {
    std::string_view name;
    std::uint32_t offset = 0;
    /// The first fragment of that name in the document; nullptr where there is none.
    const FragmentDefinition* fragment = nullptr;
    std::span<const Directive> directives = {};
};

struct InlineFragment {
    std::uint32_t offset = 0;
    /// Empty where there is no type condition.
    std::string_view type_condition = {};
    std::uint32_t type_condition_offset = 0;
    std::span<const Directive> directives = {};
    SelectionSet selections = {};
};

/// Exactly one of the three pointers of the kind's name is valid.
struct Selection {
    enum class Kind : std::uint8_t { Field, FragmentSpread, InlineFragment };

    Kind kind;
    union {
        const graphql::Field* field;
        const graphql::FragmentSpread* fragment_spread;
        const graphql::InlineFragment* inline_fragment;
    };

    explicit Selection(const graphql::Field* node) : kind(Kind::Field), field(node) {}
    explicit Selection(const graphql::FragmentSpread* node)
        : kind(Kind::FragmentSpread), fragment_spread(node) {}
    explicit Selection(const graphql::InlineFragment* node)
        : kind(Kind::InlineFragment), inline_fragment(node) {}
};

struct VariableDefinition {
    /// Without "$".
    std::string_view name;
    std::uint32_t offset = 0;
    TypeReference type = {};
    /// nullptr where there is no default.
    const Value* default_value = nullptr;
    std::span<const Directive> directives = {};
    const Value* description = nullptr;
};

enum class OperationType : std::uint8_t { Query, Mutation, Subscription };

struct OperationDefinition {
    OperationType type = OperationType::Query;
    /// Written as a bare selection set.
    bool shorthand = false;
    std::uint32_t offset = 0;
    /// Empty for an anonymous operation.
    std::string_view name = {};
    std::span<const VariableDefinition> variables = {};
    std::span<const Directive> directives = {};
    SelectionSet selections = {};
    const Value* description = nullptr;
};

struct FragmentDefinition {
    std::string_view name;
    std::uint32_t offset = 0;
    std::string_view type_condition = {};
    std::uint32_t type_condition_offset = 0;
    std::span<const Directive> directives = {};
    SelectionSet selections = {};
    const Value* description = nullptr;
};

// ---- Type system (§3) ----

struct NameReference {
    std::string_view name;
    std::uint32_t offset = 0;
};

struct InputValueDefinition {
    std::string_view name;
    std::uint32_t offset = 0;
    TypeReference type = {};
    const Value* default_value = nullptr;
    std::span<const Directive> directives = {};
    const Value* description = nullptr;
};

struct FieldDefinition {
    std::string_view name;
    std::uint32_t offset = 0;
    std::span<const InputValueDefinition> arguments = {};
    TypeReference type = {};
    std::span<const Directive> directives = {};
    const Value* description = nullptr;
};

struct EnumValueDefinition {
    std::string_view name;
    std::uint32_t offset = 0;
    std::span<const Directive> directives = {};
    const Value* description = nullptr;
};

enum class TypeKind : std::uint8_t { Scalar, Object, Interface, Union, Enum, InputObject };

/// A type definition, or with `extend` a type extension (§3.4.3).
struct TypeDefinition {
    TypeKind kind = TypeKind::Scalar;
    bool extend = false;
    std::uint32_t offset = 0;
    std::string_view name = {};
    std::span<const Directive> directives = {};
    std::span<const NameReference> interfaces = {};
    std::span<const FieldDefinition> fields = {};
    std::span<const NameReference> members = {};
    std::span<const EnumValueDefinition> values = {};
    std::span<const InputValueDefinition> input_fields = {};
    const Value* description = nullptr;
};

struct DirectiveDefinition {
    std::string_view name;
    std::uint32_t offset = 0;
    bool repeatable = false;
    std::span<const InputValueDefinition> arguments = {};
    std::span<const NameReference> locations = {};
    const Value* description = nullptr;
};

struct RootOperationType {
    OperationType operation = OperationType::Query;
    std::uint32_t offset = 0;
    std::string_view type = {};
};

/// A `schema` definition, or with `extend` a schema extension (§3.3.2).
struct SchemaDefinition {
    bool extend = false;
    std::uint32_t offset = 0;
    std::span<const Directive> directives = {};
    std::span<const RootOperationType> operations = {};
    const Value* description = nullptr;
};

/// Where a definition stands in the document: `index` counts within its own kind's span.
struct Definition {
    enum class Kind : std::uint8_t { Operation, Fragment, Type, Directive, Schema };
    Kind kind;
    std::uint32_t index;
};

struct Document {
    std::string_view source;
    /// All definitions in the order of the source.
    std::span<const Definition> definitions = {};
    std::span<const OperationDefinition> operations = {};
    std::span<const FragmentDefinition> fragments = {};
    std::span<const TypeDefinition> types = {};
    std::span<const DirectiveDefinition> directives = {};
    std::span<const SchemaDefinition> schemas = {};
    /// Upper bounds of Field::id and SelectionSet::id.
    std::uint32_t field_count = 0;
    std::uint32_t selection_set_count = 0;

    /// Returns the byte offset of a name that is a view into `source`.
    std::uint32_t offset_of(std::string_view name) const noexcept {
        return static_cast<std::uint32_t>(name.data() - source.data());
    }
    /// Returns the index in `fragments` of one of its elements.
    std::size_t index_of(const FragmentDefinition& fragment) const noexcept {
        return static_cast<std::size_t>(&fragment - fragments.data());
    }
};

}  // namespace fraiseql::graphql
