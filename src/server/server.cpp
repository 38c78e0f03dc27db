// SPDX-License-Identifier: MIT
#include "server/server.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <utility>

#include "engine/prepared.hpp"
#include "engine/template_check.hpp"
#include "runtime/allocation.hpp"
#include "runtime/mailbox.hpp"
#include "runtime/outbound.hpp"
#include "server/admin_http.hpp"
#include "server/cache_upkeep.hpp"
#include "server/refresh_schedule.hpp"
#include "server/statement_writer.hpp"
#include "server/statistics_writer.hpp"
#include "server/suspicions.hpp"

namespace fraiseql::server {

namespace {

using namespace std::chrono_literals;

constexpr auto kSampleInterval = 250ms;
// A host that swallows what is sent to it costs an attempt to connect seconds.
constexpr std::size_t kOutboundThreads = 4;

class Worker final : public runtime::Program {
  public:
    Worker(const runtime::Executor& executor, runtime::Outbound& outbound, const Settings& settings,
           std::shared_ptr<const schema::Model> model, std::size_t index)
        : pool_(executor, outbound, with_log(settings.pool, settings.log)),
          reads_(make_reads(executor, pool_, settings)),
          engine_(pool_, std::move(model), with_log(settings.engine, settings.log), reads_.get()),
          router_(executor, engine_, pool_, settings.router),
          listener_(executor, listen_settings(settings),
                    [this](const http::Request& request) { return router_.answer(request); }),
          mailbox_(std::make_shared<runtime::Mailbox>(executor)),
          samples_(settings.samples),
          index_(index),
          sample_timer_(executor),
          shutdown_delay_(settings.shutdown_delay) {
        router_.receive_at(mailbox_);
        // Nothing has been asked yet.
        if (settings.serving)
            replace(*settings.serving->subscribe(mailbox_, [this](const auto& next) {
                replace(*next);
                router_.live_queries().look_again();
            }));
        if (settings.intakes) {
            intake_.emplace(executor, listen_settings(settings),
                            [this](const http::Request& each) { return router_.answer(each); });
            settings.intakes->add(*intake_, mailbox_);
        }
        listens_ = settings.listens;
        if (settings.reserved_connections > 0) {
            reserved_.emplace(executor, outbound, with_log(settings.pool, settings.log),
                              settings.reserved_connections);
            engine_.use_reserved(*reserved_);
        }
        if (reads_)
            reads_->follow(settings.replica_feed->subscribe(
                mailbox_, [this](auto next) { reads_->follow(std::move(next)); }));
        if (settings.keys)
            router_.identification().follow_keys(*settings.keys, *settings.key_watch, mailbox_);
        if (settings.grants) router_.identification().follow_grants(*settings.grants, mailbox_);
        if (settings.revoked) router_.follow_sessions(*settings.revoked, mailbox_);
        // After what it forgets: who may see what is found out anew.
        if (settings.grants)
            settings.grants->subscribe(
                mailbox_, [this](const auto&) { router_.live_queries().look_again(); });
        if (settings.models)
            engine_.replace_model(settings.models->subscribe(mailbox_, [this](auto next) {
                engine_.replace_model(std::move(next));
                router_.live_queries().look_again();
            }));
        if (settings.registry)
            engine_.replace_registry(settings.registry->subscribe(mailbox_, [this](auto registry) {
                engine_.replace_registry(std::move(registry));
            }));
    }

    ~Worker() override { mailbox_->close(); }

    Result<void> start() override {
        pool_.start();
        if (samples_) sample();
        if (!listens_) return {};
        return listener_.open();
    }

    runtime::Task<> drain() override {
        router_.drain();
        listener_.let_go();
        if (shutdown_delay_.count() > 0) {
            const runtime::Executor executor = co_await boost::asio::this_coro::executor;
            boost::asio::steady_timer timer(executor);
            timer.expires_after(shutdown_delay_);
            co_await timer.async_wait(runtime::kAwait);
        }
        co_await listener_.drain();
        if (intake_) co_await intake_->drain();
        if (reads_) reads_->close();
        if (reserved_) reserved_->close();
        pool_.close();
    }

    void cancel() override {
        listener_.cancel();
        if (intake_) intake_->cancel();
    }

  private:
    void replace(const ServingSettings& next) {
        // Copies of its own: requests count references, and workers would wait for each other.
        auto router = std::make_shared<RouterSettings>(*next.router);
        auto engine = std::make_shared<const engine::Settings>(*next.router->engine);
        router->engine = engine;
        engine_.replace_settings(std::move(engine));
        router_.replace_settings(std::move(router));
        listener_.replace(next.intaking);
        if (intake_) intake_->replace(next.intaking);
    }

