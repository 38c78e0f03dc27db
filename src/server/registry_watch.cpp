// SPDX-License-Identifier: MIT
#include "server/registry_watch.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "server/registered_rows.hpp"

namespace fraiseql::server {

RegistryWatch::RegistryWatch(RegistryWatchSettings settings, std::shared_ptr<RegistryFeed> feed)
    : settings_(std::move(settings)),
      feed_(std::move(feed)),
      folder_(settings_.folder, settings_.check),
      watch_({.conninfo = settings_.conninfo,
              .channel = "fraiseql_turbo",
              .subject = "registered operations",
              .log = settings_.log},
             [this](pg::Session& session) { return look(session); }) {}

RegistryWatch::~RegistryWatch() {
    stop_.wake();
    if (folder_thread_.joinable()) folder_thread_.join();
}

Result<void> RegistryWatch::start() {
    if (auto read = folder_.read(); !read) return read;
    auto session = pg::Session::open(settings_.conninfo);
    if (!session) {
        // The thread reads the table once the database is there.
        log("registered operations: the database is not there yet (" + session.error().message +
            ")");
    } else if (auto read = read_table(*session); !read) {
        return fail(ErrorCode::Configuration,
                    "The registered operations cannot be read: " + read.error().message,
                    "The server's role needs USAGE on the schema turbo and SELECT on its tables.");
    }
    publish();
    started_ = true;
    watch_.start(!session);
    if (!settings_.folder.empty() || settings_.check_template)
        folder_thread_ = std::thread([this] { follow_folder(); });
    return {};
}

void RegistryWatch::follow_folder() {
    while (!pg::wait_for_wake_up(stop_, settings_.interval)) {
        std::vector<std::string> problems;
        const std::lock_guard lock(mutex_);
        bool changed = folder_.look(problems);
        if (checked_for_ && settings_.models->current() != checked_for_) changed = true;
        for (const std::string& problem : problems)
            log(LogEntry::warning(problem));
        if (changed) publish();
    }
}

tl::expected<void, sql::DatabaseError> RegistryWatch::look(pg::Session& session) {
    const auto changed = read_table(session);
    if (!changed) return tl::unexpected(changed.error());
    const std::lock_guard lock(mutex_);
    if (*changed) publish();
    return {};
}

tl::expected<bool, sql::DatabaseError> RegistryWatch::read_table(pg::Session& session) {
    std::vector<turbo::Registered> read;
    const auto installed = session.query(std::string(registered_installed_sql()));
    if (!installed) return tl::unexpected(installed.error());
    if (installed->row_count() > 0) {
        const auto rows = session.query(std::string(registered_rows_sql()));
        if (!rows) return tl::unexpected(rows.error());
        read = read_registered(*rows);
    }
    if (!settings_.adaptive)
        std::erase_if(read, [](const turbo::Registered& entry) { return entry.adaptive; });
    const std::lock_guard lock(mutex_);
    const bool changed = read != from_table_;
    from_table_ = std::move(read);
    if (const auto first = std::exchange(settings_.on_read, {})) first();
    return changed;
}

void RegistryWatch::publish() {
    std::vector<turbo::Registered> all = folder_.entries();
    all.insert(all.end(), from_table_.begin(), from_table_.end());
    std::vector<std::string> problems;
    check_templates(all, problems);
    auto registry = turbo::Registry::build(std::move(all), problems);
    if (settings_.check)
        for (const turbo::Registered& entry : registry->entries())
            if (const std::string problem = settings_.check(entry); !problem.empty())
                problems.push_back("operation \"" + entry.id + "\" (" + entry.origin +
                                   ") does not fit the schema: " + problem);
    for (const std::string& problem : problems)
        log(LogEntry::warning(problem));
    if (!registry->entries().empty())
        log("registered operations: " + std::to_string(registry->entries().size()));
    const std::shared_ptr<const turbo::Registry> before = feed_->current();
    feed_->publish(registry);
    if (!settings_.on_change || !started_) return;
    const std::string news = describe_change(*before, *registry);
    if (!news.empty()) settings_.on_change(news);
}

void RegistryWatch::check_templates(std::vector<turbo::Registered>& entries,
                                    std::vector<std::string>& problems) {
    std::vector<turbo::Registered> checked;
    const auto model = settings_.models ? settings_.models->current() : nullptr;
    tl::expected<pg::Session, sql::DatabaseError> session = tl::unexpected(sql::DatabaseError{});
    for (turbo::Registered& entry : entries) {
        if (!entry.sql_template || !settings_.check_template) continue;
        const auto before = std::find_if(checked_.begin(), checked_.end(), [&](const auto& each) {
            return each.id == entry.id && each.text == entry.text &&
                   each.sql_template == entry.sql_template && checked_for_ == model;
        });
        if (before != checked_.end()) {
            entry.checked = before->checked;
        } else {
            if (!session) session = pg::Session::open(settings_.conninfo);
            auto made = session ? settings_.check_template(*session, entry)
                                : fail(ErrorCode::ServiceUnavailable, session.error().message);
            if (made) entry.checked = std::move(*made);
            if (!made)
                problems.push_back("operation \"" + entry.id + "\" (" + entry.origin +
                                   "): its SQL template is not used. " + to_string(made.error()));
        }
        // One that is refused is tried again with the next change: there may be rows by then.
        if (entry.checked) checked.push_back(entry);
    }
    checked_ = std::move(checked);
    const bool any = std::any_of(entries.begin(), entries.end(),
                                 [](const auto& entry) { return entry.sql_template.has_value(); });
    checked_for_ = any ? model : nullptr;
}

void RegistryWatch::log(const LogEntry& entry) const {
    if (settings_.log) settings_.log(entry);
}

}  // namespace fraiseql::server
