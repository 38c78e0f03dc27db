// SPDX-License-Identifier: MIT
#include "schema/function_overloads.hpp"

#include <algorithm>
#include <vector>

namespace fraiseql::schema {
namespace {

using catalog::Argument;
using catalog::Function;

std::vector<const Argument*> inputs_of(const Function& function) {
    std::vector<const Argument*> out;
    for (const Argument& argument : function.arguments)
        if (argument.is_input()) out.push_back(&argument);
    return out;
}

/// Parameters are passed by position up to the last one without a name.
std::size_t positional_count(const std::vector<const Argument*>& inputs) {
    for (std::size_t i = inputs.size(); i > 0; --i)
        if (inputs[i - 1]->name.empty()) return i;
    return 0;
}

/// The position of the parameter of `other` that gets what is passed as `inputs[index]`, or its
/// size.
std::size_t same_parameter(const std::vector<const Argument*>& inputs, std::size_t index,
                           const std::vector<const Argument*>& other) {
    for (std::size_t i = 0; i < other.size(); ++i) {
        const bool meant =
            index < positional_count(inputs) ? i == index : other[i]->name == inputs[index]->name;
        if (meant && other[i]->type == inputs[index]->type) return i;
    }
    return other.size();
}

/// Whether one set of arguments suits both: it has what each requires, and nothing that one of
/// them does not have.
bool may_mean_both(const Function& one, const Function& two) {
    const std::vector<const Argument*> first = inputs_of(one);
    const std::vector<const Argument*> second = inputs_of(two);
    std::vector<bool> given(second.size(), false);
    for (std::size_t i = 0; i < first.size(); ++i) {
        const std::size_t at = same_parameter(first, i, second);
        if (at < second.size())
            given[at] = true;
        else if (!first[i]->has_default)
            return false;
    }
    for (std::size_t i = 0; i < second.size(); ++i)
        if (!given[i] && !second[i]->has_default) return false;
    return true;
}

}  // namespace

const Function* find_ambiguous_overload(const catalog::Catalog& catalog, const Function& function) {
    for (const Function* other : catalog.functions(function.schema, function.name))
        if (other->oid != function.oid && may_mean_both(function, *other)) return other;
    return nullptr;
}

}  // namespace fraiseql::schema
