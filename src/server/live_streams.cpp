// SPDX-License-Identifier: MIT
#include "server/live_streams.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <exception>
#include <utility>

#include "engine/engine.hpp"
#include "server/live_queries.hpp"

namespace fraiseql::server {

using runtime::Task;

namespace {

/// How soon it is seen that a client that was slow takes more.
constexpr auto kLookAgain = std::chrono::milliseconds(20);

}  // namespace

struct LiveStreams::Stream {
    std::shared_ptr<LiveMember> member;
    std::shared_ptr<engine::Source> source;
    boost::asio::cancellation_signal cancel = {};
    /// Nobody waits for it any more.
    bool over = false;
};

struct LiveStreams::State {
    runtime::Executor executor;
    std::map<const LiveMember*, std::shared_ptr<Stream>> streams = {};
};

LiveStreams::LiveStreams(const runtime::Executor& executor)
    : state_(std::make_shared<State>(State{.executor = executor})) {}

LiveStreams::~LiveStreams() = default;

std::size_t LiveStreams::member_count() const noexcept { return state_->streams.size(); }

void LiveStreams::join(std::shared_ptr<LiveMember> member, std::shared_ptr<engine::Source> source) {
    const auto stream = std::make_shared<Stream>();
    stream->member = std::move(member);
    stream->source = std::move(source);
    state_->streams[stream->member.get()] = stream;
    // Holds the stream, since the signal must outlive the coroutine.
    auto ended = [stream](const std::exception_ptr&) {};
    boost::asio::co_spawn(
        state_->executor, run(state_, stream),
        boost::asio::bind_cancellation_slot(stream->cancel.slot(), std::move(ended)));
}

void LiveStreams::leave(const LiveMember& member) {
    const auto found = state_->streams.find(&member);
    if (found == state_->streams.end()) return;
    const std::shared_ptr<Stream> stream = found->second;
    state_->streams.erase(found);
    stream->over = true;
    stream->cancel.emit(boost::asio::cancellation_type::terminal);
}

Task<> LiveStreams::run(std::shared_ptr<State> state, std::shared_ptr<Stream> stream) {
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    boost::asio::steady_timer timer(state->executor);
    bool more = true;
    while (more) {
        // Others have their turn, however fast the events are.
        co_await boost::asio::post(state->executor, runtime::kAwait);
        while (!stream->over && !stream->member->takes_more()) {
            timer.expires_after(kLookAgain);
            co_await timer.async_wait(runtime::kAwait);
        }
        more = !stream->over;
        if (more) more = co_await step(stream);
    }
    // What the resolver holds is free from now on, whoever still holds the stream.
    stream->source.reset();
    state->streams.erase(stream->member.get());
}

/// Delivers one answer, or the end. Returns whether there may be more.
Task<bool> LiveStreams::step(std::shared_ptr<Stream> stream) {
    LiveMember& member = *stream->member;
    const engine::Event event = co_await stream->source->next();
    if (stream->over) co_return false;
    if (event.error) {
        member.refuse(engine::Engine::refuse({*event.error}).body.str());
        co_return false;
    }
    if (!event.value) {
        member.complete();
        co_return false;
    }
    const LiveAnswer answer = co_await member.execute(event.value);
    if (stream->over) co_return false;
    if (answer.status != 200) {
        member.refuse(*answer.body);
        co_return false;
    }
    member.deliver(answer.body);
    co_return true;
}

}  // namespace fraiseql::server
