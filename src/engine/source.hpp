// SPDX-License-Identifier: MIT
// Source: the events of a subscription that code of the application answers, one after the other.
#pragma once

#include <memory>
#include <optional>

#include "engine/begin.hpp"
#include "engine/context_state.hpp"
#include "engine/prepared.hpp"
#include "engine/resolving.hpp"
#include "fraiseql/stream.hpp"
#include "runtime/task_bridge.hpp"

namespace fraiseql::engine {

/// What comes next: an event, or why there are none any more; neither at the end.
struct Event {
    std::shared_ptr<const detail::resolved> value = {};
    std::optional<Error> error = {};
};

/// One subscription's source stream (GraphQL §6.2.3.1). Where it is destroyed, so is the stream,
/// wherever it waits. Used on its worker's thread.
class Source {
  public:
    /// Who asked, and what code has kept for the request. The transport must outlive the source;
    /// all else is its own.
    struct Request {
        std::unique_ptr<detail::context_state> state;
        std::unique_ptr<const Transport> transport;
        std::shared_ptr<const auth::Principal> principal;
    };

    Source(Request request, const detail::field_definition& field, Reporter reporter,
           const std::shared_ptr<runtime::WorkerHome>& home);
    ~Source();
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;

    /// Calls the resolver, which does not begin before the first event is asked for. Returns why
    /// there is no stream, if there is none.
    std::optional<Error> open(const json_node& arguments);
    /// Runs it to its next event. Where the caller is cancelled there is none.
    runtime::Task<Event> next();

  private:
    Error failed() const;

    Request request_;
    const detail::field_definition& field_;
    Reporter reporter_;
    // Shared with what other threads are doing for the resolver.
    std::shared_ptr<runtime::WorkerHome> home_;
    fraiseql::context context_;
    std::optional<fraiseql::stream<detail::resolved>> stream_ = {};
    std::optional<runtime::RunningTask<std::optional<detail::resolved>>> running_ = {};
};

}  // namespace fraiseql::engine
