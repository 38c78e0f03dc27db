// SPDX-License-Identifier: MIT
#include "server/key_watch.hpp"

#include <algorithm>
#include <utility>

namespace fraiseql::server {

namespace {

constexpr std::size_t kMaxWaiting = 1024;

}  // namespace

KeyWatch::KeyWatch(KeyWatchSettings settings, std::shared_ptr<KeyFeed> feed)
    : settings_(std::move(settings)), feed_(std::move(feed)) {
    for (const KeySource& source : settings_.sources)
        states_.push_back({.source = source});
}

KeyWatch::~KeyWatch() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

Result<void> KeyWatch::start() {
    for (State& state : states_)
        if (auto done = read(state); !done)
            return fail(ErrorCode::Configuration,
                        "The keys of tokens cannot be read: " + done.error().message,
                        "Check --jwks-url, and that this machine may reach it.");
    last_read_ = Clock::now();
    publish();
    thread_ = std::thread([this] { run(); });
    return {};
}

bool KeyWatch::refresh(std::shared_ptr<runtime::Mailbox> mailbox, std::function<void()> done) {
    {
        const std::lock_guard lock(mutex_);
        const bool recent = Clock::now() - last_read_ < settings_.cooldown;
        const bool under_way = reading_ || !waiting_.empty();
        if (waiting_.size() >= kMaxWaiting || (recent && !under_way)) return false;
        waiting_.emplace_back(std::move(mailbox), std::move(done));
    }
    wake_.notify_all();
    return true;
}

void KeyWatch::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        const auto next = std::ranges::min(states_, {}, &State::due).due;
        wake_.wait_until(lock, next, [this] { return stopping_ || !waiting_.empty(); });
        if (stopping_) return;
        const bool asked = !waiting_.empty();
        reading_ = true;
        lock.unlock();
        if (asked)
            for (State& state : states_)
                state.due = {};
        read_all();
        lock.lock();
        reading_ = false;
        last_read_ = Clock::now();
        for (auto& [mailbox, done] : std::exchange(waiting_, {}))
            mailbox->deliver(std::move(done));
    }
}

void KeyWatch::read_all() {
    bool changed = false;
    for (State& state : states_) {
        if (Clock::now() < state.due) continue;
        const auto done = read(state);
        if (done) {
            changed = changed || *done;
            continue;
        }
        state.due = Clock::now() + settings_.retry;
        const bool gone = expire(state);
        changed = changed || gone;
        if (settings_.log)
            settings_.log(
                LogEntry::warning("keys of tokens: " + done.error().message +
                                  (state.keys.empty() ? "; there are none left of it"
                                                      : "; those of before stay in use")));
    }
    if (!changed) return;
    const std::shared_ptr<const auth::Keys> before = feed_->current();
    publish();
    if (settings_.on_change) settings_.on_change(describe_change(*before, *feed_->current()));
}

/// Returns whether the set has changed.
Result<bool> KeyWatch::read(State& state) const {
    FRAISEQL_TRY(fetch::Document document, fetch::get(state.source.url, settings_.limits));
    const auto now = Clock::now();
    const bool changed = document.body != state.text || state.keys.empty();
    if (changed) {
        auto keys = auth::read_key_set(document.body);
        if (!keys)
            return fail(ErrorCode::ServiceUnavailable,
                        state.source.url + " has no key set: " + keys.error().message);
        for (auth::Key& key : *keys)
            key.issuer = state.source.issuer;
        state.keys = std::move(*keys);
        state.text = std::move(document.body);
    }
    state.read_at = now;
    const std::chrono::milliseconds age =
        document.max_age ? std::chrono::milliseconds(*document.max_age) : settings_.usual;
    state.due = now + std::clamp(age, settings_.shortest, settings_.longest);
    return changed;
}

/// Drops keys that nobody has confirmed for too long, and returns whether it did.
bool KeyWatch::expire(State& state) const {
    if (state.keys.empty() || Clock::now() - state.read_at < settings_.stale) return false;
    state.keys.clear();
    return true;
}

void KeyWatch::publish() {
    auth::Keys all = settings_.own;
    for (const State& state : states_)
        all.insert(all.end(), state.keys.begin(), state.keys.end());
    feed_->publish(std::make_shared<const auth::Keys>(std::move(all)));
}

}  // namespace fraiseql::server
