// SPDX-License-Identifier: MIT
#include "base/error.hpp"

namespace fraiseql {

const std::vector<ErrorCodeInfo>& error_codes() {
    static const std::vector<ErrorCodeInfo> table = {
#define X(enumerator, wire, status, meaning) {ErrorCode::enumerator, wire, status, meaning},
#include "base/error_codes.def"
#undef X
    };
    return table;
}

const ErrorCodeInfo& info(ErrorCode code) noexcept {
    return error_codes()[static_cast<std::size_t>(code)];
}

std::string to_string(const Error& error) {
    return error.hint.empty() ? error.message : error.message + "\n  hint: " + error.hint;
}

}  // namespace fraiseql
