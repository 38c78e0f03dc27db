// SPDX-License-Identifier: MIT
#include "server/schema_watch.hpp"

#include <fmt/format.h>

#include <utility>

#include "catalog/read_snapshot.hpp"
#include "catalog/snapshot_sql.hpp"
#include "schema/model.hpp"
#include "turbo/sha256.hpp"

namespace fraiseql::server {
SchemaWatch::SchemaWatch(SchemaWatchSettings settings, std::shared_ptr<ModelFeed> feed,
                         std::string_view document)
    : settings_(std::move(settings)),
      feed_(std::move(feed)),
      digest_(turbo::sha256_hex(document)) {}

SchemaWatch::~SchemaWatch() {
    stop_.wake();
    if (thread_.joinable()) thread_.join();
}

void SchemaWatch::start() {
    if (settings_.poll.count() > 0) thread_ = std::thread([this] { run(); });
}

void SchemaWatch::run() {
    do {
        const auto ended = follow();
        if (ended) return;
        if (!std::exchange(lost_, true))
            log("schema: lost the connection that looks for changes (" + ended.error().message +
                "); trying again");
    } while (!pg::wait_for_wake_up(stop_, settings_.reconnect));
}

tl::expected<void, sql::DatabaseError> SchemaWatch::follow() {
    auto session = pg::Session::open(settings_.conninfo);
    if (!session) return tl::unexpected(session.error());
    if (auto done = session->run_script("LISTEN fraiseql_ddl"); !done) return done;
    if (std::exchange(lost_, false)) log("schema: looking for changes again");
    while (true) {
        if (auto looked = look(*session); !looked) return looked;
        const auto waited = pg::wait_for_notification(*session, stop_, settings_.poll);
        if (!waited) return tl::unexpected(waited.error());
        if (*waited == pg::Waited::Woken) return {};
    }
}

tl::expected<void, sql::DatabaseError> SchemaWatch::look(pg::Session& session) {
    const auto fingerprint = session.query(std::string(catalog::fingerprint_sql()));
    if (!fingerprint) return tl::unexpected(fingerprint.error());
    std::string now(fingerprint->get(0, 0));
    if (now == fingerprint_) return {};
    const auto snapshot = session.query(std::string(catalog::snapshot_sql()));
    if (!snapshot) return tl::unexpected(snapshot.error());
    // What changed after the fingerprint was taken changes the next one.
    fingerprint_ = std::move(now);
    const std::string document(snapshot->get(0, 0));
    std::string digest = turbo::sha256_hex(document);
    if (digest == digest_) return {};
    digest_ = std::move(digest);
    rebuild(document);
    return {};
}

void SchemaWatch::rebuild(const std::string& document) {
    auto catalog = catalog::read_snapshot(document);
    auto model = catalog ? schema::build_model(std::move(*catalog))
                         : Result<std::shared_ptr<const schema::Model>>(fail(catalog.error()));
    if (model && settings_.accept)
        if (auto accepted = settings_.accept(**model); !accepted) model = fail(accepted.error());
    if (!model) {
        log("schema: the catalog has changed, but cannot be served; still serving the last one. " +
            to_string(model.error()));
        return;
    }
    log(fmt::format("schema: the catalog has changed; serving {} relations and {} functions",
                    (*model)->entities.size(), (*model)->functions.size()));
    feed_->publish(std::move(*model));
    if (settings_.keep) settings_.keep(fingerprint_, document);
}

void SchemaWatch::log(const std::string& message) const {
    if (settings_.log) settings_.log(message);
}

}  // namespace fraiseql::server
