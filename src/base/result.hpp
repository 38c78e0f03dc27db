// SPDX-License-Identifier: MIT
// Result<T>: a value, or the Error that says why there is none.
#pragma once

#include <tl/expected.hpp>
#include <utility>

#include "base/error.hpp"

namespace fraiseql {

/// `std::expected` in all but name, until the compilers we support have it.
template <class T>
using Result = tl::expected<T, Error>;

/// Makes the failed state of any Result<T>.
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

inline tl::unexpected<Error> fail(ErrorCode code, std::string message, std::string hint = {}) {
    return fail(Error{.code = code, .message = std::move(message), .hint = std::move(hint)});
}

}  // namespace fraiseql

#define FRAISEQL_CONCAT_(a, b) a##b
#define FRAISEQL_CONCAT(a, b) FRAISEQL_CONCAT_(a, b)

/// `FRAISEQL_TRY(auto x, f());` declares x from the value, or returns f's error to the caller.
/// Not for coroutines: g++ 12 miscompiles what this would become there.
#define FRAISEQL_TRY(declaration, expression)                                                 \
    auto FRAISEQL_CONCAT(fraiseql_try_, __LINE__) = (expression);                             \
    if (!FRAISEQL_CONCAT(fraiseql_try_, __LINE__))                                            \
        return ::fraiseql::fail(std::move(FRAISEQL_CONCAT(fraiseql_try_, __LINE__)).error()); \
    declaration = std::move(*FRAISEQL_CONCAT(fraiseql_try_, __LINE__))
