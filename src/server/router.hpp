// SPDX-License-Identifier: MIT
// Router: which resource answers a request, on one worker.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "auth/authenticator.hpp"
#include "engine/engine.hpp"
#include "http/message.hpp"
#include "pg/pool.hpp"
#include "runtime/task.hpp"
#include "server/admin.hpp"
#include "server/metrics.hpp"

namespace fraiseql::server {

/// A file that is served as it is; everything in it lives as long as the program.
struct Asset {
    std::string_view content_type;
    /// A strong entity tag in its quotes.
    std::string_view etag;
    std::string_view body;
    /// The same compressed by gzip; empty where there is none.
    std::string_view gzip_body = {};
};

/// Whose tokens count, and what they say.
struct Authentication {
    /// Shared by all workers.
    std::shared_ptr<const auth::Keys> keys = {};
    auth::Settings settings = {};
};

struct RouterSettings {
    /// None: tokens are not looked at, and all who ask are the same to PostgreSQL.
    std::optional<Authentication> authentication = {};
    /// Finds the page at "/" (GraphiQL) and what it loads, by path. Empty: there is no page.
    std::function<std::optional<Asset>(std::string_view path)> find_asset = {};
    /// What /metrics shows; nullptr: there is no such resource.
    std::shared_ptr<Metrics> metrics = {};
    AdminSettings admin = {};
    /// Development: /ready tells strangers what the database said.
    bool expose_errors = false;
};

/// Used on its worker's thread. The engine and the pool must outlive it.
class Router {
  public:
    Router(engine::Engine& engine, pg::Pool& pool, RouterSettings settings);

    /// Answers any request: /graphql, /admin/explain, /health, /ready, the page; 404 and 405
    /// otherwise.
    runtime::Task<http::Response> answer(const http::Request& request);

    /// From now on /ready says that the server is stopping.
    void drain() noexcept { draining_ = true; }

  private:
    runtime::Task<http::Response> answer_graphql(const http::Request& request);
    runtime::Task<http::Response> answer_explain(const http::Request& request);
    runtime::Task<http::Response> answer_ready();
    auth::Authenticator::Answer authenticate(const http::Request& request);
    std::optional<http::Response> find_page(const http::Request& request) const;

    engine::Engine& engine_;
    pg::Pool& pool_;
    RouterSettings settings_;
    std::optional<auth::Authenticator> authenticator_;
    bool draining_ = false;
};

}  // namespace fraiseql::server
