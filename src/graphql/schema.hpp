// SPDX-License-Identifier: MIT
// A GraphQL schema (spec §3): immutable, shared between threads, every name found in O(1).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "graphql/ast.hpp"
#include "graphql/scalars.hpp"
#include "json/value.hpp"

namespace fraiseql::graphql {

struct NamedType;

/// A type as it is used (§3.4.1, §3.11, §3.12). Interned: within one schema, two uses are the same
/// type exactly if their pointers are equal.
struct Type {
    enum class Kind : std::uint8_t { Named, List, NonNull };

    Kind kind = Kind::Named;
    /// What List and NonNull wrap; nullptr for Named.
    const Type* of = nullptr;
    /// The innermost named type; never nullptr.
    const NamedType* named = nullptr;

    bool is_non_null() const noexcept { return kind == Kind::NonNull; }
    bool is_list() const noexcept { return kind == Kind::List; }
    /// Returns the type without its outer NonNull.
    const Type* nullable() const noexcept { return kind == Kind::NonNull ? of : this; }
};

/// Renders e.g. "[Int!]!".
std::string to_string(const Type& type);

/// An argument or an input field.
struct InputValueDef {
    std::string_view name;
    std::optional<std::string_view> description = {};
    const Type* type = nullptr;
    /// The default as a coerced value and as GraphQL text; nullptr and empty where there is none.
    const json::Value* default_value = nullptr;
    std::string_view default_text = {};
    std::optional<std::string_view> deprecation_reason = {};

    /// Whether a request must give it (§3.6.1): non-null and without default.
    bool is_required() const noexcept { return type->is_non_null() && default_value == nullptr; }
};

struct FieldDef {
    std::string_view name;
    std::optional<std::string_view> description = {};
    std::span<const InputValueDef> args = {};
    const Type* type = nullptr;
    std::optional<std::string_view> deprecation_reason = {};
    /// Unique in the schema and dense from 0: the index of side tables of Schema::field_count().
    std::uint32_t id = 0;
    /// The type that has the field; nullptr for the meta-field __typename.
    const NamedType* parent = nullptr;

    /// Returns the argument called `name`, or nullptr.
    const InputValueDef* arg(std::string_view wanted) const noexcept;
};

struct EnumValueDef {
    std::string_view name;
    std::optional<std::string_view> description = {};
    std::optional<std::string_view> deprecation_reason = {};
};

/// A scalar, object, interface, union, enum or input object. What does not apply is empty.
struct NamedType {
    using Kind = TypeKind;

    Kind kind = Kind::Scalar;
    std::string_view name = {};
    std::optional<std::string_view> description = {};
    /// Unique in the schema and dense from 0: the index of side tables of Schema::types().
    std::uint32_t id = 0;
    std::span<const FieldDef> fields = {};
    std::span<const NamedType* const> interfaces = {};
    /// Union: its members. Interface: the objects that implement it. Object: itself.
    std::span<const NamedType* const> possible_types = {};
    /// Interface only: the interfaces that implement it.
    std::span<const NamedType* const> implementing_interfaces = {};
    std::span<const EnumValueDef> enum_values = {};
    std::span<const InputValueDef> input_fields = {};
    bool one_of = false;
    std::string_view specified_by_url = {};
    /// nullptr for a scalar that takes any value.
    const Scalar* scalar = nullptr;
    /// The type's own, unwrapped use.
    const Type* type = nullptr;

    bool is_composite() const noexcept {
        return kind == Kind::Object || kind == Kind::Interface || kind == Kind::Union;
    }
    bool is_abstract() const noexcept { return kind == Kind::Interface || kind == Kind::Union; }
    bool is_leaf() const noexcept { return kind == Kind::Scalar || kind == Kind::Enum; }
    bool is_input() const noexcept { return is_leaf() || kind == Kind::InputObject; }
    bool is_output() const noexcept { return kind != Kind::InputObject; }

    /// Return the member called so, or nullptr. O(1). `field` knows no meta-fields.
    const FieldDef* field(std::string_view wanted) const noexcept;
    const InputValueDef* input_field(std::string_view wanted) const noexcept;
    const EnumValueDef* enum_value(std::string_view wanted) const noexcept;
    /// Whether `object` is one of the possible types. O(1).
    bool is_possible(const NamedType& object) const noexcept;

    /// Perfect-enough index by name, and a bit per type id; filled by the builder.
    struct Slot {
        std::uint32_t hash = 0;
        std::uint32_t index_plus_one = 0;
    };
    std::span<const Slot> name_index = {};
    std::span<const std::uint64_t> possible_bits = {};
};

/// Where a directive may stand (§3.13), in the order of the specification.
enum class DirectiveLocation : std::uint8_t {
    Query,
    Mutation,
    Subscription,
    Field,
    FragmentDefinition,
    FragmentSpread,
    InlineFragment,
    VariableDefinition,
    Schema,
    Scalar,
    Object,
    FieldDefinition,
    ArgumentDefinition,
    Interface,
    Union,
    Enum,
    EnumValue,
    InputObject,
    InputFieldDefinition
};

/// Returns e.g. "FRAGMENT_SPREAD".
std::string_view to_string(DirectiveLocation location) noexcept;
/// The reverse; nothing where there is no such location.
std::optional<DirectiveLocation> directive_location(std::string_view name) noexcept;

struct DirectiveDef {
    std::string_view name;
    std::optional<std::string_view> description = {};
    std::span<const InputValueDef> args = {};
    std::span<const DirectiveLocation> locations = {};
    bool repeatable = false;

