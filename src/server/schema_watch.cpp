// SPDX-License-Identifier: MIT
#include "server/schema_watch.hpp"

#include <fmt/format.h>

#include <utility>

#include "catalog/read_snapshot.hpp"
#include "pg/query_value.hpp"
#include "runtime/allocation.hpp"
#include "turbo/sha256.hpp"

namespace fraiseql::server {
namespace {

/// Ends a model that was replaced once nothing else needs it: on the thread of the watch, since for
/// a large schema that takes long enough for the requests of a worker to wait.
void end_unused(std::shared_ptr<const schema::Model>& replaced) {
    if (replaced == nullptr || replaced.use_count() > 1) return;
    replaced.reset();
    runtime::give_back_memory();
}

}  // namespace

SchemaWatch::SchemaWatch(SchemaWatchSettings settings, std::shared_ptr<ModelFeed> feed,
                         const catalog::Document& first)
    : settings_(std::move(settings)),
      feed_(std::move(feed)),
      digest_(turbo::sha256_hex(first.text)),
      fingerprint_(first.fingerprint),
      watch_(
          {.conninfo = settings_.conninfo,
           .channel = "fraiseql_ddl",
           .subject = "schema",
           .interval = settings_.poll,
           .log = settings_.log},
          [this, replaced = std::shared_ptr<const schema::Model>()](pg::Session& session) mutable {
              end_unused(replaced);
              std::shared_ptr<const schema::Model> before = feed_->current();
              auto looked = look(session);
              if (feed_->current() == before) return looked;
              replaced = std::move(before);
              // What it took to make the next one.
              runtime::give_back_memory();
              return looked;
          }) {
    say_version();
}

void SchemaWatch::start() {
    if (settings_.poll.count() > 0) watch_.start();
}

tl::expected<void, sql::DatabaseError> SchemaWatch::look(pg::Session& session) {
    const auto fingerprint = session.query(std::string(catalog::fingerprint_sql()));
    if (!fingerprint) return tl::unexpected(fingerprint.error());
    std::string now(fingerprint->get(0, 0));
    if (now == fingerprint_) return compared();
    auto snapshot = pg::query_value(session, std::string(catalog::snapshot_sql()));
    if (!snapshot) return tl::unexpected(snapshot.error());
    // What changed after the fingerprint was taken changes the next one.
    catalog::Document document{std::move(now), std::move(*snapshot)};
    const std::shared_ptr<const schema::Model> before = feed_->current();
    std::string digest = turbo::sha256_hex(document.text);
    const bool same = digest == digest_;
    if (!same && !judge(document)) return {};
    digest_ = std::move(digest);
    if (!same && feed_->current() != before) say_version();
    fingerprint_ = std::move(document.fingerprint);
    return compared();
}

void SchemaWatch::say_version() const {
    constexpr std::size_t kDigits = 16;
    if (!settings_.versions) return;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    settings_.versions->publish(std::make_shared<const SchemaVersion>(
        SchemaVersion{digest_.substr(0, kDigits), std::chrono::duration<double>(now).count()}));
}

tl::expected<void, sql::DatabaseError> SchemaWatch::compared() const {
    if (settings_.on_compared) settings_.on_compared();
    return {};
}

bool SchemaWatch::judge(const catalog::Document& document) {
    auto catalog = catalog::read_snapshot(document.text);
    auto model = catalog ? schema::build_model(std::move(*catalog), settings_.model)
                         : Result<std::shared_ptr<const schema::Model>>(fail(catalog.error()));
    if (model && settings_.accept)
        if (auto accepted = settings_.accept(**model); !accepted) model = fail(accepted.error());
    if (!model) {
        const std::string news =
            "schema: the catalog has changed, but cannot be served; still serving the last one. " +
            to_string(model.error());
        log(LogEntry::error(news));
        if (settings_.on_change) settings_.on_change(news);
        return model.error().code != ErrorCode::ServiceUnavailable;
    }
    log(fmt::format("schema: the catalog has changed; serving {} relations and {} functions",
                    (*model)->entities.size(), (*model)->functions.size()));
    for (const schema::Entity& entity : (*model)->entities)
        if (entity.cache != nullptr && !entity.cache->usable())
            log(LogEntry::warning(
                fmt::format("schema: {}.{} has @cache, but is served without a cache: {} {}",
                            entity.relation->schema, entity.relation->name, entity.cache->problem,
                            entity.cache->remedy)));
    const std::shared_ptr<const schema::Model> before = feed_->current();
    feed_->publish(*model);
    if (settings_.on_change) settings_.on_change(describe_change(*before, **model));
    if (settings_.keep) settings_.keep(document);
    return true;
}

void SchemaWatch::log(const LogEntry& entry) const {
    if (settings_.log) settings_.log(entry);
}

}  // namespace fraiseql::server