    template <class T>
    static T with_log(T settings, const runtime::Log& log) {
        if (!settings.log) settings.log = log;
        return settings;
    }

    static http::ListenSettings listen_settings(const Settings& settings) {
        http::ListenSettings out = with_log(settings.listen, settings.log);
        if (settings.router.audit) out.on_refused = Suspicions(settings.router.audit);
        return out;
    }

    static std::unique_ptr<replica::Reads> make_reads(const runtime::Executor& executor,
                                                      pg::Pool& primary, const Settings& settings) {
        if (!settings.replicas) return nullptr;
        return std::make_unique<replica::Reads>(executor, primary, settings.replicas);
    }

    /// Says how the worker is, and again in a moment; how late that moment comes is the lag.
    void sample() {
        const cache::Statistics& plans = engine_.documents().plan_cache().statistics();
        Sample out{.connections = listener_.connection_count(),
                   .pool = pool_.status(),
                   .plans = plans,
                   .plan_count = engine_.documents().plan_cache().size(),
                   .plan_bytes = engine_.documents().plan_cache().bytes(),
                   .tokens = router_.identification().token_statistics(),
                   .requests = router_.tally(),
                   .answer_bytes = engine_.answers().bytes()};
        if (reads_) out.reads = reads_->counts();
        for (const double lag : lags_)
            out.lag_seconds = std::max(out.lag_seconds, lag);
        samples_->publish(index_, out);
        sample_timer_.expires_after(kSampleInterval);
        sample_timer_.async_wait([this](boost::system::error_code error) {
            if (error) return;
            const auto late = runtime::Clock::now() - sample_timer_.expiry();
            lags_[next_lag_++ % lags_.size()] = std::chrono::duration<double>(late).count();
            sample();
        });
    }

