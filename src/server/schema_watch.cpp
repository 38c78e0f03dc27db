// SPDX-License-Identifier: MIT
#include "server/schema_watch.hpp"

#include <fmt/format.h>

#include <utility>

#include "catalog/read_snapshot.hpp"
#include "catalog/snapshot_sql.hpp"
#include "schema/model.hpp"
#include "turbo/sha256.hpp"

namespace fraiseql::server {
namespace {

// Every DDL statement writes new versions of catalog rows: their xmin tells. Cheap enough to ask
// every few seconds, unlike the catalog itself. Temporary tables come and go and are left out.
constexpr const char* kFingerprint = R"(
WITH relation AS (
    SELECT oid, xmin FROM pg_catalog.pg_class
    WHERE oid >= 16384 AND relpersistence <> 't' AND relkind IN ('r', 'p', 'v', 'm', 'f', 'c'))
SELECT pg_catalog.concat_ws(' ',
    (SELECT count(*) || ':' || sum(xmin::text::bigint) FROM relation),
    (SELECT count(*) || ':' || sum(a.xmin::text::bigint) FROM pg_catalog.pg_attribute a
     JOIN relation r ON r.oid = a.attrelid WHERE a.attnum > 0),
    (SELECT count(*) || ':' || sum(w.xmin::text::bigint) FROM pg_catalog.pg_rewrite w
     JOIN relation r ON r.oid = w.ev_class),
    (SELECT count(*) || ':' || sum(i.xmin::text::bigint) FROM pg_catalog.pg_index i
     JOIN relation r ON r.oid = i.indrelid),
    (SELECT count(*) || ':' || sum(xmin::text::bigint) FROM pg_catalog.pg_constraint),
    (SELECT count(*) || ':' || sum(xmin::text::bigint) FROM pg_catalog.pg_proc
     WHERE oid >= 16384),
    (SELECT count(*) || ':' || sum(xmin::text::bigint) FROM pg_catalog.pg_type
     WHERE oid >= 16384 AND typtype IN ('d', 'e', 'r', 'm')),
    (SELECT count(*) || ':' || sum(xmin::text::bigint) FROM pg_catalog.pg_enum),
    (SELECT count(*) || ':' || sum(xmin::text::bigint) FROM pg_catalog.pg_policy),
    (SELECT count(*) || ':' || sum(xmin::text::bigint) FROM pg_catalog.pg_namespace
     WHERE nspname NOT LIKE 'pg\_%temp\_%'),
    (SELECT count(*) || ':' || sum(xmin::text::bigint) FROM pg_catalog.pg_description
     WHERE objoid >= 16384),
    (SELECT count(*) || ':' || sum(xmin::text::bigint) FROM pg_catalog.pg_auth_members),
    (SELECT pg_catalog.md5(pg_catalog.string_agg(r::text, ',' ORDER BY oid))
     FROM pg_catalog.pg_roles r)))";

}  // namespace

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
    const auto fingerprint = session.query(kFingerprint);
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
}

void SchemaWatch::log(const std::string& message) const {
    if (settings_.log) settings_.log(message);
}

}  // namespace fraiseql::server
