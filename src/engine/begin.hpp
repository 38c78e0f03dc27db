// SPDX-License-Identifier: MIT
// Begun: a request that code of the application has seen before anything was decided about it.
#pragma once

#include <memory>
#include <string>

#include "engine/context_state.hpp"
#include "engine/settings.hpp"
#include "fraiseql/context.hpp"

namespace fraiseql::engine {

/// Filled by Engine::begin(); outlives the execution of the request.
struct Begun {
    Begun(const auth::Principal* who, std::shared_ptr<const Settings> held)
        : settings(std::move(held)), principal(who) {}

    /// What holds for the request; not nullptr.
    std::shared_ptr<const Settings> settings;
    /// nullptr: no code of the application is to see the request.
    std::unique_ptr<detail::context_state> state = {};
    std::unique_ptr<fraiseql::context> context = {};
    /// Who asks; after begin() with the tenant and what the application's authorizers grant.
    const auth::Principal* principal;
    /// What limits with the key `custom` count by; empty: nobody has said.
    std::string rate_key = {};
};

}  // namespace fraiseql::engine
