// SPDX-License-Identifier: MIT
// application: a server with fields of your own beside those of the database.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fraiseql/context.hpp"
#include "fraiseql/export.hpp"
#include "fraiseql/hooks.hpp"
#include "fraiseql/resolver.hpp"
#include "fraiseql/service.hpp"

namespace fraiseql {

/// Collects what the application adds, then serves it with the database. Used by one thread. Adding
/// something once it serves throws std::logic_error.
///
/// A resolver is a function or lambda: `R f(context&, arguments…)`, where context& may be left out
/// and R is a value, task<value>, or an expected of a value and failure. Its type becomes the
/// field's: a described struct an object, std::vector a list, std::optional what may be null,
/// std::variant a union or interface. It runs on a worker of the server, at the same time as on
/// others, so what it shares must be immutable or locked. What it throws is the field's error:
/// failure as it is, anything else with a reference to the log.
class FRAISEQL_EXPORT application {
  public:
    application();
    application(const application&) = delete;
    application& operator=(const application&) = delete;
    ~application();

    /// Adds the field `name` of Query. The queries of one operation run at the same time. Throws
    /// std::invalid_argument where names and parameters do not fit.
    template <class F>
    application& query(std::string name, F resolver, const field_options& options = {}) {
        return add(detail::define_field("Query", std::move(name), std::move(resolver), options));
    }

    /// Adds the field `name` of Mutation. Those of one operation run one after the other.
    template <class F>
    application& mutation(std::string name, F resolver, const field_options& options = {}) {
        return add(detail::define_field("Mutation", std::move(name), std::move(resolver), options));
    }

    /// Adds the field `name` of Subscription: `stream<R> f(context&, arguments…)`, a coroutine that
    /// yields the events, each of which is answered as the client has selected, with the rights
    /// that who subscribed has by then. It goes on when the client has taken the event before, ends
    /// with the subscription, wherever it waits, and has no deadline of its own: statements have
    /// that of a request each. What it throws is the last that the client hears.
    template <class F>
    application& subscription(std::string name, F resolver, const field_options& options = {}) {
        return add(detail::define_subscription(std::move(name), std::move(resolver), options));
    }

    /// Adds the field `name` to the objects of `type`, a type of the database. The resolver is
    /// `R f(context&, Parent)`, called for each object, or
    /// `std::vector<R> f(context&, std::vector<Parent>)`, called once for all objects of a
    /// response; either may return a task. Parent is a described struct: its members are the
    /// scalars, enums and lists of them of the object that the resolver needs, and the one
    /// statement of the operation reads them. They need not be selected, nor visible to the client.
    /// What is thrown for one object is the error of that one; what a loader throws is that of all.
    template <class F>
    application& field(std::string type, std::string name, F resolver,
                       const field_options& options = {}) {
        return add(detail::define_computed(std::move(type), std::move(name), std::move(resolver),
                                           options));
    }

    /// Adds code that sees each GraphQL request, and each of a route, when it is known who asks and
    /// nothing has been decided: `void f(context&)` or a task. It may set values for resolvers
    /// (context::set), say the tenant (context::set_tenant), or throw failure, which refuses the
    /// request. What is added first runs first.
    template <class F>
    application& prepare(F hook) {
        detail::expect_function(hook, "prepare()");
        add_hook([hook = std::move(hook)](context& ctx) { return detail::run_hook(hook, ctx); });
        return *this;
    }

    /// Adds what `@authorize authorizer:name` asks, in comments of the database and in
    /// field_options::authorize: `bool f(context&)` or a task. It is asked once for each request,
    /// after prepare(), whoever asks; true grants what the rule protects.
    template <class F>
    application& authorizer(std::string name, F ask) {
        detail::expect_function(ask, "authorizer " + name);
        add_authorizer({std::move(name), [ask = std::move(ask)](context& ctx, bool& granted) {
                            return detail::run_for<bool>(granted, ask, ctx);
                        }});
        return *this;
    }

