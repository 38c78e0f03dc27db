// SPDX-License-Identifier: MIT
// Validation of executable documents (spec §5): all errors of a document against a schema.
#pragma once

#include <cstdint>
#include <vector>

#include "base/error.hpp"
#include "graphql/ast.hpp"
#include "graphql/schema.hpp"

namespace fraiseql::graphql {

struct ValidateLimits {
    /// After so many errors, validation stops with one more error that says so.
    std::uint32_t max_errors = 100;
    /// How many field comparisons the check of overlapping fields (§5.3.2) may need.
    std::uint32_t max_field_comparisons = 1'000'000;
};

/// Returns every violation of §5 with its locations (code GraphqlValidationFailed); empty means
/// that the document may be executed. Time is bounded in the size of the document, whatever it
/// says.
std::vector<Error> validate(const Schema& schema, const Document& document,
                            const ValidateLimits& limits = {});

}  // namespace fraiseql::graphql
