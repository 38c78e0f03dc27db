// SPDX-License-Identifier: MIT
// LiveStreams: the subscriptions of one worker whose events code of the application makes.
#pragma once

#include <map>
#include <memory>

#include "engine/source.hpp"
#include "runtime/task.hpp"

namespace fraiseql::server {

class LiveMember;

/// Each has a source of its own, which is asked for an event when the client has taken the answer
/// to the one before. Used on its worker's thread.
class LiveStreams {
  public:
    explicit LiveStreams(const runtime::Executor& executor);
    LiveStreams(const LiveStreams&) = delete;
    LiveStreams& operator=(const LiveStreams&) = delete;
    ~LiveStreams();

    /// Delivers the answer to each event until the last one, or leave().
    void join(std::shared_ptr<LiveMember> member, std::shared_ptr<engine::Source> source);
    /// Ends its source. Nothing happens where it is not there.
    void leave(const LiveMember& member);

    std::size_t member_count() const noexcept;

  private:
    struct Stream;
    struct State;

    static runtime::Task<> run(std::shared_ptr<State> state, std::shared_ptr<Stream> stream);
    static runtime::Task<bool> step(std::shared_ptr<Stream> stream);

    // Shared with the coroutines, which may end after the worker's program.
    std::shared_ptr<State> state_;
};

}  // namespace fraiseql::server
