// SPDX-License-Identifier: MIT
#include "engine/live.hpp"

#include "engine/cache_plan.hpp"
#include "turbo/sha256.hpp"

namespace fraiseql::engine {

bool makes_events(const PreparedRequest& request) {
    const plan::Plan& plan = request.operation->plan;
    return plan.type == graphql::OperationType::Subscription && plan.has_resolvers;
}

std::optional<Error> describe(const PreparedRequest& request, bool shared, Live& live) {
    // Whatever has no connection to a version has one subscriber.
    if (makes_events(request)) {
        live.key = "events/" + std::to_string(live.number);
        return std::nullopt;
    }
    const CachePlan* plan = request.operation->cache.get();
    if (plan == nullptr)
        return Error{.code = ErrorCode::BadUserInput,
                     .message = "Nothing tells when the answer to this subscription changes.",
                     .hint =
                         "Leave out estimated counts; where a condition of @authorize reads other "
                         "tables, ask with a query."};
    std::string keys;
    for (const CompiledUnit& unit : *request.units)
        keys += cache_key(*plan, request, unit, bind_unit(unit, request));
    live.key = turbo::sha256_hex(keys);
    // What code computes may be another thing for each.
    if (!shared || request.operation->plan.has_computed)
        live.key += '/' + std::to_string(live.number);
    live.contexts = plan->contexts;
    return std::nullopt;
}

Error no_place_for_subscriptions() {
    return {.code = ErrorCode::BadRequest,
            .message = "A subscription has more than one answer.",
            .hint = "Subscribe over a WebSocket at this URL (graphql-transport-ws)."};
}

}  // namespace fraiseql::engine
