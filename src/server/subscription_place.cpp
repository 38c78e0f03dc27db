// SPDX-License-Identifier: MIT
#include "server/subscription_place.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace fraiseql::server {

std::optional<Error> SubscriptionPlace::take(std::shared_ptr<limit::InFlight> places,
                                             const auth::Principal* who,
                                             const http::Request& request) {
    const bool known = who != nullptr && who->authenticated;
    const std::string client =
        known ? "user " + who->subject : "address " + std::string(request.client_name());
    places_ = std::move(places);
    auto place = places_->enter(client);
    if (!place)
        return Error{.code = ErrorCode::RateLimited,
                     .message = fmt::format("{} subscriptions of this client are open; that is the "
                                            "limit.",
                                            places_->most()),
                     .hint = "End some of them first."};
    place_.emplace(std::move(*place));
    return std::nullopt;
}

}  // namespace fraiseql::server
