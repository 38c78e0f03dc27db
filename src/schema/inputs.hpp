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

/// The type of an aggregate function's results: PostAggregate and sum → PostAggregateSum.
std::string aggregate_type(const std::string& aggregate, std::string_view function);

inline constexpr const char* kOrderDirection = "OrderDirection";

}  // namespace fraiseql::schema
