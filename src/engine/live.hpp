// SPDX-License-Identifier: MIT
// Live: a subscription to what the database has, from one answer to the next.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "engine/prepared.hpp"

namespace fraiseql::detail {
struct resolved;
}

namespace fraiseql::engine {

class Source;

/// One execution of it. The engine keeps nothing of a subscription: whoever wants the next answer
/// executes the request again when a version of the contexts has changed (turbo.versions).
struct Live {
    /// Which subscription it is.
    std::uint64_t number = 0;
    /// Whether there is to be an answer; else the execution only finds out what stands below.
    bool run = false;
    /// Equal ones have equal answers at any time, whoever asks; empty where the request is no
    /// subscription.
    std::string key = {};
    /// What the answer depends on.
    std::vector<std::string> contexts = {};
    /// Where code of the application makes the events: where it was not to run, what they come
    /// from.
    std::shared_ptr<Source> source = {};
    /// Else the event to be answered.
    std::shared_ptr<const detail::resolved> event = {};
    /// The code of the first error of the answer; nothing where there is none.
    std::optional<ErrorCode> first_error = {};
};

/// Whether `request` is a subscription whose events code of the application makes.
bool makes_events(const PreparedRequest& request);

/// Fills in what `request` comes to, or returns why it cannot be subscribed to. `shared` says
/// whether others may get the same answers: code of the application that sees requests may refuse
/// one of them, or extend its answers.
std::optional<Error> describe(const PreparedRequest& request, bool shared, Live& live);

/// Why a subscription is refused where there is no place for its answers.
Error no_place_for_subscriptions();

}  // namespace fraiseql::engine
