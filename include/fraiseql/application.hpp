// SPDX-License-Identifier: MIT
// application: a server with fields of your own beside those of the database.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fraiseql/context.hpp"
#include "fraiseql/export.hpp"
#include "fraiseql/resolver.hpp"
#include "fraiseql/service.hpp"

namespace fraiseql {

/// Collects what the application adds, then serves it with the database. Used by one thread.
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

    /// Adds the field `name` to the objects of `type`, a type of the database. The resolver is
    /// `R f(context&, Parent)`, called for each object, or
    /// `std::vector<R> f(context&, std::vector<Parent>)`, called once for all objects of a
    /// response; either may return a task. Parent is a described struct: its members are the
    /// fields of the object that the resolver needs, and the one statement of the operation reads
    /// them. They need not be selected, nor visible to the client.
    template <class F>
    application& field(std::string type, std::string name, F resolver,
                       const field_options& options = {}) {
        return add(detail::define_computed(std::move(type), std::move(name), std::move(resolver),
                                           options));
    }

    /// Runs the command line as the program `fraiseql` does, which see; without a command, it is
    /// `serve`. Returns the exit code; blocks until SIGTERM or SIGINT. What was added must not
    /// change from now on.
    int run(int argc, const char* const* argv);

    /// Starts a server inside of this program and returns once it answers requests. `settings` are
    /// arguments of `fraiseql serve`: `{"--database", "postgres:///shop", "--listen",
    /// "127.0.0.1:0"}`; the environment and the settings file count, too. It handles no signal, but
    /// ignores SIGPIPE where nobody handles that. Throws failure where it cannot start. What was
    /// added must not change from now on.
    service start(std::vector<std::string> settings) const;
    /// The same without a socket: the program hands requests to service::answer(). Since it is not
    /// known who can reach them, the environment is production unless `settings` say otherwise.
    service mount(std::vector<std::string> settings) const;

  private:
    application& add(detail::field_definition field);
    // Shared with the workers, which may still be stopping.
    std::shared_ptr<detail::definitions> definitions_;
};

}  // namespace fraiseql
