// SPDX-License-Identifier: MIT
// From the parameters of a function to the arguments of its field.
#pragma once

#include "catalog/annotation.hpp"
#include "schema/input_objects.hpp"

namespace fraiseql::schema {

/// The parameters of one function in GraphQL.
struct FunctionArguments {
    std::vector<graphql::InputValueSpec> specs = {};
    std::vector<ArgumentBinding> bindings = {};
    /// Why the function cannot be called after all, and what to do about it; empty where it can.
    std::string refusal = {};
    std::string remedy = {};
};

/// Tells the calling conventions apart by the parameters themselves (docs/functions.md). `name` is
/// that of the field. Fails where an annotation is wrong (Configuration).
Result<FunctionArguments> read_arguments(Draft& draft, InputObjects& inputs,
                                         const catalog::Function& function,
                                         const catalog::Annotations& annotations,
                                         const std::string& name);

}  // namespace fraiseql::schema