    pg::Pool pool_;
    std::optional<pg::ReservedPool> reserved_;
    /// nullptr: there are no replicas.
    std::unique_ptr<replica::Reads> reads_;
    engine::Engine engine_;
    Router router_;
    http::Listener listener_;
    std::optional<http::Intake> intake_;
    bool listens_ = true;
    // Shared with the feed of registered operations, on another thread.
    std::shared_ptr<runtime::Mailbox> mailbox_;
    std::shared_ptr<Samples> samples_;
    std::size_t index_;
    boost::asio::steady_timer sample_timer_;
    /// Of the last 15 seconds.
    std::array<double, 60> lags_ = {};
    std::size_t next_lag_ = 0;
    std::chrono::milliseconds shutdown_delay_;
};

const std::string& direct(const Settings& settings) {
    return settings.direct_conninfo.empty() ? settings.pool.conninfo : settings.direct_conninfo;
}

engine::TemplateContext template_context(const Settings& settings) {
    engine::TemplateContext out{.model = nullptr, .settings = settings.engine};
    if (settings.router.authentication)
        out.claims = settings.router.authentication->settings.claims;
    return out;
}

/// Returns what records changes of the configuration; empty where nothing is recorded.
OnChange record_changes(const Settings& settings) {
    if (!settings.router.audit) return {};
    return [audit = settings.router.audit](std::string_view news) {
        audit->record({.event = AuditEvent::SettingChanged, .detail = news});
    };
}

/// Makes what is to be found out after the start, and hears of it where that is settings' to say.
std::shared_ptr<StartState> begin_start(Settings& settings) {
    auto start = std::make_shared<StartState>();
    start->cold_workers = settings.workers;
    start->old_schema = settings.old_schema && settings.schema_watch.poll.count() > 0;
    start->unread_operations = true;
    start->unknown_replicas = settings.replicas ? settings.replicas->targets.size() : 0;
    settings.router.readiness.start = start;
    settings.pool.on_warm = [start] { --start->cold_workers; };
    settings.schema_watch.on_compared = [start] { start->old_schema = false; };
    return start;
}

RegistryWatchSettings registry_watch_settings(const Settings& settings,
                                              const std::shared_ptr<StartState>& start) {
    return {.conninfo = direct(settings),
            .folder = settings.operations_folder,
            .adaptive = !settings.engine.only_registered,
            .check =
                [models = settings.models,
                 limits = settings.engine.parse](const turbo::Registered& entry) {
                    const auto document =
                        engine::prepare_document(models->current(), entry.text, limits);
                    return document->errors.empty() ? "" : to_string(document->errors.front());
                },
            .check_template =
                [models = settings.models, context = template_context(settings)](
                    pg::Session& session, const turbo::Registered& entry) mutable {
                    context.model = models->current();
                    return engine::check_template(session, entry, context);
                },
            .models = settings.models,
            .on_read = [start] { start->unread_operations = false; },
            .on_change = record_changes(settings),
            .log = settings.log};
}

RefreshSettings refresh_settings(const Settings& settings) {
    RefreshSettings out{.conninfo = direct(settings), .log = settings.log};
    if (const std::shared_ptr<Metrics> metrics = settings.router.metrics)
        out.count = [metrics](const std::string& view, bool succeeded) {
            metrics->count_refresh(view, succeeded);
        };
    return out;
}

KeyWatchSettings key_watch_settings(const Settings& settings) {
    KeyWatchSettings out{.sources = settings.router.authentication->sources,
                         .own = *settings.router.authentication->keys,
                         .on_change = record_changes(settings),
                         .log = settings.log};
    out.limits.authorities_file = settings.router.authentication->authorities_file;
    return out;
}

/// How long an access token of a session may count, with a minute for what takes its time.
std::chrono::seconds token_window(const Authentication& authentication) {
    return authentication.sessions->access_lifetime +
           std::chrono::seconds(authentication.settings.policy.leeway) + std::chrono::minutes(1);
}

/// Makes what counts and records for all workers, as far as the settings want it.
void observe(Settings& settings) {
    settings.router.limit_counts =
        settings.router.limits ? settings.router.limits->counts : std::make_shared<LimitCounts>();
    engine::Settings& engine = settings.engine;
    engine.statistics = std::make_shared<turbo::Statistics>();
    engine.adaptive = settings.adaptive_operations > 0;
    engine.seen = std::make_shared<turbo::SeenStatements>();
    if (settings.exporter) {
        settings.exporter->log = settings.log;
        settings.router.watch.exporter = std::make_shared<SpanExporter>(*settings.exporter);
    }
    settings.samples = std::make_shared<Samples>(settings.pool.breaker);
    const std::shared_ptr<Metrics> metrics = settings.router.metrics;
    if (!metrics) return;
    metrics->show(settings.samples);
    engine.others = std::make_shared<turbo::Statistics>();
    metrics->show(engine.statistics);
    metrics->show_others(engine.others);
    metrics->show({.log = settings.log_writer,
                   .audit = settings.router.audit,
                   .spans = settings.router.watch.exporter,
                   .slow = engine.slow,
                   .sockets = settings.router.sockets.counts});
    metrics->show(settings.router.limit_counts);
}

/// What administrators see of all that; after everything that it shows has been made.
std::shared_ptr<AdminHttp> make_admin(const Settings& settings) {
    AdminSources sources{.conninfo = settings.pool.conninfo,
                         .samples = settings.samples,
                         .models = settings.models,
                         .schema_versions = settings.schema_watch.versions,
                         .tls = settings.listen.tls,
                         .registry = settings.registry,
                         .statistics = settings.engine.statistics,
                         .others = settings.engine.others,
                         .replica_settings = settings.replicas,
                         .replicas = settings.replica_feed,
                         .limits = settings.router.limit_counts,
                         .audit = settings.router.audit};
    return std::make_shared<AdminHttp>(std::move(sources), settings.router.find_admin_asset);
}

/// Reads the settings anew and hands them to the workers; `settings` must outlive the watch.
SettingsWatchSettings settings_watch_settings(const Settings& settings) {
    return {.file = settings.file,
            .text = settings.file_text,
            .read = [&settings]() -> Result<SettingsNews> {
                FRAISEQL_TRY(SettingsRead read, settings.read_again(*settings.models->current()));
                const ServingSettings next = replaced(*settings.serving->current(), read.settings);
                settings.serving->publish(std::make_shared<const ServingSettings>(next));
                return std::move(read.news);
            },
            .on_change = record_changes(settings),
            .log = settings.log};
}

}  // namespace

std::unique_ptr<runtime::Program> make_worker(const runtime::Executor& executor,
                                              runtime::Outbound& outbound, const Settings& settings,
                                              std::shared_ptr<const schema::Model> model,
                                              std::size_t index) {
    return std::make_unique<Worker>(executor, outbound, settings, std::move(model), index);
}

Result<void> serve(Settings settings, std::shared_ptr<const schema::Model> model,
                   catalog::Document catalog) {
    if (settings.listens) {
        FRAISEQL_TRY(settings.listen.address, http::claim_address(settings.listen.address));
    }
    settings.pool.breaker = std::make_shared<pg::Breaker>();
    const std::shared_ptr<StartState> start = begin_start(settings);
    settings.models = std::make_shared<ModelFeed>(std::move(model));
    settings.registry = std::make_shared<RegistryFeed>(std::make_shared<turbo::Registry>());
    settings.schema_watch.conninfo = direct(settings);
    settings.schema_watch.log = settings.log;
    settings.schema_watch.on_change = record_changes(settings);
    settings.schema_watch.versions =
        std::make_shared<SchemaVersionFeed>(std::make_shared<const SchemaVersion>());
    observe(settings);
    // Neither the document nor the model, once there is another, is of any more use.
    SchemaWatch schema_watch(settings.schema_watch, settings.models, std::exchange(catalog, {}));
    RegistryWatch registry_watch(registry_watch_settings(settings, start), settings.registry);
    if (auto watched = registry_watch.start(); !watched) return watched;
    schema_watch.start();
    RefreshSchedule schedule(refresh_settings(settings), settings.models);
    if (settings.refresh) schedule.start();
    if (settings.router.authentication && !settings.router.authentication->sources.empty()) {
        settings.keys = std::make_shared<KeyFeed>(std::make_shared<const auth::Keys>());
        settings.key_watch =
            std::make_shared<KeyWatch>(key_watch_settings(settings), settings.keys);
        if (auto started = settings.key_watch->start(); !started) return started;
    }
    std::optional<GrantWatch> grant_watch;
    if (settings.router.authentication && settings.router.authentication->grants) {
        settings.grants = std::make_shared<GrantFeed>(std::make_shared<const std::uint64_t>(0));
        grant_watch.emplace(direct(settings), settings.grants, settings.log);
    }
    std::optional<CertificateWatch> certificate_watch;
    if (settings.certificate) {
        settings.certificate->log = settings.log;
        if (settings.router.audit) settings.certificate->on_change = record_changes(settings);
        certificate_watch.emplace(*settings.certificate);
        if (auto started = certificate_watch->start(); !started) return started;
        settings.listen.tls = certificate_watch->current();
    }
    StatisticsWriter statistics({.conninfo = settings.pool.conninfo,
                                 .statistics = settings.engine.statistics,
                                 .adaptive = settings.adaptive_operations,
                                 .log = settings.log});
    StatementWriter statements(
        {.conninfo = settings.pool.conninfo, .seen = settings.engine.seen, .log = settings.log});
    std::optional<CacheUpkeep> upkeep;
    if (settings.engine.cache.memory_bytes > 0)
        upkeep.emplace(UpkeepSettings{.conninfo = settings.pool.conninfo,
                                      .max_bytes = settings.cache_database << 20U,
                                      .log = settings.log});
    std::optional<RevocationWatch> revocation_watch;
    if (settings.router.authentication && settings.router.authentication->sessions) {
        settings.revoked = std::make_shared<RevokedFeed>(std::make_shared<const Revoked>());
        revocation_watch.emplace(direct(settings), token_window(*settings.router.authentication),
                                 settings.revoked, settings.log);
        revocation_watch->start();
    }
    std::optional<ReplicaWatch> replica_watch;
    if (settings.replicas) {
        settings.replica_feed =
            std::make_shared<ReplicaFeed>(std::make_shared<const replica::Snapshot>());
        settings.router.readiness.replicas = settings.replica_feed;
        settings.router.readiness.replica_settings = settings.replicas;
        if (settings.router.metrics)
            settings.router.metrics->show(settings.replicas, settings.replica_feed);
        replica_watch.emplace(settings.pool, settings.replicas, settings.replica_feed, settings.log,
                              [start] { --start->unknown_replicas; });
        replica_watch->start();
    }
    settings.router.admin_http = make_admin(settings);
    settings.serving = std::make_shared<SettingsFeed>(
        std::make_shared<const ServingSettings>(serving_settings(settings)));
    std::optional<SettingsWatch> settings_watch;
    if (settings.read_again) settings_watch.emplace(settings_watch_settings(settings)).start();
    runtime::Outbound outbound(kOutboundThreads);
    runtime::RunSettings run;
    run.workers = settings.workers;
    run.drain_timeout = settings.shutdown_delay + settings.drain_timeout;
    run.log = settings.log;
    run.on_hangup = [&] {
        if (certificate_watch) certificate_watch->reload();
        if (settings_watch) settings_watch->reload();
    };
    run.on_started = [&settings] {
        if (settings.on_started) settings.on_started(settings.listen.address);
    };
    const auto make = [&](const runtime::Executor& executor, std::size_t index) {
        return Result<std::unique_ptr<runtime::Program>>(
            make_worker(executor, outbound, settings, settings.models->current(), index));
    };
    runtime::give_back_memory();
    return settings.run(run, make);
}

}  // namespace fraiseql::server
