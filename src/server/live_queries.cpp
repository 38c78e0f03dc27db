// SPDX-License-Identifier: MIT
#include "server/live_queries.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <deque>
#include <exception>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "engine/version_reader.hpp"
#include "turbo/sha256.hpp"

namespace fraiseql::server {

using runtime::Clock;
using runtime::Task;

namespace {

constexpr auto kVersionsTimeout = std::chrono::seconds(5);
constexpr auto kRetry = std::chrono::seconds(1);

pg::Batch versions_batch(const std::vector<std::string>& contexts) {
    static const auto statement = pg::make_statement("SELECT turbo.live_versions($1)");
    pg::Batch batch;
    batch.calls.push_back({.statement = statement, .params = {engine::context_array(contexts)}});
    return batch;
}

/// Whether it could not be asked: there may be an answer later.
bool is_away(const LiveAnswer& answer) {
    return answer.status == 503 || answer.facts.first_error == ErrorCode::ServiceUnavailable;
}

}  // namespace

LiveMember::LiveMember() {
    static std::atomic<std::uint64_t> count = 0;
    number_ = ++count;
}

Task<LiveAnswer> LiveMember::execute(std::shared_ptr<const detail::resolved> event) {
    event_ = std::move(event);
    LiveAnswer answer = co_await execute(true);
    event_.reset();
    co_return answer;
}

struct LiveQueries::Group {
    struct Place {
        std::shared_ptr<LiveMember> member;
        /// What began before that is not what the member waits for.
        std::uint64_t joined = 0;
    };

    explicit Group(const engine::Live& facts) : key(facts.key), contexts(facts.contexts) {}

