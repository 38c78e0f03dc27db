// SPDX-License-Identifier: MIT
#include "server/registry_watch.hpp"

#include <utility>

namespace fraiseql::server {
namespace {

constexpr const char* kInstalled = "SELECT 1 WHERE to_regclass('turbo.tb_turbo_query') IS NOT NULL";

// One row a name; the entry itself comes first, with a NULL. Columns that came later are read
// through the row: an older version of the module does not have them.
constexpr const char* kOperations =
    "SELECT q.identifier, q.graphql_query, h.hash,\n"
    "       coalesce((to_jsonb(q) ->> 'is_adaptive')::boolean, false)\n"
    "FROM turbo.tb_turbo_query q\n"
    "LEFT JOIN LATERAL (SELECT NULL::text AS hash UNION ALL SELECT unnest(q.hashes)) h ON true\n"
    "WHERE q.is_active\n"
    "ORDER BY q.pk_turbo_query, h.hash NULLS FIRST";

std::vector<turbo::Registered> read_rows(const pg::Rows& rows) {
    std::vector<turbo::Registered> out;
    for (std::size_t row = 0; row < rows.row_count(); ++row) {
        if (rows.is_null(row, 2))
            out.push_back({.id = std::string(rows.get(row, 0)),
                           .text = std::string(rows.get(row, 1)),
                           .origin = "turbo.tb_turbo_query",
                           .adaptive = rows.get(row, 3) == "t"});
        else
            out.back().hashes.emplace_back(rows.get(row, 2));
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
    if (!settings_.folder.empty()) folder_thread_ = std::thread([this] { follow_folder(); });
    return {};
}

void RegistryWatch::follow_folder() {
    while (!pg::wait_for_wake_up(stop_, settings_.interval)) {
        std::vector<std::string> problems;
        const std::lock_guard lock(mutex_);
        const bool changed = folder_.look(problems);
        for (const std::string& problem : problems)
            log(problem);
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
    auto registry = turbo::Registry::build(std::move(all), problems);
    if (settings_.check)
        for (const turbo::Registered& entry : registry->entries())
            if (const std::string problem = settings_.check(entry); !problem.empty())
                problems.push_back("operation \"" + entry.id + "\" (" + entry.origin +
                                   ") does not fit the schema: " + problem);
    for (const std::string& problem : problems)
        log(problem);
    if (!registry->entries().empty())
        log("registered operations: " + std::to_string(registry->entries().size()));
    feed_->publish(std::move(registry));
}

void RegistryWatch::log(const std::string& message) const {
    if (settings_.log) settings_.log(message);
}

}  // namespace fraiseql::server
