// SPDX-License-Identifier: MIT
// Input object types for what functions take: from composite types and from annotations.
#pragma once

#include <map>
#include <string>

#include "lineage/shape.hpp"
#include "schema/draft.hpp"

namespace fraiseql::schema {

/// The type of an argument or of a member of an input object.
struct InputType {
    /// Without the outer `!`: "[OrderLineInput!]", "String".
    std::string text;
    /// The input object inside, or empty.
    std::string object = {};
};

/// Adds input types to a draft and remembers those of composite types, which functions share.
class InputObjects {
  public:
    explicit InputObjects(Draft& draft) : draft_(draft) {}

    /// Returns the input type for values of `shape`; `wanted` is the name of the object in it where
    /// no composite type gives one. `key` is the SQL name of the value.
    InputType use(const lineage::Shape& shape, const std::string& wanted, std::string_view key);

  private:
    std::string write(const lineage::Object& object, const std::string& wanted);

    Draft& draft_;
    std::map<catalog::Oid, std::string> by_row_type_ = {};
};

/// Returns a description of what a domain's CHECKs demand, or nothing: "Must satisfy VALUE > 0."
std::string describe_checks(const catalog::Catalog& catalog, catalog::Oid type);

}  // namespace fraiseql::schema
