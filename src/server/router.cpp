// SPDX-License-Identifier: MIT
#include "server/router.hpp"

#include <algorithm>

#include "engine/begin.hpp"
#include "engine/request_name.hpp"
#include "http/client_address.hpp"
#include "http/origin.hpp"
#include "http/websocket_handshake.hpp"
#include "server/admin_http.hpp"
#include "server/event_stream.hpp"
#include "server/graphql_http.hpp"
#include "server/http_transport.hpp"
#include "server/operation_gate.hpp"
#include "server/refusals.hpp"
#include "server/session_graphql.hpp"
#include "server/session_http.hpp"

namespace fraiseql::server {

namespace {

using runtime::Task;

using http::kJson;
constexpr std::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";
// Everything that the page loads is its own; Monaco makes its workers of blobs and styles elements.
constexpr const char* kPagePolicy =
    "default-src 'none'; script-src 'self'; worker-src 'self' blob:; style-src 'self' "
    "'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri "
    "'none'; form-action 'none'; frame-ancestors 'none'";

/// What one client may see is not for the caches of others; whoever knows better has said so.
void store_no_answer(http::Response& response) {
    const auto said = [](const http::Header& header) { return header.name == "Cache-Control"; };
    if (std::none_of(response.headers.begin(), response.headers.end(), said))
        response.headers.push_back({"Cache-Control", "no-store"});
}

/// A kept answer is its client's own to keep, if it asks each time whether it may use it.
http::Response to_http(engine::Response answer, MediaType type, const http::Request& request) {
    http::Response response;
    if (!answer.entity_tag.empty()) {
        // The same answer in two media types shares one tag, so it is weak.
        response.headers.push_back({"ETag", "W/" + answer.entity_tag});
        response.headers.push_back({"Cache-Control", "private, no-cache"});
        response.headers.push_back({"Vary", "Accept, Authorization, Cookie"});
        if (lists(request.header("If-None-Match"), answer.entity_tag)) {
            response.status = 304;
            return response;
        }
    }
    response.status = response_status(type, answer.request_error, answer.code);
    response.headers.push_back({"Content-Type", std::string(content_type(type))});
    if (answer.entity_tag.empty()) response.headers.push_back({"Vary", "Accept"});
    if (response.status == 405) response.headers.push_back({"Allow", "POST"});
    if (response.status == 503) response.headers.push_back({"Retry-After", "1"});
    response.body = std::move(answer.body);
    return response;
}

/// What an answer says about who asked, where it says anything.
std::optional<AuditEvent> event_of(const engine::Response& answer) {
    if (!answer.request_error) return std::nullopt;
    if (answer.code == ErrorCode::Forbidden) return AuditEvent::AccessRefused;
    if (answer.code == ErrorCode::QueryTooComplex) return AuditEvent::TooComplex;
    if (answer.code == ErrorCode::RateLimited) return AuditEvent::RateLimited;
    return std::nullopt;
}

/// What load balancers and Prometheus ask for all the time, and what costs nearly nothing.
bool is_probe(std::string_view path) {
    return path == "/health" || path == "/ready" || path == "/metrics";
}

/// Finds the name of a request only where somebody asks for it.
class LazyName final : public engine::RequestName {
  public:
    explicit LazyName(const http::Request& request) : request_(request) {}
    std::string_view id() const override { return request_.id(); }

