// SPDX-License-Identifier: MIT
#include "fraiseql/error.hpp"

namespace fraiseql {

failure::failure(const std::string& message, std::string code, std::string hint,
                 Extensions extensions)
    : std::runtime_error(message),
      code_(std::move(code)),
      hint_(std::move(hint)),
      extensions_(std::move(extensions)) {}

failure::failure(const failure&) = default;
failure& failure::operator=(const failure&) = default;
failure::~failure() = default;

std::string_view failure::extension(std::string_view name) const noexcept {
    for (const auto& [key, value] : extensions_)
        if (key == name) return value;
    return {};
}

}  // namespace fraiseql
