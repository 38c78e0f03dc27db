// SPDX-License-Identifier: MIT
// From what a function returns to the type of its field.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>

#include "catalog/annotation.hpp"
#include "schema/draft.hpp"

namespace fraiseql::schema {

/// JSON attributes of a composite in which `@result` lines find their keys.
constexpr std::array<std::string_view, 3> kInnerDocuments = {"extra_metadata", "object_data",
                                                             "data"};

/// The result of one function in GraphQL.
struct FunctionResult {
    ResultBinding binding = {};
    /// Documents: their shape, or nullptr where nothing tells it.
    lineage::ShapePointer shape = {};
    /// Keys that `@result` adds to a composite: they are inside one of its JSON attributes.
    lineage::ShapePointer inner = {};
    /// Why the function cannot be called after all, and what to do about it; empty where it can.
    std::string refusal = {};
    std::string remedy = {};
};

/// Tells the shapes of results apart by return type and annotations (docs/functions.md). Fails
/// where an annotation is wrong (Configuration).
Result<FunctionResult> read_result(Draft& draft, const catalog::Function& function,
                                   const catalog::Annotations& annotations);

/// `fn_create_post` → `create_post`; functions without the prefix keep their name.
std::string_view operation_name(const catalog::Function& function);

/// Adds the types of results to a draft; rows of one composite type share theirs.
class ResultTypes {
  public:
    explicit ResultTypes(Draft& draft) : draft_(draft) {}

    /// Return the type of the field `name` of Query, and of Mutation, as text.
    std::string write_query(const catalog::Function& function, FunctionResult& result,
                            const std::string& name);
    std::string write_mutation(const catalog::Function& function, FunctionResult& result,
                               const std::string& name);

  private:
    struct Payload;

    std::string document_type(const catalog::Function& function, const FunctionResult& result,
                              const std::string& name);
    std::string write_plain(const catalog::Function& function, FunctionResult& result,
                            const std::string& name);
    std::string write_union(const catalog::Function& function, FunctionResult& result,
                            const std::string& name);
    void add_parts(Payload& payload, const catalog::Function& function,
                   const FunctionResult& result);
    void add_entity(Payload& payload, const FunctionResult& result);
    std::string write_failure(const FunctionResult& result, const std::string& name);
    void write_failure_interface();

    Draft& draft_;
    std::map<catalog::Oid, std::string> by_row_type_ = {};
    std::string failure_ = {};
    std::string field_error_ = {};
};

}  // namespace fraiseql::schema
