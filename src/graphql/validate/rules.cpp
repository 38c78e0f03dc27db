// SPDX-License-Identifier: MIT
#include "graphql/validate/rules.hpp"

#include <array>

namespace fraiseql::graphql {

std::span<const Rule> validation_rules() noexcept {
    static const std::array kRules = {kExecutableDefinitions,
                                      kOperationTypeExistence,
                                      kUniqueOperationNames,
                                      kLoneAnonymousOperation,
                                      kSingleFieldSubscriptions,
                                      kFieldsOnCorrectType,
                                      kOverlappingFieldsCanBeMerged,
                                      kScalarLeafs,
                                      kKnownArgumentNames,
                                      kUniqueArgumentNames,
                                      kProvidedRequiredArguments,
                                      kUniqueFragmentNames,
                                      kKnownTypeNames,
                                      kFragmentsOnCompositeTypes,
                                      kNoUnusedFragments,
                                      kKnownFragmentNames,
                                      kNoFragmentCycles,
                                      kPossibleFragmentSpreads,
                                      kValuesOfCorrectType,
                                      kUniqueInputFieldNames,
                                      kKnownDirectives,
                                      kUniqueDirectivesPerLocation,
                                      kUniqueVariableNames,
                                      kVariablesAreInputTypes,
                                      kNoUndefinedVariables,
                                      kNoUnusedVariables,
                                      kVariablesInAllowedPosition,
                                      kMaxIntrospectionDepth};
    return kRules;
}

}  // namespace fraiseql::graphql
