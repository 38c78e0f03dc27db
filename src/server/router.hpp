// SPDX-License-Identifier: MIT
// Router: which resource answers a request, on one worker.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "engine/engine.hpp"
#include "http/message.hpp"
#include "pg/pool.hpp"
#include "runtime/task.hpp"
#include "server/admin.hpp"
#include "server/asset.hpp"
#include "server/audit.hpp"
#include "server/consistency.hpp"
#include "server/cors.hpp"
#include "server/graphql_socket.hpp"
#include "server/identification.hpp"
#include "server/limits.hpp"
#include "server/metrics.hpp"
#include "server/readiness.hpp"
#include "server/request_watch.hpp"
#include "server/sessions.hpp"

namespace fraiseql::server {

class AdminHttp;

/// Who may see a resource; to others it is not there.
enum class Audience : std::uint8_t { Everybody, PrivateAddresses, Nobody };

struct RouterSettings {
    /// None: tokens are not looked at, and all who ask are the same to PostgreSQL.
    std::optional<Authentication> authentication = {};
    /// Finds the page at "/" (GraphiQL) and what it loads, by path. Empty: there is no page.
    FindAsset find_asset = {};
    /// What /metrics shows; nullptr: there is no such resource.
    std::shared_ptr<Metrics> metrics = {};
    Audience metrics_for = Audience::Everybody;
    AdminSettings admin = {};
    /// Finds the page at "/admin" and what it loads. Empty: there is no page.
    FindAsset find_admin_asset = {};
    /// The page and what it shows; serve() makes it.
    std::shared_ptr<AdminHttp> admin_http = {};
    /// Hears of what concerns security; nullptr: nobody does.
    std::shared_ptr<Audit> audit = {};
    CorsSettings cors = {};
    /// Shared by all workers; nullptr: every request is let through.
    std::shared_ptr<LimitState> limits = {};
    /// What they count, and what others will that replace them; serve() makes it where there are no
    /// limits.
    std::shared_ptr<LimitCounts> limit_counts = {};
    /// Clients read their writes from replicas; nothing: there are none.
    std::optional<ConsistencySettings> consistency = {};
    ReadinessSettings readiness = {};
    /// Traces and the access log.
    WatchSettings watch = {};
    SocketSettings sockets = {};
    LiveSettings live = {};
    /// Development: whoever asks /ready is told what the database said.
    bool expose_errors = false;
    /// What holds in the engine for the same requests; nullptr: what the engine was made with.
    std::shared_ptr<const engine::Settings> engine = {};
};

/// Used on its worker's thread. The engine and the pool must outlive it.
class Router final : private SocketHost {
  public:
    Router(const runtime::Executor& executor, engine::Engine& engine, pg::Pool& pool,
           RouterSettings settings);

    /// Answers any request: /graphql, /admin/…, /health, /ready, the page; 404 and 405
    /// otherwise.
    runtime::Task<http::Response> answer(const http::Request& request) {
        return execute(request, nullptr);
    }

    /// Uses `settings` for the requests that begin from now on; those in progress, and sockets,
    /// keep theirs. Of what is made for the whole life of a server, nothing may be another one.
    void replace_settings(std::shared_ptr<const RouterSettings> settings);

    /// Subscriptions over sockets.
    LiveQueries& live_queries() override { return live_queries_; }

    /// Where what comes from other threads is delivered: the mailbox of this worker.
    void receive_at(std::shared_ptr<runtime::Mailbox> mailbox) { mailbox_ = std::move(mailbox); }

    /// Who asks.
    Identification& identification() override { return identification_; }
    const Identification& identification() const noexcept { return identification_; }

    /// What this worker has answered so far.
    const RequestTally& tally() const noexcept { return tally_; }

    /// From now on sessions are served, those of `feed` being over. Only where the settings have
    /// sessions.
    void follow_sessions(RevokedFeed& feed, std::shared_ptr<runtime::Mailbox> mailbox);

    /// From now on /ready says that the server is stopping.
    void drain() noexcept { readiness_.drain(); }

  private:
    runtime::Task<http::Response> execute(const http::Request& request,
                                          engine::Live* live) override;
    const SocketSettings& socket_settings() const override { return sockets_; }

    // `settings` are those of the request, which execute() holds to its end.
    runtime::Task<http::Response> answer_other(const http::Request& request,
                                               const RouterSettings& settings);
    runtime::Task<std::optional<Error>> let_in(const http::Request& request, Admission& admission);
    runtime::Task<http::Response> answer_admitted(const http::Request& request,
                                                  const RouterSettings& settings,
                                                  Admission& admission, RequestWatch* watch,
                                                  engine::Live* live);
    runtime::Task<http::Response> answer_graphql(const http::Request& request,
                                                 const RouterSettings& settings,
                                                 Admission& admission, RequestWatch* watch,
                                                 engine::Live* live);
    runtime::Task<http::Response> answer_route(const http::Request& request,
                                               const RouterSettings& settings, Admission& admission,
                                               const detail::route_definition& route);
    http::Response open_socket(const http::Request& request, const CorsSettings& cors);
    runtime::Task<http::Response> answer_explain(const http::Request& request,
                                                 const RouterSettings& settings);
    runtime::Task<http::Response> answer_auth(const http::Request& request,
                                              const RouterSettings& settings);
    void count_answer(const engine::Response& answered);
    void audit(AuditEvent event, const http::Request& request, const auth::Principal* principal,
               std::string_view detail) const;
    bool may_see_metrics(const http::Request& request) const;

    engine::Engine& engine_;
    pg::Pool& pool_;
    std::shared_ptr<const RouterSettings> settings_;
    /// Sockets outlive requests.
    SocketSettings sockets_;
    Identification identification_;
    LiveQueries live_queries_;
    Readiness readiness_;
    std::optional<Sessions> sessions_;
    std::shared_ptr<runtime::Mailbox> mailbox_;
    /// What this worker's share of the cache took when it was counted last.
    std::size_t cache_bytes_ = 0;
    RequestTally tally_ = {};
};

}  // namespace fraiseql::server
