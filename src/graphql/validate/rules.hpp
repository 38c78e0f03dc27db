// SPDX-License-Identifier: MIT
// The table of validation rules: what each is called and at which nodes it looks.
#pragma once

#include <span>
#include <string_view>

#include "graphql/validate/context.hpp"

namespace fraiseql::graphql {

/// A field as the walk meets it.
struct FieldVisit {
    const Field& node;
    /// nullptr where the type of the selection set is not known.
    const NamedType* parent;
    /// nullptr where the parent has no such field, or is not known.
    const FieldDef* definition;
};

/// A fragment or inline fragment where it is applied.
struct FragmentVisit {
    std::string_view name;
    std::uint32_t offset;
    /// nullptr where unknown or not composite.
    const NamedType* parent;
    const NamedType* type;
};

/// The arguments of a field or a directive of which the definition is known.
struct ArgumentsVisit {
    std::span<const Argument> nodes;
    std::span<const InputValueDef> definitions;
    std::uint32_t offset;
    /// The field, or nullptr for a directive.
    const FieldVisit* field;
    /// The directive, or nullptr for a field.
    const DirectiveDef* directive;
};

/// An operation and what it reaches.
struct OperationVisit {
    const OperationDefinition& node;
    const Contents& contents;
    /// Indices of the fragments that it spreads, directly or through others; each once.
    std::span<const std::uint32_t> fragments;

    template <class Visit>
    void for_each_usage(const ValidationContext& context, Visit visit) const {
        for (const VariableUsage& usage : context.usages_of(contents))
            visit(usage);
        for (std::uint32_t index : fragments)
            for (const VariableUsage& usage : context.usages_of(context.fragment_contents[index]))
                visit(usage);
    }
};

/// One rule. Every member but the first two is a place of the walk, nullptr where the rule has
/// nothing to say; so all rules together take one pass.
struct Rule {
    std::string_view name;
    /// The heading of the specification.
    std::string_view section;

    /// Before the walk.
    void (*document)(ValidationContext&) = nullptr;
    void (*operation)(ValidationContext&, const OperationDefinition&) = nullptr;
    void (*variable)(ValidationContext&, const VariableDefinition&) = nullptr;
    /// A name of a type: of a variable or a type condition.
    void (*type_name)(ValidationContext&, std::string_view name, std::uint32_t offset) = nullptr;
    /// A type condition; `fragment` is empty for inline fragments.
    void (*type_condition)(ValidationContext&, std::string_view fragment, const NamedType&,
                           std::uint32_t offset) = nullptr;
    void (*field)(ValidationContext&, const FieldVisit&) = nullptr;
    void (*spread)(ValidationContext&, const FragmentSpread&) = nullptr;
    void (*fragment_use)(ValidationContext&, const FragmentVisit&) = nullptr;
    void (*directives)(ValidationContext&, std::span<const Directive>, DirectiveLocation) = nullptr;
    /// Names of arguments wherever they stand, definition known or not.
    void (*argument_names)(ValidationContext&, std::span<const Argument>) = nullptr;
    void (*arguments)(ValidationContext&, const ArgumentsVisit&) = nullptr;
    /// A literal that is no variable, with the type expected there. Returns whether its items or
    /// fields are worth looking at.
    bool (*value)(ValidationContext&, const Value&, const Type&) = nullptr;
    /// An object literal, whatever is expected there.
    void (*object_value)(ValidationContext&, const Value&) = nullptr;
    /// After the walk, for each operation.
    void (*reachable)(ValidationContext&, const OperationVisit&) = nullptr;
    /// At the end.
    void (*finish)(ValidationContext&) = nullptr;
};

/// Returns all rules, in the order of the specification.
std::span<const Rule> validation_rules() noexcept;

// One declaration a rule, each in its own file.
extern const Rule kExecutableDefinitions;
extern const Rule kOperationTypeExistence;
extern const Rule kUniqueOperationNames;
extern const Rule kLoneAnonymousOperation;
extern const Rule kSingleFieldSubscriptions;
extern const Rule kFieldsOnCorrectType;
extern const Rule kOverlappingFieldsCanBeMerged;
extern const Rule kScalarLeafs;
extern const Rule kKnownArgumentNames;
extern const Rule kUniqueArgumentNames;
extern const Rule kProvidedRequiredArguments;
extern const Rule kUniqueFragmentNames;
extern const Rule kKnownTypeNames;
extern const Rule kFragmentsOnCompositeTypes;
extern const Rule kNoUnusedFragments;
extern const Rule kKnownFragmentNames;
extern const Rule kNoFragmentCycles;
extern const Rule kPossibleFragmentSpreads;
extern const Rule kValuesOfCorrectType;
extern const Rule kUniqueInputFieldNames;
extern const Rule kKnownDirectives;
extern const Rule kUniqueDirectivesPerLocation;
extern const Rule kUniqueVariableNames;
extern const Rule kVariablesAreInputTypes;
extern const Rule kNoUndefinedVariables;
extern const Rule kNoUnusedVariables;
extern const Rule kVariablesInAllowedPosition;
extern const Rule kMaxIntrospectionDepth;

}  // namespace fraiseql::graphql
