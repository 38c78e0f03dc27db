// SPDX-License-Identifier: MIT
// CollectFields (spec §6.3.2): which fields a selection set asks of an object, merged and in order.
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "graphql/ast.hpp"
#include "graphql/schema.hpp"
#include "json/value.hpp"

namespace fraiseql::graphql {

/// Gives the boolean of an `if` argument of @skip or @include: a Boolean literal or a Variable.
using Condition = std::function<bool(const Value& value)>;

/// Reads conditions from coerced variables (coerce_variable_values); an absent one is false.
/// `variables` must outlive the result.
Condition condition_of(const json::Value& variables);

/// The fields that share one response key: the first node's arguments are all nodes' arguments
/// (§5.3.2), their selection sets together are the sub-selection.
struct FieldGroup {
    std::string_view response_key;
    /// Never nullptr in a validated document; meta-fields have theirs, see Schema::field.
    const FieldDef* definition = nullptr;
    std::vector<const Field*> nodes = {};

    const Field& node() const noexcept { return *nodes.front(); }
};

/// Returns the fields of `sets` that apply to the object type `object`, in the order in which their
/// response keys first appear. For an abstract type, call it for each of its possible types. Every
/// fragment is entered once, so the time is linear in the document. Needs a validated document.
std::vector<FieldGroup> collect_fields(const Schema& schema, const Document& document,
                                       const NamedType& object,
                                       std::span<const SelectionSet* const> sets,
                                       const Condition& condition);

/// The same for the sub-selection of a group of merged fields (§6.4.3 CollectSubfields).
std::vector<FieldGroup> collect_subfields(const Schema& schema, const Document& document,
                                          const NamedType& object, const FieldGroup& group,
                                          const Condition& condition);

/// Whether `@skip` and `@include` let a node stand.
bool is_included(std::span<const Directive> directives, const Condition& condition);

}  // namespace fraiseql::graphql
