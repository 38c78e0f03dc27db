// SPDX-License-Identifier: MIT
// SettingsWatch: has settings read again when their file changes, and when somebody asks for it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "runtime/polling_thread.hpp"
#include "server/config_news.hpp"

namespace fraiseql::server {

/// What has come into effect.
struct SettingsNews {
    /// One for each setting that is different.
    std::vector<std::string> lines = {};
    /// Called when they have been said: what changes how they are said. May be empty.
    std::function<void()> done = {};
};

struct SettingsWatchSettings {
    /// The file that settings were read from; empty: none is looked at.
    std::string file = {};
    /// What was in it then.
    std::string text = {};
    /// Reads the settings and puts them into effect. Fails where nothing has come into effect.
    /// Called on the watch's thread.
    std::function<Result<SettingsNews>()> read = {};
    /// Hears what has changed, or why nothing has, on the watch's thread. May be empty.
    OnChange on_change = {};
    /// Called there, too. May be empty.
    Log log = {};
    /// Between looks at the file.
    std::chrono::milliseconds poll{1000};
};

/// Has a thread of its own, since files may be far away. A file counts once it is the same at two
/// looks, so that none is read while it is being written; whether it was written in place, replaced
/// by another, or stands behind a link that was, makes no difference.
class SettingsWatch {
  public:
    explicit SettingsWatch(SettingsWatchSettings settings);
    SettingsWatch(const SettingsWatch&) = delete;
    SettingsWatch& operator=(const SettingsWatch&) = delete;

    void start() { thread_.start(); }

    /// Has the settings read soon, as after SIGHUP, and says what came of it.
    void reload() { thread_.ask(); }

  private:
    /// Whether the file has become another one, and has stayed that.
    bool has_changed();
    void read(bool asked);

    SettingsWatchSettings settings_;
    /// What was read last, and what was there at the last look.
    std::string known_;
    std::string seen_;
    runtime::PollingThread thread_;
};

}  // namespace fraiseql::server
