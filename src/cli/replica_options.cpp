// SPDX-License-Identifier: MIT
#include "cli/replica_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/edge_options.hpp"
#include "pg/conninfo.hpp"

namespace fraiseql::cli {
namespace {

/// Each has two threads and, for each worker, connections of its own.
constexpr std::size_t kMaxReplicas = 16;

/// How people recognise a server.
Result<std::string> name_of(const std::string& conninfo) {
    FRAISEQL_TRY(const std::string host, pg::conninfo_value(conninfo, "host"));
    FRAISEQL_TRY(const std::string address, pg::conninfo_value(conninfo, "hostaddr"));
    FRAISEQL_TRY(const std::string port, pg::conninfo_value(conninfo, "port"));
    const std::string& where = host.empty() ? address : host;
    return fmt::format("{}:{}", where.empty() ? "localhost" : where, port.empty() ? "5432" : port);
}

/// Of several hosts, one that takes no writes must not be taken for the primary: what a client has
/// just written would be read from it.
Result<void> check_primary(const std::string& conninfo) {
    FRAISEQL_TRY(const std::string host, pg::conninfo_value(conninfo, "host"));
    FRAISEQL_TRY(const std::string address, pg::conninfo_value(conninfo, "hostaddr"));
    FRAISEQL_TRY(const std::string target, pg::conninfo_value(conninfo, "target_session_attrs"));
    const bool several =
        host.find(',') != std::string::npos || address.find(',') != std::string::npos;
    if (!several || target == "read-write" || target == "primary") return {};
    return fail(ErrorCode::Configuration,
                "--database names several hosts, and any of them would do.",
                "With --replica, add target_session_attrs=read-write to the URL of --database.");
}

Result<replica::Target> target_of(const std::string& url, bool development,
                                  const pg::PoolSettings& pool) {
    auto tls = check_database_tls(url, development);
    if (!tls) {
        Error error = std::move(tls).error();
        error.message = "--replica: " + error.message;
        return fail(std::move(error));
    }
    replica::Target out{.pool = pool, .outbound = std::make_shared<runtime::Outbound>()};
    FRAISEQL_TRY(out.name, name_of(url));
    out.pool.conninfo = url;
    // A server that does not answer is looked after by a watch; requests do not wait for it.
    out.pool.connect_timeout = std::chrono::seconds(2);
    return out;
}

}  // namespace

void add_replicas(CLI::App& command, ReplicaOptions& options) {
    command
        .add_option("--replica", options.replicas,
                    "PostgreSQL URL of a streaming replica that queries are read from; where it is "
                    "the primary, or too far behind, it is not")
        ->delimiter(';')
        ->type_name("URL;…");
    command
        .add_option("--max-replica-lag", options.max_lag,
                    "milliseconds that a replica may be behind and still be read from")
        ->check(CLI::Range(100, 3'600'000))
        ->capture_default_str();
}

Result<void> apply_replicas(const ReplicaOptions& options, bool development, bool tls,
                            server::Settings& settings) {
    if (options.replicas.empty()) return {};
    if (options.replicas.size() > kMaxReplicas)
        return fail(ErrorCode::Configuration,
                    fmt::format("There are more than {} replicas.", kMaxReplicas),
                    "Put a load balancer in front of them, and name that.");
    if (auto checked = check_primary(settings.pool.conninfo); !checked) return checked;
    auto out = std::make_shared<replica::Settings>();
    out->max_lag = std::chrono::milliseconds(options.max_lag);
    for (const std::string& url : options.replicas) {
        FRAISEQL_TRY(replica::Target target, target_of(url, development, settings.pool));
        const bool twice = std::any_of(
            out->targets.begin(), out->targets.end(),
            [&target](const replica::Target& other) { return other.name == target.name; });
        if (twice)
            return fail(ErrorCode::Configuration,
                        fmt::format("--replica names {} twice.", target.name), "Name it once.");
        if (settings.log)
            target.pool.log = [log = settings.log, name = target.name](std::string_view message) {
                log(fmt::format("replica {}: {}", name, message));
            };
        out->targets.push_back(std::move(target));
    }
    settings.router.consistency = server::ConsistencySettings{.max_lag = out->max_lag, .tls = tls};
    settings.replicas = std::move(out);
    return {};
}

}  // namespace fraiseql::cli