  private:
    const http::Request& request_;
};

std::shared_ptr<const RouterSettings> with_engine(
    RouterSettings settings, const std::shared_ptr<const engine::Settings>& engine) {
    if (!settings.engine) settings.engine = engine;
    return std::make_shared<const RouterSettings>(std::move(settings));
}

/// Whoever may read answers that cookies opened may send what they open, too.
std::vector<std::string> session_origins(const CorsSettings& cors) {
    return cors.credentials ? cors.origins : std::vector<std::string>{};
}

/// Who named the request, or was refused, is told the name.
void name_answer(const http::Request& request, http::Response& response) {
    if (response.status >= 400 || request.header("X-Request-Id"))
        response.headers.push_back({"X-Request-Id", std::string(request.id())});
}

}  // namespace

Router::Router(const runtime::Executor& executor, engine::Engine& engine, pg::Pool& pool,
               RouterSettings settings)
    : engine_(engine),
      pool_(pool),
      settings_(with_engine(std::move(settings), engine.settings())),
      sockets_(settings_->sockets),
      identification_(pool_, settings_->authentication, settings_->audit),
      live_queries_(executor, pool_, settings_->live),
      readiness_(pool_, identification_, settings_->readiness) {}

void Router::replace_settings(std::shared_ptr<const RouterSettings> settings) {
    settings_ = std::move(settings);
    sockets_.websocket.max_message = settings_->sockets.websocket.max_message;
    if (!sessions_) return;
    const std::vector<std::string> origins = session_origins(settings_->cors);
    identification_.trust(origins);
    sessions_->trust(origins);
}

Task<http::Response> Router::execute(const http::Request& request, engine::Live* live) {
    const std::shared_ptr<const RouterSettings> held = settings_;
    const RouterSettings& settings = *held;
    if (is_probe(request.path())) co_return co_await answer_other(request, settings);
    if (live == nullptr && request.path() == "/graphql" && wants_events(request)) {
        // Limits, the log and all else see the operation, which is executed as any other.
        http::Response stream = EventStream::open(*this, request);
        add_cors_headers(settings.cors, request, stream);
        co_return stream;
    }
    // A subscription is counted and logged when it begins, not with each of its answers.
    const bool again = live != nullptr && live->run;
    Admission admission(again ? nullptr : settings.limits, mailbox_, request);
    const std::shared_ptr<const WatchSettings> watched(held, &settings.watch);
    const auto watch =
        again ? RequestWatch::begin_again(watched, request) : RequestWatch::begin(watched, request);
    http::Response response;
    std::optional<Error> refused;
    if (settings.limits && !again) refused = co_await let_in(request, admission);
    if (refused)
        response = refuse(*refused, kJson);
    else
        response = co_await answer_admitted(request, settings, admission, watch.get(), live);
    admission.describe(response);
    add_cors_headers(settings.cors, request, response);
    name_answer(request, response);
    if (watch) RequestWatch::answer(watch, response);
    co_return response;
}

Task<http::Response> Router::answer_admitted(const http::Request& request,
                                             const RouterSettings& settings, Admission& admission,
                                             RequestWatch* watch, engine::Live* live) {
    if (auto preflight = answer_preflight(settings.cors, request)) co_return std::move(*preflight);
    if (request.path() != "/graphql") {
        bool known = false;
        const auto* route = engine_.find_route(request.method(), request.path(), known);
        if (route != nullptr) co_return co_await answer_route(request, settings, admission, *route);
        if (known) co_return method_not_allowed(request, engine_.methods_of(request.path()));
        co_return co_await answer_other(request, settings);
    }
    if (http::wants_websocket(request)) co_return open_socket(request, settings.cors);
    const auto started = runtime::Clock::now();
    http::Response response = co_await answer_graphql(request, settings, admission, watch, live);
    const auto duration = runtime::Clock::now() - started;
    // What stays open has no duration of its own.
    if (live == nullptr || !live->run) {
        tally_.count(duration, response.status >= 400);
        if (settings.metrics) settings.metrics->count_graphql(response.status, duration);
    }
    store_no_answer(response);
    co_return response;
}

/// Browsers let any page open a WebSocket and read what comes: whether it may is for us to say.
http::Response Router::open_socket(const http::Request& request, const CorsSettings& cors) {
    const bool foreign = http::source_of(request, cors.origins) == http::Source::Foreign;
    if (!foreign || cors.any_origin) return GraphqlSocket::open(*this, request);
    audit(AuditEvent::OriginRefused, request, nullptr, "websocket");
    return refuse({.code = ErrorCode::Forbidden,
                   .message = "Pages of another origin may not connect.",
                   .hint = "Serve the page from this origin, or name the page's: --cors-origin."},
                  kJson);
}

Task<std::optional<Error>> Router::let_in(const http::Request& request, Admission& admission) {
    std::optional<Error> refused = admission.check_address();
    if (refused) {
        audit(AuditEvent::AccessRefused, request, nullptr, "address");
        co_return refused;
    }
    refused = co_await admission.count_address();
    if (refused) audit(AuditEvent::RateLimited, request, nullptr, refused->message);
    co_return refused;
}

Task<http::Response> Router::answer_other(const http::Request& request,
                                          const RouterSettings& settings) {
    const std::string_view path = request.path();
    if (sessions_ && path.starts_with("/auth/")) co_return co_await answer_auth(request, settings);
    if (path == "/admin/explain") co_return co_await answer_explain(request, settings);
    if (settings.admin_http && AdminHttp::has(path))
        co_return co_await settings.admin_http->answer(request, settings.admin, mailbox_);
    if (path == "/metrics" && may_see_metrics(request)) {
        if (!reads(request)) co_return method_not_allowed(request, "GET, HEAD");
        co_return http::make_response(200, kMetricsType, settings.metrics->render());
    }
    if (settings.admin_http && path == "/health/detailed")
        co_return co_await settings.admin_http->answer_health(request, settings.admin, readiness_);
    const bool health = path == "/health";
    const bool ready = path == "/ready";
    if ((health || ready) && !reads(request)) co_return method_not_allowed(request, "GET, HEAD");
    if (ready) co_return co_await readiness_.answer(settings.expose_errors);
    if (health) co_return answer_health();
    if (settings.find_asset)
        if (const std::optional<Asset> asset = settings.find_asset(path))
            co_return answer_asset(*asset, request, kPagePolicy);
    co_return not_found(request);
}

Task<http::Response> Router::answer_graphql(const http::Request& request,
                                            const RouterSettings& settings, Admission& admission,
                                            RequestWatch* watch, engine::Live* live) {
    const Result<MediaType> type = choose_media_type(request);
    if (!type) co_return refuse(type.error(), kJson);
    Arena arena;
    auto principal = co_await identification_.identify(request, content_type(*type));
    if (!principal) co_return std::move(principal.error());
    const HttpTransport transport(request);
    engine::Begun begun(principal->get(), settings.engine);
    std::optional<Error> refused;
    if (engine_.shows_requests()) refused = co_await engine_.begin(&transport, begun);
    if (refused) co_return to_http(engine::Engine::refuse({*refused}), *type, request);
    const auth::Principal* who = begun.principal;
    const bool again = live != nullptr && live->run;
    if (settings.limits && !again)
        refused = co_await admission.count_principal(who, begun.rate_key);
    if (refused) {
        audit(AuditEvent::RateLimited, request, who, refused->message);
        co_return refuse(*refused, content_type(*type));
    }
    Result<engine::Request> asked = read_graphql_request(request, arena);
    if (!asked) co_return refuse(asked.error(), content_type(*type));
    const auto timeout = read_timeout(request);
    if (!timeout) co_return refuse(timeout.error(), content_type(*type));
    asked->timeout = *timeout;
    asked->principal = who;
    if (asked->principal != nullptr) asked->context = &asked->principal->context;
    if (settings.consistency) {
        const auto seen = read_seen(request, asked->extensions, *settings.consistency);
        if (!seen) {
            http::Response refusal = refuse(seen.error(), content_type(*type));
            forget(refusal, *settings.consistency);
            co_return refusal;
        }
        asked->seen = *seen;
    }
    OperationGate gate(admission, live);
    asked->transport = &transport;
    asked->begun = &begun;
    if (live != nullptr || admission.wants_operation()) asked->gate = &gate;
    std::optional<SessionAnswers> session_answers;
    if (sessions_)
        asked->sessions = &session_answers.emplace(*sessions_, request, asked->principal);
    const LazyName name(request);
    asked->name = &name;
    if (watch != nullptr) asked->timeline = &watch->timeline();
    engine::Response answered = co_await engine_.execute(*asked);
    count_answer(answered);
    if (watch != nullptr && answered.first_error)
        watch->timeline().error_code = info(*answered.first_error).wire;
    if (const auto event = event_of(answered))
        audit(*event, request, asked->principal, info(answered.code).wire);
    const auto written = answered.written;
    const bool failed = answered.first_error.has_value();
    http::Response response = to_http(std::move(answered), *type, request);
    // Those of another status are counted by it.
    if (failed && response.status < 400) ++tally_.errors;
    if (settings.consistency && written) remember(response, *written, *settings.consistency);
    co_return response;
}

void Router::count_answer(const engine::Response& answered) {
    if (answered.source) tally_.count(*answered.source);
    Metrics* const metrics = settings_->metrics.get();
    if (metrics == nullptr) return;
    if (answered.first_error) metrics->count_error(*answered.first_error);
    if (!answered.source) return;
    metrics->count_cached(*answered.source);
    const std::size_t before = std::exchange(cache_bytes_, engine_.answers().bytes());
    metrics->add_cache_bytes(static_cast<std::ptrdiff_t>(cache_bytes_) -
                             static_cast<std::ptrdiff_t>(before));
}

Task<http::Response> Router::answer_explain(const http::Request& request,
                                            const RouterSettings& settings) {
    const Result<void> admitted = admit_admin(settings.admin, request);
    if (!admitted) {
        audit(AuditEvent::AdminRefused, request, nullptr, info(admitted.error().code).wire);
        co_return refuse_admin(admitted.error());
    }
    if (request.method() != "POST") co_return method_not_allowed(request, "POST");
    Arena arena;
    auto principal = co_await identification_.identify(request, kJson);
    if (!principal) co_return std::move(principal.error());
    Result<engine::Request> asked = read_graphql_request(request, arena);
    if (!asked) co_return refuse(asked.error(), kJson);
    const auto options = read_explain_options(asked->extensions);
    if (!options) co_return refuse(options.error(), kJson);
    // Nothing is written: there is no answer to keep.
    asked->idempotency_key = {};
    asked->settings = settings.engine;
    asked->principal = principal->get();
    if (asked->principal != nullptr) asked->context = &asked->principal->context;
    engine::Response explained = co_await engine_.explain(*asked, *options);
    http::Response response;
    if (explained.request_error) response.status = info(explained.code).http_status;
    response.headers.push_back({"Content-Type", std::string(kJson)});
    never_store(response);
    response.body = std::move(explained.body);
    co_return response;
}

Task<http::Response> Router::answer_auth(const http::Request& request,
                                         const RouterSettings& settings) {
    if (auto preflight = answer_preflight(settings.cors, request)) co_return std::move(*preflight);
    Grants::Principal principal;
    if (needs_principal(request)) {
        auto identity = co_await identification_.identify(request, kJson);
        if (!identity) {
            add_cors_headers(settings.cors, request, identity.error());
            co_return std::move(identity.error());
        }
        principal = std::move(*identity);
    }
    http::Response response = co_await answer_session(*sessions_, request, principal.get());
    // What it wrote, nobody asked the log about.
    if (settings.consistency && !reads(request))
        remember(response, replica::kBeyondReplicas, *settings.consistency);
    add_cors_headers(settings.cors, request, response);
    co_return response;
}

void Router::follow_sessions(RevokedFeed& feed, std::shared_ptr<runtime::Mailbox> mailbox) {
    SessionSettings sessions = *settings_->authentication->sessions;
    sessions.origins = session_origins(settings_->cors);
    identification_.follow_sessions(feed, sessions, mailbox);
    sessions_.emplace(pool_, std::move(mailbox), std::move(sessions), settings_->audit);
}

void Router::audit(AuditEvent event, const http::Request& request, const auth::Principal* principal,
                   std::string_view detail) const {
    if (settings_->audit) settings_->audit->record(about(event, request, principal, detail));
}

bool Router::may_see_metrics(const http::Request& request) const {
    if (!settings_->metrics || settings_->metrics_for == Audience::Nobody) return false;
    if (settings_->metrics_for == Audience::Everybody) return true;
    // Of a proxy that nobody has named, it is not known for whom it speaks.
    const bool by_stranger = http::is_forwarded(request) && request.client() == request.peer();
    return !by_stranger && is_private(request.client());
}

}  // namespace fraiseql::server
