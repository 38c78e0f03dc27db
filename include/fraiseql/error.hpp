// SPDX-License-Identifier: MIT
// failure: the one exception of the library, with what clients see of it.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fraiseql/export.hpp"

namespace fraiseql {

/// What went wrong and what to do about it. Thrown by what the library offers to applications, and
/// by applications where a request is to fail: `code` then is `extensions.code` of the error that
/// the client gets. Codes of the server are listed in docs/reference/errors.md; an application may
/// have its own.
class FRAISEQL_EXPORT failure : public std::runtime_error {
  public:
    /// Further members of `extensions`: `sqlstate`, `constraint`, …
    using Extensions = std::vector<std::pair<std::string, std::string>>;

    explicit failure(const std::string& message, std::string code = "BAD_USER_INPUT",
                     std::string hint = {}, Extensions extensions = {});
    failure(const failure&);
    failure& operator=(const failure&);
    ~failure() override;

    const std::string& code() const noexcept { return code_; }
    /// What the reader can do; may be empty.
    const std::string& hint() const noexcept { return hint_; }
    const Extensions& extensions() const noexcept { return extensions_; }
    /// Returns the extension called `name`, or an empty text.
    std::string_view extension(std::string_view name) const noexcept;

  private:
    std::string code_;
    std::string hint_;
    Extensions extensions_;
};

}  // namespace fraiseql
