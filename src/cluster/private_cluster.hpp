// SPDX-License-Identifier: MIT
// PrivateCluster: a PostgreSQL of one's own, for the demo, the tests and the benchmarks.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "cluster/supervisor.hpp"

namespace fraiseql::cluster {

/// What may differ between private clusters.
struct ClusterOptions {
    /// Server settings on top of the built-in ones, e.g. {"shared_buffers", "1GB"}; the last wins.
    std::vector<std::pair<std::string, std::string>> settings = {};
};

/// A PostgreSQL cluster in a temporary folder with its own socket folder and port, which nobody but
/// this process's user reaches. It trusts its private socket; over TCP (loopback only) it wants
/// the generated password. Durability is off: its data is gone when this object is, also when the
/// process is killed.
class PrivateCluster {
  public:
    /// Makes and starts a cluster, and waits until it takes connections (about a second).
    static Result<PrivateCluster> start(const ClusterOptions& options = {});

    PrivateCluster(PrivateCluster&& other) noexcept;
    PrivateCluster& operator=(PrivateCluster&& other) noexcept;
    ~PrivateCluster();

    /// Returns the connection URL of `database` through the private socket, as superuser.
    std::string url(std::string_view database = "postgres") const;

    /// Returns the connection URL of `database` through TCP, with the password in it.
    std::string tcp_url(std::string_view database = "postgres") const;

    /// Returns the folder that holds the cluster's data, socket and log.
    const std::string& root() const noexcept { return root_; }

    /// Creates `name` anew, dropping an older database of that name, and returns its URL.
    Result<std::string> create_database(std::string_view name) const;

    /// Shuts the server down and removes its folder. Done by the destructor as well.
    void stop() noexcept;

  private:
    PrivateCluster(std::string root, int port, std::string password, Supervisor supervisor);

    static Result<PrivateCluster> start_once(const ClusterOptions& options);
    Result<void> wait_until_ready();

    std::string root_;
    int port_ = 0;
    std::string password_;
    Supervisor supervisor_;
};

/// Runs `sql`, one or more statements, on the database at `url`; the error carries the SQLSTATE in
/// `extensions` and PostgreSQL's message.
Result<void> run_sql(const std::string& url, const std::string& sql);

/// Runs the SQL file at `path` (plain SQL, no psql commands) on the database at `url`.
Result<void> run_file(const std::string& url, const std::string& path);

}  // namespace fraiseql::cluster
