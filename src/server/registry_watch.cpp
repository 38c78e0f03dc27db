// SPDX-License-Identifier: MIT
#include "server/registry_watch.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "json/writer.hpp"

namespace fraiseql::server {
namespace {

constexpr const char* kInstalled = "SELECT 1 WHERE to_regclass('turbo.tb_turbo_query') IS NOT NULL";

// Columns that came later are read through the row: an older version of the module does not have
// them. Of the maps, the table has the path of a variable first and its parameter second.
constexpr const char* kOperations =
    "SELECT identifier, graphql_query, json_build_object(\n"
    "           'hashes', hashes, 'adaptive', q -> 'is_adaptive', 'sql', q ->> 'sql_template',\n"
    "           'variables', q -> 'param_mapping', 'context', q -> 'context_params',\n"
    "           'samples', q -> 'samples')\n"
    "FROM (SELECT *, to_jsonb(t) AS q FROM turbo.tb_turbo_query t) t\n"
    "WHERE is_active\n"
    "ORDER BY pk_turbo_query";

using Map = std::map<std::string, std::string, std::less<>>;

/// From parameters to what they stand for.
Map read_map(const json::Value* object) {
    Map out;
    if (object != nullptr)
        for (const json::Member& member : object->members)
            out.emplace(member.value.text, member.name);
    return out;
}

std::string text_of(const json::Value* value) {
    std::string out;
    if (value != nullptr && !value->is_null()) json::write(out, *value);
    return out;
}

std::optional<turbo::SqlTemplate> read_template(const json::Value& row) {
    const json::Value* sql = row.find("sql");
    if (sql == nullptr || !sql->is_string()) return std::nullopt;
    turbo::SqlTemplate out{.sql = std::string(sql->text),
                           .variables = read_map(row.find("variables")),
                           .context = read_map(row.find("context"))};
    if (const json::Value* samples = row.find("samples"))
        for (const json::Value& sample : samples->items)
            out.samples.push_back({.variables = text_of(sample.find("variables")),
                                   .claims = text_of(sample.find("claims"))});
    return out;
}

std::vector<turbo::Registered> read_rows(const pg::Rows& rows) {
    std::vector<turbo::Registered> out;
    for (std::size_t row = 0; row < rows.row_count(); ++row) {
        turbo::Registered& entry = out.emplace_back();
        entry.id = rows.get(row, 0);
        entry.text = rows.get(row, 1);
        entry.origin = "turbo.tb_turbo_query";
        Arena arena;
        const auto more = json::read(rows.get(row, 2), arena);
        if (!more) continue;
        for (const json::Value& hash : more->find("hashes")->items)
            entry.hashes.emplace_back(hash.text);
        entry.adaptive = more->find("adaptive")->kind == json::Value::Kind::True;
        entry.sql_template = read_template(*more);
    }
    return out;
}

}  // namespace

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
    const auto installed = session.query(kInstalled);
    if (!installed) return tl::unexpected(installed.error());
    if (installed->row_count() > 0) {
        const auto rows = session.query(kOperations);
        if (!rows) return tl::unexpected(rows.error());
        read = read_rows(*rows);
    }
    if (!settings_.adaptive)
        std::erase_if(read, [](const turbo::Registered& entry) { return entry.adaptive; });
    const std::lock_guard lock(mutex_);
    const bool changed = read != from_table_;
    from_table_ = std::move(read);
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
    feed_->publish(std::move(registry));
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
