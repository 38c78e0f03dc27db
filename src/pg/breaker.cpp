// SPDX-License-Identifier: MIT
#include "pg/breaker.hpp"

#include <random>

namespace fraiseql::pg {
namespace {

using namespace std::chrono_literals;

// Longer than any attempt to connect takes: only one whose pool is gone says nothing for so long.
constexpr auto kForgotten = 30s;
constexpr auto kLookInterval = 2s;

}  // namespace

Breaker::Breaker() : backoff_(std::random_device{}()) {}

std::optional<Breaker::Attempt> Breaker::admit(TimePoint now) {
    if (state() == State::Closed) return Attempt{.began = now};
    const std::lock_guard lock(mutex_);
    switch (state()) {
        case State::Closed:
            return Attempt{.began = now};
        case State::HalfOpen:
            if (now < probed_ + kForgotten) return std::nullopt;
            break;
        case State::Open:
            if (!backoff_.due(now)) return std::nullopt;
            break;
    }
    state_ = State::HalfOpen;
    probed_ = now;
    return Attempt{.began = now, .probe = true};
}

bool Breaker::failed(TimePoint now, const Attempt& attempt, const sql::DatabaseError& error) {
    const std::lock_guard lock(mutex_);
    const bool opened = state() == State::Closed;
    // Attempts from before it was opened, or closed, tell nothing new.
    if (opened ? attempt.began < closed_ : !attempt.probe) return false;
    if (opened) ++openings_;
    state_ = State::Open;
    error_ = error;
    backoff_.failed(now);
    return opened;
}

bool Breaker::succeeded(TimePoint now) {
    if (state() == State::Closed) return false;
    const std::lock_guard lock(mutex_);
    if (state() == State::Closed) return false;
    state_ = State::Closed;
    closed_ = now;
    backoff_.succeeded();
    std::erase_if(followers_, [](const auto& each) { return !each.first->deliver(each.second); });
    return true;
}

void Breaker::hope() {
    if (state() != State::Open) return;
    const std::lock_guard lock(mutex_);
    backoff_.hurry();
}

bool Breaker::may_look(TimePoint now) {
    const std::lock_guard lock(mutex_);
    if (now < looked_ + kLookInterval) return false;
    looked_ = now;
    return true;
}

void Breaker::follow(std::shared_ptr<runtime::Mailbox> mailbox, std::function<void()> back) {
    const std::lock_guard lock(mutex_);
    followers_.emplace_back(std::move(mailbox), std::move(back));
}

sql::DatabaseError Breaker::error() const {
    const std::lock_guard lock(mutex_);
    return error_;
}

std::uint64_t Breaker::openings() const {
    const std::lock_guard lock(mutex_);
    return openings_;
}

const char* to_string(Breaker::State state) noexcept {
    switch (state) {
        case Breaker::State::Closed:
            return "closed";
        case Breaker::State::HalfOpen:
            return "half-open";
        case Breaker::State::Open:
            return "open";
    }
    return "";
}

}  // namespace fraiseql::pg
