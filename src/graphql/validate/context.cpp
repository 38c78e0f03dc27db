// SPDX-License-Identifier: MIT
#include "graphql/validate/context.hpp"

#include "base/suggest.hpp"

namespace fraiseql::graphql {

ValidationContext::ValidationContext(const Schema& on, const Document& of,
                                     const ValidateLimits& with)
    : schema(on), document(of), limits(with), index_(of.source) {
    field_definitions.resize(of.field_count);
    parent_types.resize(of.selection_set_count);
    operation_contents.resize(of.operations.size());
    fragment_contents.resize(of.fragments.size());
    fragment_used.resize(of.fragments.size());
}

void ValidationContext::error(std::string message, std::span<const std::uint32_t> offsets) {
    constexpr std::size_t kMostLocations = 100;
    if (is_full()) return;
    Error out{.code = ErrorCode::GraphqlValidationFailed, .message = std::move(message)};
    if (errors_.size() == limits.max_errors) {
        out.message = "Too many validation errors, error limit reached. Validation aborted.";
    } else {
        for (std::uint32_t offset : offsets.first(std::min(offsets.size(), kMostLocations)))
            out.locations.push_back(index_.locate(offset));
    }
    errors_.push_back(std::move(out));
}

std::string ValidationContext::suggest_names(std::string_view name,
                                             const std::vector<std::string_view>& options) {
    std::string hint = did_you_mean(name, options);
    return hint.empty() ? hint : ' ' + hint;
}

}  // namespace fraiseql::graphql
