// SPDX-License-Identifier: MIT
// RequestName: what a request is called in logs, found out only where something is logged.
#pragma once

#include <string_view>

namespace fraiseql::engine {

class RequestName {
  public:
    /// Returns the same each time; it lives as long as the request.
    virtual std::string_view id() const = 0;

  protected:
    ~RequestName() = default;
};

}  // namespace fraiseql::engine
