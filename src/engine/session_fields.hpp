// SPDX-License-Identifier: MIT
// SessionFields: who answers the functions marked `@session`, for one request.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "json/value.hpp"
#include "runtime/task.hpp"

namespace fraiseql::engine {

/// Outlives the request. The function itself gets the answer, and none of the arguments: passwords
/// do not reach PostgreSQL.
class SessionFields {
  public:
    SessionFields() = default;
    SessionFields(const SessionFields&) = delete;
    SessionFields& operator=(const SessionFields&) = delete;
    virtual ~SessionFields() = default;

    /// Does what `action` says (schema::kSessionActions), with the field's arguments, and returns
    /// the answer as JSON.
    virtual runtime::Task<Result<std::string>> answer(std::string_view action,
                                                      const json::Value& arguments) = 0;
};

}  // namespace fraiseql::engine
