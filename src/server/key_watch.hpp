// SPDX-License-Identifier: MIT
// KeyWatch: keeps the keys that verify tokens equal to those that issuers publish.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "auth/key.hpp"
#include "base/log.hpp"
#include "fetch/fetch.hpp"
#include "server/config_news.hpp"
#include "server/feed.hpp"

namespace fraiseql::server {

/// Where an issuer publishes its JWK set.
struct KeySource {
    std::string url;
    /// The `iss` of all tokens that its keys sign; empty where any will do.
    std::string issuer = {};
};

struct KeyWatchSettings {
    std::vector<KeySource> sources = {};
    /// Keys that are there besides: those of this server's own sessions.
    auth::Keys own = {};
    fetch::Limits limits = {};
    /// A set is read again when its Cache-Control says so, within these bounds.
    std::chrono::milliseconds shortest{60'000};
    std::chrono::milliseconds usual{300'000};
    std::chrono::milliseconds longest{3'600'000};
    /// After a failure. The keys of before stay in use meanwhile, though not for ever.
    std::chrono::milliseconds retry{15'000};
    std::chrono::milliseconds stale{86'400'000};
    /// Tokens with unknown keys make it read the sets at most that often.
    std::chrono::milliseconds cooldown{10'000};
    /// Hears what is different after the start.
    OnChange on_change = {};
    /// Called on the watch's thread. May be empty.
    Log log = {};
};

using KeyFeed = Feed<auth::Keys>;

/// Has a thread of its own, since it waits for other servers.
class KeyWatch {
  public:
    KeyWatch(KeyWatchSettings settings, std::shared_ptr<KeyFeed> feed);
    KeyWatch(const KeyWatch&) = delete;
    KeyWatch& operator=(const KeyWatch&) = delete;
    ~KeyWatch();

    /// Reads all sets, publishes their keys and starts the thread. Fails where one cannot be read:
    /// nobody could be told from anybody.
    Result<void> start();

    /// Reads the sets anew, after which `done` is delivered to `mailbox`, behind the new keys.
    /// False where that was done a short while ago, or too many wait: then `done` is dropped.
    bool refresh(std::shared_ptr<runtime::Mailbox> mailbox, std::function<void()> done);

  private:
    using Clock = std::chrono::steady_clock;

    struct State {
        KeySource source;
        std::string text = {};
        auth::Keys keys = {};
        Clock::time_point read_at = {};
        Clock::time_point due = {};
    };

    void run();
    Result<bool> read(State& state) const;
    bool expire(State& state) const;
    void read_all();
    void publish();

    KeyWatchSettings settings_;
    std::shared_ptr<KeyFeed> feed_;
    /// Used by start(), and then on the thread only.
    std::vector<State> states_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    bool reading_ = false;
    Clock::time_point last_read_ = {};
    std::vector<std::pair<std::shared_ptr<runtime::Mailbox>, std::function<void()>>> waiting_;
    std::thread thread_;
};

}  // namespace fraiseql::server
