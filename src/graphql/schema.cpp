// SPDX-License-Identifier: MIT
#include "graphql/schema.hpp"

#include <algorithm>
#include <array>

#include "graphql/name_index.hpp"
#include "graphql/schema_storage.hpp"

namespace fraiseql::graphql {
namespace {

constexpr std::array<std::string_view, 19> kLocations = {"QUERY",
                                                         "MUTATION",
                                                         "SUBSCRIPTION",
                                                         "FIELD",
                                                         "FRAGMENT_DEFINITION",
                                                         "FRAGMENT_SPREAD",
                                                         "INLINE_FRAGMENT",
                                                         "VARIABLE_DEFINITION",
                                                         "SCHEMA",
                                                         "SCALAR",
                                                         "OBJECT",
                                                         "FIELD_DEFINITION",
                                                         "ARGUMENT_DEFINITION",
                                                         "INTERFACE",
                                                         "UNION",
                                                         "ENUM",
                                                         "ENUM_VALUE",
                                                         "INPUT_OBJECT",
                                                         "INPUT_FIELD_DEFINITION"};

const InputValueDef* find_input(std::span<const InputValueDef> values,
                                std::string_view wanted) noexcept {
    return find_by_name(std::span<const NamedType::Slot>{}, values, wanted);
}

}  // namespace

std::string to_string(const Type& type) {
    switch (type.kind) {
        case Type::Kind::Named:
            return std::string(type.named->name);
        case Type::Kind::List:
            return '[' + to_string(*type.of) + ']';
        case Type::Kind::NonNull:
            return to_string(*type.of) + '!';
    }
    return {};
}

std::string_view to_string(DirectiveLocation location) noexcept {
    return kLocations[static_cast<std::size_t>(location)];
}

std::optional<DirectiveLocation> directive_location(std::string_view name) noexcept {
    const auto found = std::find(kLocations.begin(), kLocations.end(), name);
    if (found == kLocations.end()) return std::nullopt;
    return static_cast<DirectiveLocation>(found - kLocations.begin());
}

const InputValueDef* FieldDef::arg(std::string_view wanted) const noexcept {
    return find_input(args, wanted);
}

const InputValueDef* DirectiveDef::arg(std::string_view wanted) const noexcept {
    return find_input(args, wanted);
}

bool DirectiveDef::allows(DirectiveLocation location) const noexcept {
    return std::find(locations.begin(), locations.end(), location) != locations.end();
}

const FieldDef* NamedType::field(std::string_view wanted) const noexcept {
    return find_by_name(name_index, fields, wanted);
}

const InputValueDef* NamedType::input_field(std::string_view wanted) const noexcept {
    return find_by_name(name_index, input_fields, wanted);
}

const EnumValueDef* NamedType::enum_value(std::string_view wanted) const noexcept {
    return find_by_name(name_index, enum_values, wanted);
}

bool NamedType::is_possible(const NamedType& object) const noexcept {
    const std::uint64_t word = object.id / 64;
    std::size_t first = 0;
    std::size_t last = possible_bits.size() / 2;
    while (first < last) {
        const std::size_t middle = first + (last - first) / 2;
        if (possible_bits[2 * middle] < word)
            first = middle + 1;
        else
            last = middle;
    }
    return 2 * first < possible_bits.size() && possible_bits[2 * first] == word &&
           (possible_bits[2 * first + 1] >> (object.id % 64) & 1U) != 0;
}

Schema::Schema(std::unique_ptr<Storage> storage) : storage_(std::move(storage)) {}
Schema::~Schema() = default;

std::optional<std::string_view> Schema::description() const noexcept {
    return storage_->description;
}
const NamedType* Schema::query() const noexcept { return storage_->query; }
const NamedType* Schema::mutation() const noexcept { return storage_->mutation; }
const NamedType* Schema::subscription() const noexcept { return storage_->subscription; }

const NamedType* Schema::root(OperationType operation) const noexcept {
    switch (operation) {
        case OperationType::Query:
            return query();
        case OperationType::Mutation:
            return mutation();
        case OperationType::Subscription:
            return subscription();
    }
    return nullptr;
}

std::span<const NamedType* const> Schema::types() const noexcept { return storage_->types; }
std::span<const DirectiveDef> Schema::directives() const noexcept { return storage_->directives; }

const NamedType* Schema::type(std::string_view name) const noexcept {
    const TypeEntry* entry =
        find_by_name(storage_->type_index, std::span<const TypeEntry>(storage_->entries), name);
    return entry == nullptr ? nullptr : entry->type;
}

const DirectiveDef* Schema::directive(std::string_view name) const noexcept {
    return find_by_name(storage_->directive_index, directives(), name);
}

const FieldDef* Schema::field(const NamedType& parent, std::string_view name) const noexcept {
    if (name.starts_with("__")) {
        if (name == "__typename" && parent.is_composite()) return &storage_->typename_field;
        if (&parent == query()) {
            if (name == "__schema") return &storage_->schema_field;
            if (name == "__type") return &storage_->type_field;
        }
    }
    return parent.field(name);
}

const FieldDef& Schema::typename_field() const noexcept { return storage_->typename_field; }
const FieldDef& Schema::schema_field() const noexcept { return storage_->schema_field; }
const FieldDef& Schema::type_field() const noexcept { return storage_->type_field; }
std::uint32_t Schema::field_count() const noexcept { return storage_->field_count; }

bool is_built_in(const NamedType& type) noexcept {
    constexpr std::array<std::string_view, 5> kScalars = {"Int", "Float", "String", "Boolean",
                                                          "ID"};
    return type.name.starts_with("__") ||
           std::find(kScalars.begin(), kScalars.end(), type.name) != kScalars.end();
}

bool is_built_in(const DirectiveDef& directive) noexcept {
    constexpr std::array<std::string_view, 5> kDirectives = {"skip", "include", "deprecated",
                                                             "specifiedBy", "oneOf"};
    return std::find(kDirectives.begin(), kDirectives.end(), directive.name) != kDirectives.end();
}

}  // namespace fraiseql::graphql
