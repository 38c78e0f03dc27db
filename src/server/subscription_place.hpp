// SPDX-License-Identifier: MIT
// SubscriptionPlace: one of the subscriptions that a client may have at a time.
#pragma once

#include <memory>
#include <optional>

#include "auth/principal.hpp"
#include "base/error.hpp"
#include "http/message.hpp"
#include "limit/in_flight.hpp"

namespace fraiseql::server {

class SubscriptionPlace {
  public:
    /// Takes a place for whoever asks: of a user, or of an address without a token. Returns why
    /// there is none.
    std::optional<Error> take(std::shared_ptr<limit::InFlight> places, const auth::Principal* who,
                              const http::Request& request);
    bool taken() const noexcept { return place_.has_value(); }
    void leave() { place_.reset(); }

  private:
    // Before the place, which must not outlive them.
    std::shared_ptr<limit::InFlight> places_ = {};
    std::optional<limit::InFlight::Place> place_ = {};
};

}  // namespace fraiseql::server
