// SPDX-License-Identifier: MIT
// What the rules of validation share: the document, what the walk learned, the errors so far.
#pragma once

#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graphql/ast.hpp"
#include "graphql/schema.hpp"
#include "graphql/source.hpp"
#include "graphql/validate.hpp"

namespace fraiseql::graphql {

/// A variable where it is used, and what is expected there.
struct VariableUsage {
    const Value* node;
    /// nullptr where nothing is known, e.g. within a custom scalar.
    const Type* type;
    bool has_default;
    /// The oneOf input object whose field it is the value of, or nullptr.
    const NamedType* one_of;
};

/// What one operation or fragment contains, without the fragments that it spreads.
struct Contents {
    std::uint32_t usages_begin = 0;
    std::uint32_t usages_end = 0;
    std::uint32_t spreads_begin = 0;
    std::uint32_t spreads_end = 0;
};

class ValidationContext {
  public:
    ValidationContext(const Schema& on, const Document& of, const ValidateLimits& with);

    const Schema& schema;
    const Document& document;
    const ValidateLimits& limits;

    // Filled by the walk.
    std::vector<const FieldDef*> field_definitions;  // by Field::id; nullptr where unknown
    std::vector<const NamedType*> parent_types;      // by SelectionSet::id; nullptr where unknown
    std::vector<VariableUsage> usages;
    std::vector<const FragmentSpread*> spreads;
    std::vector<Contents> operation_contents;  // by index
    std::vector<Contents> fragment_contents;   // by index
    std::vector<bool> fragment_used;           // by index: some operation reaches it

    std::span<const VariableUsage> usages_of(const Contents& contents) const {
        return std::span(usages).subspan(contents.usages_begin,
                                         contents.usages_end - contents.usages_begin);
    }
    std::span<const FragmentSpread* const> spreads_of(const Contents& contents) const {
        return std::span(spreads).subspan(contents.spreads_begin,
                                          contents.spreads_end - contents.spreads_begin);
    }

    /// Adds an error at the given byte offsets; past the limit, only that there are more.
    void error(std::string message, std::span<const std::uint32_t> offsets);
    void error(std::string message, std::initializer_list<std::uint32_t> offsets) {
        error(std::move(message), std::span<const std::uint32_t>(offsets.begin(), offsets.size()));
    }
    /// Whether there are so many errors that looking for more is pointless.
    bool is_full() const noexcept { return errors_.size() > limits.max_errors; }
    std::vector<Error> take() { return std::move(errors_); }

    /// Renders ` Did you mean "a"?` with a space before it, or nothing.
    template <class Named>
    static std::string suggest(std::string_view name, std::span<const Named> options) {
        std::vector<std::string_view> names;
        for (const Named& option : options)
            names.push_back(option.name);
        return suggest_names(name, names);
    }
    static std::string suggest_names(std::string_view name,
                                     const std::vector<std::string_view>& options);

  private:
    SourceIndex index_;
    std::vector<Error> errors_;
};

/// Calls `report` with all items of one name, for each name that several items have.
template <class Named, class Report>
void for_each_duplicate(std::span<const Named> items, Report report) {
    constexpr std::size_t kFew = 16;
    bool any = items.size() > kFew;
    for (std::size_t i = 1; i < items.size() && !any; ++i)
        for (std::size_t j = 0; j < i && !any; ++j)
            any = items[i].name == items[j].name;
    if (!any) return;
    std::map<std::string_view, std::vector<const Named*>> by_name;
    for (const Named& item : items)
        by_name[item.name].push_back(&item);
    for (const auto& [name, same] : by_name)
        if (same.size() > 1) report(name, same);
}

}  // namespace fraiseql::graphql
