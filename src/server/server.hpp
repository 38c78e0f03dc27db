// SPDX-License-Identifier: MIT
// Server: everything that `fraiseql serve` runs, from the listening socket to the database.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "engine/settings.hpp"
#include "http/intake.hpp"
#include "http/listener.hpp"
#include "pg/pool.hpp"
#include "runtime/worker_set.hpp"
#include "schema/model.hpp"
#include "server/certificate_watch.hpp"
#include "server/log_writer.hpp"
#include "server/registry_watch.hpp"
#include "server/replica_watch.hpp"
#include "server/router.hpp"
#include "server/schema_watch.hpp"
#include "server/serving_settings.hpp"
#include "server/settings_watch.hpp"
#include "server/span_exporter.hpp"

namespace fraiseql::server {

struct SettingsRead;

struct Settings {
    http::ListenSettings listen = {};
    /// The files of the certificate to serve by TLS; none: in the clear.
    std::optional<CertificateFiles> certificate = {};
    RouterSettings router = {};
    pg::PoolSettings pool = {};
    /// Leads past a pooler, for what needs a session of its own; empty: as `pool` does.
    std::string direct_conninfo = {};
    engine::Settings engine = {};
    /// A folder of GraphQL files to register; empty: none.
    std::string operations_folder = {};
    /// Most operations that servers register by themselves; 0: none, as it must be where only
    /// registered operations run.
    std::uint32_t adaptive_operations = 0;
    /// Megabytes for answers in the database; see CacheUpkeep.
    std::size_t cache_database = 256;
    /// Where the workers get the registered operations and later models from; serve() makes them.
    std::shared_ptr<RegistryFeed> registry = {};
    std::shared_ptr<ModelFeed> models = {};
    /// How the catalog is watched; serve() adds `conninfo` and `log`.
    SchemaWatchSettings schema_watch = {};
    /// The first model is that of an earlier start: the database was away.
    bool old_schema = false;
    /// Whether this server may be the one that refreshes materialized views.
    bool refresh = true;
    /// Where the workers get keys of issuers from; serve() makes both, where there are sources.
    std::shared_ptr<KeyFeed> keys = {};
    std::shared_ptr<KeyWatch> key_watch = {};
    /// News of grants in the database; serve() makes it, where they count.
    std::shared_ptr<GrantFeed> grants = {};
    /// Sessions that were revoked; serve() makes it, where there are sessions.
    std::shared_ptr<RevokedFeed> revoked = {};
    /// How the workers are; serve() makes it. nullptr: they do not say.
    std::shared_ptr<Samples> samples = {};
    /// Servers to read from besides the primary; nullptr: there are none.
    std::shared_ptr<const replica::Settings> replicas = {};
    /// What is known of them; serve() makes it.
    std::shared_ptr<ReplicaFeed> replica_feed = {};
    /// Receives log lines of all parts; called on any thread.
    runtime::Log log = {};
    /// What `log` writes to, where it counts what it drops; may be nullptr.
    std::shared_ptr<const LogWriter> log_writer = {};
    /// Where spans go; serve() adds `log`. Nothing: there are no traces.
    std::optional<ExporterSettings> exporter = {};
    std::size_t workers = 1;
    /// Most connections of one worker for transactions of the application; 0: it has no code.
    std::size_t reserved_connections = 0;
    std::chrono::milliseconds drain_timeout{10000};
    /// From the signal to stop until no more requests are taken; /ready says no meanwhile, so that
    /// a load balancer looks elsewhere first. Comes before drain_timeout.
    std::chrono::milliseconds shutdown_delay{0};
    /// Called with the address once requests are answered. May be empty.
    std::function<void(const http::Address&)> on_started = {};
    /// Reads the settings anew, for a server that serves a model: what they would be now, and what
    /// is different. Called on one thread at a time. Empty: they stay what they are.
    std::function<Result<SettingsRead>(const schema::Model&)> read_again = {};
    /// The file that is read then, and looked at for changes; empty: none is.
    std::string file = {};
    /// What was in it when these settings were read.
    std::string file_text = {};
    /// What the workers have; serve() makes it. nullptr: what is said here.
    std::shared_ptr<SettingsFeed> serving = {};
    /// Whether `listen.address` is listened on; otherwise there is no socket.
    bool listens = true;
    /// Where the program that the server is part of hands in requests; nullptr: nowhere.
    std::shared_ptr<http::Intakes> intakes = {};
    /// Runs the workers to the end of the server.
    runtime::Run run = runtime::run_until_signal;
};

/// What reading the settings anew has come to.
struct SettingsRead {
    /// Those of the server, with the values that it can take over. What serve() makes is not there.
    Settings settings = {};
    SettingsNews news = {};
};

/// Makes one worker's program: a pool, an engine, a router and a listener.
/// `settings.listen.address` must have been claimed; `outbound` must outlive the program. `index`
/// tells the workers apart in metrics.
std::unique_ptr<runtime::Program> make_worker(const runtime::Executor& executor,
                                              runtime::Outbound& outbound, const Settings& settings,
                                              std::shared_ptr<const schema::Model> model,
                                              std::size_t index = 0);

/// Serves `model`, and those that follow when the catalog changes, until `settings.run` says it is
/// over, which by itself is at SIGTERM or SIGINT; then finishes the requests in progress. `catalog`
/// is the document that the model was built from. An error where it cannot start.
Result<void> serve(Settings settings, std::shared_ptr<const schema::Model> model,
                   catalog::Document catalog);

}  // namespace fraiseql::server
