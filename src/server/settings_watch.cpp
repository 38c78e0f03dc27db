// SPDX-License-Identifier: MIT
#include "server/settings_watch.hpp"

#include <fmt/format.h>

#include <utility>

#include "config/sources.hpp"

namespace fraiseql::server {
namespace {

/// What is in the file; of one that cannot be read, why.
std::string text_of(const std::string& file) {
    if (file.empty()) return {};
    auto text = config::read_small_file(file);
    return text ? std::move(*text) : to_string(text.error());
}

}  // namespace

SettingsWatch::SettingsWatch(SettingsWatchSettings settings)
    : settings_(std::move(settings)),
      known_(settings_.text),
      seen_(known_),
      thread_(settings_.poll, [this](bool asked) {
          if (asked || has_changed()) read(asked);
      }) {}

bool SettingsWatch::has_changed() {
    const std::string before = std::exchange(seen_, text_of(settings_.file));
    return seen_ != known_ && seen_ == before;
}

void SettingsWatch::read(bool asked) {
    // Before it is read: what is written meanwhile is another change.
    known_ = seen_ = text_of(settings_.file);
    const auto say = [this](const LogEntry& entry) {
        if (settings_.log) settings_.log(entry);
    };
    const auto news = settings_.read();
    if (!news) {
        const std::string why = "settings: nothing is changed. " + to_string(news.error());
        say(LogEntry::error(why));
        if (settings_.on_change) settings_.on_change(why);
        return;
    }
    const std::vector<std::string>& lines = news->lines;
    for (const std::string& line : lines)
        say("settings: " + line);
    if (lines.empty() && asked) say("settings: they are the same as before");
    if (!lines.empty() && settings_.on_change)
        settings_.on_change(fmt::format("settings: {}", fmt::join(lines, "; ")));
    if (news->done) news->done();
}

}  // namespace fraiseql::server
