// SPDX-License-Identifier: MIT
// Execution: one request while the engine executes it.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "engine/assemble.hpp"
#include "engine/begin.hpp"
#include "engine/context_state.hpp"
#include "engine/engine.hpp"
#include "engine/resolving.hpp"
#include "engine/written.hpp"

namespace fraiseql::engine {

/// What one execute() has come to so far.
struct Engine::Execution {
    PreparedRequest request;
    runtime::Clock::time_point deadline;
    std::optional<replica::Position> seen = {};
    Written written = {};
    std::vector<UnitResult> results = {};
    /// Units that no plan keeps: those of fields run apart, and the nulls of failed ones.
    std::deque<std::vector<CompiledUnit>> apart = {};
    std::deque<compile::Unit> nulls = {};
    std::vector<Error> errors = {};
    /// A field that may not be null has none: `data` as a whole is null (GraphQL §6.4.4).
    bool data_is_null = false;
    runtime::Clock::time_point started = {};
    Begun* begun = nullptr;
    /// Code of the application was told what has come of it.
    bool concluded = false;
    /// What code of the application answers, by root; empty where nothing does.
    detail::context_state* context = nullptr;
    /// Where no code has seen the request before.
    std::unique_ptr<detail::context_state> own_context = {};
    std::vector<std::unique_ptr<Resolving>> resolving = {};
    std::vector<json_text> resolved = {};
    /// The event of a subscription that is to be answered.
    std::shared_ptr<const detail::resolved> event = {};

    /// What holds for the request, from its beginning to its end.
    const Settings& settings() const { return *begun->settings; }
};

}  // namespace fraiseql::engine
