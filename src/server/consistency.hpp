// SPDX-License-Identifier: MIT
// Consistency: what clients have seen of their own writes, as answers tell them and requests say.
#pragma once

#include <chrono>
#include <optional>

#include "base/result.hpp"
#include "http/message.hpp"
#include "json/value.hpp"
#include "replica/position.hpp"

namespace fraiseql::server {

struct ConsistencySettings {
    /// How far replicas may be behind: for so long a client has to be recognised, then every
    /// replica that answers has what it wrote.
    std::chrono::milliseconds max_lag{5000};
    /// Clients come by TLS.
    bool tls = false;
};

/// Returns what `extensions.consistency` and the cookie say, the later of the two; nothing where
/// neither is there. BadRequest where one of them is no token.
Result<std::optional<replica::Position>> read_seen(const http::Request& request,
                                                   const json::Value* extensions,
                                                   const ConsistencySettings& settings);

/// Makes the client's browser say `position` with its next requests.
void remember(http::Response& response, const replica::Position& position,
              const ConsistencySettings& settings);

/// Makes it forget, so that a cookie that is no token does not come again.
void forget(http::Response& response, const ConsistencySettings& settings);

}  // namespace fraiseql::server
