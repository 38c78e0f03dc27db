// SPDX-License-Identifier: MIT
// Cluster: the one private PostgreSQL that all database tests of a test program share.
#pragma once

#include <string>
#include <string_view>

#include "cluster/private_cluster.hpp"

namespace fraiseql::testing {

/// A private cluster for tests. Every failure ends the test program with a message: a test has
/// nothing sensible to do about a database that does not start.
class Cluster {
  public:
    /// Returns the cluster of this program, starting it on first use; it ends with the program.
    static Cluster& shared();

    /// Returns the URL of `database` through the private socket, as superuser.
    std::string url(std::string_view database = "postgres") const;

    /// Returns the URL of `database` through TCP on loopback, with a password.
    std::string tcp_url(std::string_view database = "postgres") const;

    /// Creates an empty database, dropping an older one of that name, and returns its URL.
    std::string create_database(std::string_view name) const;

    /// Runs `sql`, one or more statements, on the database at `url`.
    void run_sql(const std::string& url, const std::string& sql) const;

    /// Runs the SQL file at `path` on the database at `url`.
    void run_file(const std::string& url, const std::string& path) const;

  private:
    Cluster();

    cluster::PrivateCluster cluster_;
};

}  // namespace fraiseql::testing