    std::string key;
    std::vector<std::string> contexts;
    std::vector<Place> places = {};
    bool due = false;
    bool queued = false;
    bool running = false;
    boost::asio::cancellation_signal cancel = {};
};

/// Shared with the coroutines, which may end after the worker's program.
struct LiveQueries::State {
    runtime::Executor executor;
    pg::Pool& pool;
    LiveSettings settings;
    std::map<std::string, std::shared_ptr<Group>> groups = {};
    /// nullptr while it is being found out to which group the member belongs.
    std::map<const LiveMember*, std::shared_ptr<Group>> members = {};
    /// By context, as they were read last.
    std::map<std::string, std::string> versions = {};
    /// Groups that are due, in the order in which they became so.
    std::deque<std::shared_ptr<Group>> queue = {};
    std::size_t running = 0;
    std::uint64_t clock = 0;
    bool watching = false;
};

LiveQueries::LiveQueries(const runtime::Executor& executor, pg::Pool& pool,
                         const LiveSettings& settings)
    : state_(
          std::make_shared<State>(State{.executor = executor, .pool = pool, .settings = settings})),
      streams_(executor) {}

LiveQueries::~LiveQueries() = default;

std::size_t LiveQueries::member_count() const noexcept {
    return state_->members.size() + streams_.member_count();
}

void LiveQueries::join(std::shared_ptr<LiveMember> member, const engine::Live& facts) {
    if (facts.source) return streams_.join(std::move(member), facts.source);
    add(state_, std::move(member), facts);
    if (std::exchange(state_->watching, true)) return;
    boost::asio::co_spawn(state_->executor, watch(state_), boost::asio::detached);
}

void LiveQueries::add(const std::shared_ptr<State>& state, std::shared_ptr<LiveMember> member,
                      const engine::Live& facts) {
    std::shared_ptr<Group>& group = state->groups[facts.key];
    if (group == nullptr) group = std::make_shared<Group>(facts);
    state->members[member.get()] = group;
    group->places.push_back({std::move(member), ++state->clock});
    make_due(state, group);
    start(state);
}

void LiveQueries::leave(const LiveMember& member) {
    streams_.leave(member);
    const auto found = state_->members.find(&member);
    if (found == state_->members.end()) return;
    const std::shared_ptr<Group> group = found->second;
    state_->members.erase(found);
    if (group == nullptr) return;
    std::erase_if(group->places, [&](const auto& place) { return place.member.get() == &member; });
    if (!group->places.empty()) return;
    state_->groups.erase(group->key);
    // Nobody waits for it any more.
    group->cancel.emit(boost::asio::cancellation_type::terminal);
}

void LiveQueries::look_again() {
    const auto groups = state_->groups;
    for (const auto& [key, group] : groups)
        dissolve(state_, group);
}

void LiveQueries::make_due(const std::shared_ptr<State>& state,
                           const std::shared_ptr<Group>& group) {
    group->due = true;
    if (group->running || std::exchange(group->queued, true)) return;
    state->queue.push_back(group);
}

void LiveQueries::start(const std::shared_ptr<State>& state) {
    while (state->running < state->settings.most_running && !state->queue.empty()) {
        const std::shared_ptr<Group> group = state->queue.front();
        state->queue.pop_front();
        group->queued = false;
        if (group->places.empty()) continue;
        ++state->running;
        group->running = true;
        // Holds the group, since the signal must outlive the coroutine.
        auto ended = [group](const std::exception_ptr&) {};
        boost::asio::co_spawn(
            state->executor, run(state, group),
            boost::asio::bind_cancellation_slot(group->cancel.slot(), std::move(ended)));
    }
}

Task<> LiveQueries::run(std::shared_ptr<State> state, std::shared_ptr<Group> group) {
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    group->due = false;
    const std::uint64_t began = ++state->clock;
    // Versions come before what they are of: what changes in between is seen by the next look.
    bool known = std::all_of(group->contexts.begin(), group->contexts.end(),
                             [&](const auto& each) { return state->versions.contains(each); });
    if (!known) known = co_await read_versions(state, group->contexts);
    LiveAnswer answer{.status = 503};
    if (known && !group->places.empty()) {
        const std::shared_ptr<LiveMember> member = group->places.front().member;
        answer = co_await member->execute(true);
    }
    group->running = false;
    --state->running;
    settle(state, group, began, answer);
    start(state);
}

void LiveQueries::settle(const std::shared_ptr<State>& state, const std::shared_ptr<Group>& group,
                         std::uint64_t began, const LiveAnswer& answer) {
    if (group->places.empty()) return;
    if (is_away(answer)) {
        // The next look makes it due.
        group->due = true;
        return;
    }
    if (answer.status != 200 || answer.facts.key != group->key) return dissolve(state, group);
    const std::string digest = turbo::sha256_hex(*answer.body);
    const auto places = group->places;
    for (const Group::Place& place : places) {
        if (place.joined > began || place.member->last_ == digest) continue;
        place.member->last_ = digest;
        place.member->deliver(answer.body);
    }
    if (group->due) make_due(state, group);
}

/// What its members come to is found out for each of them.
void LiveQueries::dissolve(const std::shared_ptr<State>& state,
                           const std::shared_ptr<Group>& group) {
    const auto places = std::exchange(group->places, {});
    state->groups.erase(group->key);
    for (const Group::Place& place : places) {
        state->members[place.member.get()] = nullptr;
        boost::asio::co_spawn(state->executor, regroup(state, place.member), boost::asio::detached);
    }
}

Task<> LiveQueries::regroup(std::shared_ptr<State> state, std::shared_ptr<LiveMember> member) {
    boost::asio::steady_timer timer(state->executor);
    LiveAnswer answer = co_await member->execute(false);
    while (is_away(answer) && state->members.contains(member.get())) {
        timer.expires_after(kRetry);
        co_await timer.async_wait(runtime::kAwait);
        answer = co_await member->execute(false);
    }
    if (!state->members.contains(member.get())) co_return;
    if (answer.status == 200 && !answer.facts.key.empty()) {
        add(state, std::move(member), answer.facts);
        co_return;
    }
    state->members.erase(member.get());
    member->refuse(answer.body ? std::string_view(*answer.body) : std::string_view());
}

Task<> LiveQueries::watch(std::shared_ptr<State> state) {
    boost::asio::steady_timer timer(state->executor);
    while (!state->members.empty()) {
        timer.expires_after(state->settings.interval);
        co_await timer.async_wait(runtime::kAwait);
        std::set<std::string> contexts;
        for (const auto& [key, group] : state->groups)
            contexts.insert(group->contexts.begin(), group->contexts.end());
        std::vector<std::string> list(contexts.begin(), contexts.end());
        bool read = false;
        if (!list.empty()) read = co_await read_versions(state, std::move(list));
        if (!read) continue;
        for (const auto& [key, group] : state->groups)
            if (group->due) make_due(state, group);
        start(state);
    }
    state->watching = false;
}

/// Reads them, and makes due what depends on those that are others than before.
Task<bool> LiveQueries::read_versions(std::shared_ptr<State> state,
                                      std::vector<std::string> contexts) {
    pg::Batch batch = versions_batch(contexts);
    const Clock::time_point deadline = Clock::now() + kVersionsTimeout;
    const pg::BatchResult result =
        co_await state->pool.run(std::move(batch), pg::Lane::Quick, deadline);
    if (!result || result->front().row_count() != 1) co_return false;
    std::string_view rest = result->front().get(0, 0);
    std::set<std::string> changed;
    for (const std::string& context : contexts) {
        const std::size_t comma = rest.find(',');
        const std::string_view version = rest.substr(0, comma);
        rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
        const auto [known, added] = state->versions.try_emplace(context, version);
        if (added || known->second == version) continue;
        known->second = version;
        changed.insert(context);
    }
    for (const auto& [key, group] : state->groups)
        if (std::any_of(group->contexts.begin(), group->contexts.end(),
                        [&](const auto& each) { return changed.contains(each); }))
            make_due(state, group);
    co_return true;
}

}  // namespace fraiseql::server
