// SPDX-License-Identifier: MIT
// LiveQueries: the subscriptions of one worker, executed again when what they read has changed.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/live.hpp"
#include "pg/pool.hpp"
#include "runtime/task.hpp"
#include "server/live_streams.hpp"

namespace fraiseql::server {

/// What an execution of a subscription came to.
struct LiveAnswer {
    engine::Live facts = {};
    /// Of HTTP: 200 where it was executed.
    int status = 200;
    std::shared_ptr<const std::string> body = {};
};

/// One subscription of one client.
class LiveMember {
  public:
    LiveMember();
    virtual ~LiveMember() = default;

    /// Which one it is, of all that there have been since the start of the process.
    std::uint64_t number() const noexcept { return number_; }

    /// Executes it as whoever subscribes, with the rights that they have now; without `run`, only
    /// finds out what it comes to. The caller holds the member until the end. Throws nothing.
    virtual runtime::Task<LiveAnswer> execute(bool run) = 0;
    /// Executes it as execute(true) does, as the answer to `event`.
    runtime::Task<LiveAnswer> execute(std::shared_ptr<const detail::resolved> event);
    /// The event that is being answered; nullptr where code makes none.
    const std::shared_ptr<const detail::resolved>& event() const noexcept { return event_; }
    /// Whether the client has taken what was delivered, or nearly so.
    virtual bool takes_more() const = 0;
    /// The answer is another one than before.
    virtual void deliver(const std::shared_ptr<const std::string>& body) = 0;
    /// There will be no more answers: `body` is the response that says why.
    virtual void refuse(std::string_view body) = 0;
    /// There will be no more answers: there are no more events.
    virtual void complete() = 0;

  private:
    friend class LiveQueries;
    std::shared_ptr<const detail::resolved> event_ = {};
    std::uint64_t number_;
    /// A digest of what was delivered last.
    std::string last_;
};

struct LiveSettings {
    /// From one look at the versions to the next, while there are subscriptions.
    std::chrono::milliseconds interval{100};
    /// Executions at a time; what else has changed waits for its turn.
    std::size_t most_running = 8;
};

/// Subscriptions that have equal answers are one group, which is executed once for all of them. Its
/// contexts' versions are state of the database, not messages: nothing is lost while it is away,
/// and no answer is older than the last look. Those whose events code makes are apart. Used on its
/// worker's thread.
class LiveQueries {
  public:
    LiveQueries(const runtime::Executor& executor, pg::Pool& pool, const LiveSettings& settings);
    LiveQueries(const LiveQueries&) = delete;
    LiveQueries& operator=(const LiveQueries&) = delete;
    ~LiveQueries();

    /// Delivers the answer, and each later one, until leave().
    void join(std::shared_ptr<LiveMember> member, const engine::Live& facts);
    void leave(const LiveMember& member);
    /// The schema, or what somebody may see, is another one: executes everything again.
    void look_again();

    std::size_t member_count() const noexcept;

  private:
    struct Group;
    struct State;

    static void add(const std::shared_ptr<State>& state, std::shared_ptr<LiveMember> member,
                    const engine::Live& facts);
    static void make_due(const std::shared_ptr<State>& state, const std::shared_ptr<Group>& group);
    static void start(const std::shared_ptr<State>& state);
    static void settle(const std::shared_ptr<State>& state, const std::shared_ptr<Group>& group,
                       std::uint64_t began, const LiveAnswer& answer);
    static void dissolve(const std::shared_ptr<State>& state, const std::shared_ptr<Group>& group);
    static runtime::Task<> watch(std::shared_ptr<State> state);
    static runtime::Task<> run(std::shared_ptr<State> state, std::shared_ptr<Group> group);
    static runtime::Task<> regroup(std::shared_ptr<State> state,
                                   std::shared_ptr<LiveMember> member);
    static runtime::Task<bool> read_versions(std::shared_ptr<State> state,
                                             std::vector<std::string> contexts);

    std::shared_ptr<State> state_;
    LiveStreams streams_;
};

}  // namespace fraiseql::server
