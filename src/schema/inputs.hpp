// SPDX-License-Identifier: MIT
// Names of the input types that go with an object type.
#pragma once

#include <string>
#include <string_view>

namespace fraiseql::schema {

/// The filter of an entity's rows, and of the same object inside a document, which has no columns
/// besides it.
inline std::string where_input(const std::string& type) { return type + "WhereInput"; }
inline std::string nested_where_input(const std::string& type) {
    return type + "DocumentWhereInput";
}
inline std::string list_filter(const std::string& type) { return type + "ListFilter"; }

inline std::string order_input(const std::string& type) { return type + "OrderByInput"; }
inline std::string nested_order_input(const std::string& type) {
    return type + "DocumentOrderByInput";
}

/// The inputs that a list of objects of this type is filtered and ordered with.
struct ListInputs {
    std::string where;
    std::string order;
};
inline ListInputs list_inputs(const std::string& type, bool of_entity) {
    if (of_entity) return {where_input(type), order_input(type)};
    return {nested_where_input(type), nested_order_input(type)};
}

/// The type of an aggregate function's results: PostAggregate and sum → PostAggregateSum.
std::string aggregate_type(const std::string& aggregate, std::string_view function);

inline constexpr const char* kOrderDirection = "OrderDirection";

}  // namespace fraiseql::schema