    const InputValueDef* arg(std::string_view wanted) const noexcept;
    bool allows(DirectiveLocation location) const noexcept;
};

/// Immutable; made by SchemaBuilder or build_schema.
class Schema {
  public:
    Schema(const Schema&) = delete;
    Schema& operator=(const Schema&) = delete;
    ~Schema();

    std::optional<std::string_view> description() const noexcept;
    /// Roots; nullptr where the schema has none (a schema always has a query root).
    const NamedType* query() const noexcept;
    const NamedType* mutation() const noexcept;
    const NamedType* subscription() const noexcept;
    const NamedType* root(OperationType operation) const noexcept;

    /// All types in the order in which they were added, then built-in scalars and introspection
    /// types; a type's index is its id.
    std::span<const NamedType* const> types() const noexcept;
    std::span<const DirectiveDef> directives() const noexcept;
    const NamedType* type(std::string_view name) const noexcept;
    const DirectiveDef* directive(std::string_view name) const noexcept;

    /// Returns the field `name` of a composite type, with the meta-fields: __typename everywhere,
    /// __schema and __type on the query root (§4.1). O(1); nullptr where there is none.
    const FieldDef* field(const NamedType& parent, std::string_view name) const noexcept;
    const FieldDef& typename_field() const noexcept;
    const FieldDef& schema_field() const noexcept;
    const FieldDef& type_field() const noexcept;
    /// One more than the largest FieldDef::id.
    std::uint32_t field_count() const noexcept;

    struct Storage;
    explicit Schema(std::unique_ptr<Storage> storage);

  private:
    std::unique_ptr<Storage> storage_;
};

/// Whether `type` is part of every schema: introspection types and built-in scalars.
bool is_built_in(const NamedType& type) noexcept;
bool is_built_in(const DirectiveDef& directive) noexcept;

// ---- Building ----

/// `type` is a reference as text, e.g. "[Int!]!"; `default_value` a literal, e.g. "[1, 2]".
struct InputValueSpec {
    std::string name;
    std::string type;
    std::optional<std::string> default_value = {};
    std::optional<std::string> description = {};
    std::optional<std::string> deprecation_reason = {};
};

struct FieldSpec {
    std::string name;
    std::string type;
    std::vector<InputValueSpec> args = {};
    std::optional<std::string> description = {};
    std::optional<std::string> deprecation_reason = {};
};

struct EnumValueSpec {
    std::string name;
    std::optional<std::string> description = {};
    std::optional<std::string> deprecation_reason = {};
};

/// A type to be: the members that the kind does not have stay empty. References to other types
/// are names, so types can be added in any order.
struct TypeSpec {
    TypeKind kind = TypeKind::Object;
    std::string name = {};
    std::optional<std::string> description = {};
    std::vector<std::string> interfaces = {};
    std::vector<FieldSpec> fields = {};
    /// Union only.
    std::vector<std::string> members = {};
    std::vector<EnumValueSpec> values = {};
    std::vector<InputValueSpec> input_fields = {};
    bool one_of = false;
    /// Scalar only.
    std::string specified_by_url = {};
    const Scalar* scalar = nullptr;
};

struct DirectiveSpec {
    std::string name;
    std::optional<std::string> description = {};
    std::vector<InputValueSpec> args = {};
    std::vector<DirectiveLocation> locations = {};
    bool repeatable = false;
};

/// Collects types and makes a schema of them. Built-in scalars, directives and introspection types
/// need not be added. Specs are plain data: change them before build() as you like.
struct SchemaBuilder {
    std::vector<TypeSpec> types = {};
    std::vector<DirectiveSpec> directives = {};
    std::optional<std::string> description = {};
    /// Names of the root types; empty for none.
    std::string query = {};
    std::string mutation = {};
    std::string subscription = {};

    /// Adds a type and returns it for its members to be added; valid until the next one is added.
    TypeSpec& add(TypeKind kind, std::string name);
    /// Adds the scalar of the table (scalars.hpp) unless it is there already.
    void add_scalar(const Scalar& scalar);
    /// Returns the type called `name`, or nullptr. Linear.
    TypeSpec* find(std::string_view name);

    /// Checks the whole type system as the specification's §3 says and makes a schema of it. On
    /// failure, the message has one line for each thing that is wrong (code Configuration).
    Result<std::shared_ptr<const Schema>> build() const;
};

/// Makes a schema of SDL text: definitions and extensions. Errors name the place in the text.
/// Scalars whose name stands in the table of scalars.hpp get its rules.
Result<std::shared_ptr<const Schema>> build_schema(std::string_view sdl);

}  // namespace fraiseql::graphql