    /// Says by what rate limits with the key `custom` count (`--rate-limit "custom 100/1m"`):
    /// `std::optional<std::string> f(context&)` or a task; for nothing, the client's address
    /// counts.
    template <class F>
    application& rate_key(F key) {
        detail::expect_function(key, "rate_key()");
        set_rate_key([key = std::move(key)](context& ctx, std::optional<std::string>& out) {
            return detail::run_for<std::optional<std::string>>(out, key, ctx);
        });
        return *this;
    }

    /// Adds code that sees each GraphQL request before its document is looked at:
    /// `void f(context&, const operation&)` or a task. It may throw failure, and context::extend
    /// the answer.
    template <class F>
    application& before_plan(F hook) {
        detail::expect_function(hook, "before_plan()");
        add_before_plan([hook = std::move(hook)](context& ctx, const operation& asked) {
            return detail::run_hook(hook, ctx, asked);
        });
        return *this;
    }
    /// The same, when it is valid and allowed, before anything of it runs.
    template <class F>
    application& before_execute(F hook) {
        detail::expect_function(hook, "before_execute()");
        add_before_execute([hook = std::move(hook)](context& ctx, const operation& asked) {
            return detail::run_hook(hook, ctx, asked);
        });
        return *this;
    }
    /// Adds code that sees what has come of an operation that was executed, before the answer is
    /// sent: `void f(context&, const operation&, const outcome&)` or a task. It may
    /// context::extend the answer. What it throws is logged; mutations have taken effect.
    template <class F>
    application& after(F hook) {
        detail::expect_function(hook, "after()");
        add_after(
            [hook = std::move(hook)](context& ctx, const operation& asked, const outcome& result) {
                return detail::run_hook(hook, ctx, asked, result);
            });
        return *this;
    }

    /// Adds a resource besides `/graphql`: `http_response f(context&, const http_request&)` or a
    /// task. It meets the same authentication, limits, CORS and logs, and prepare(). A path is
    /// compared as it was sent; one that ends with `/*` is for all below it that no other route is
    /// for: the longest one counts. A method is written in capitals; GET answers HEAD, too, where
    /// there is nothing else for it. Throws std::invalid_argument
    /// where the path is the server's own or is there already, and for what no request could match.
    template <class F>
    application& route(std::string method, std::string path, F answer,
                       const route_options& options = {}) {
        detail::expect_function(answer, "route " + method + ' ' + path);
        add_route({std::move(method), std::move(path), options.authorize,
                   [answer = std::move(answer)](context& ctx, const http_request& request,
                                                http_response& out) {
                       return detail::run_for<http_response>(out, answer, ctx, request);
                   }});
        return *this;
    }

    /// Runs the command line as the program `fraiseql` does, which see; without a command, it is
    /// `serve`. Returns the exit code; blocks until SIGTERM or SIGINT.
    int run(int argc, const char* const* argv);

    /// Starts a server inside of this program and returns once it answers requests. `settings` are
    /// arguments of `fraiseql serve`: `{"--database", "postgres:///shop", "--listen",
    /// "127.0.0.1:0"}`; the environment and the settings file count, too. It handles no signal, but
    /// ignores SIGPIPE where nobody handles that. Throws failure where it cannot start.
    service start(std::vector<std::string> settings) const;
    /// The same without a socket: the program hands requests to service::answer(). Since it is not
    /// known who can reach them, the environment is production unless `settings` say otherwise.
    service mount(std::vector<std::string> settings) const;

  private:
    /// Throws where it serves already.
    detail::definitions& addable();
    application& add(detail::field_definition field);
    void add_hook(std::function<task<void>(context&)> hook);
    void add_authorizer(detail::authorizer_definition authorizer);
    void set_rate_key(std::function<task<void>(context&, std::optional<std::string>&)> key);
    void add_before_plan(std::function<task<void>(context&, const operation&)> hook);
    void add_before_execute(std::function<task<void>(context&, const operation&)> hook);
    void add_after(std::function<task<void>(context&, const operation&, const outcome&)> hook);
    void add_route(detail::route_definition route);
    // Shared with the workers, which may still be stopping.
    std::shared_ptr<detail::definitions> definitions_;
    mutable bool started_ = false;
};

}  // namespace fraiseql
