// SPDX-License-Identifier: MIT
// `fraiseql demo`: an example blog in a PostgreSQL of its own, gone again when it ends.
#include <fmt/format.h>

#include <cstdio>

#include "cli/commands.hpp"
#include "cluster/private_cluster.hpp"
#include "demo/blog.hpp"

namespace fraiseql::cli {

int demo(Options options) {
    fmt::print("Starting a private PostgreSQL with an example blog …\n");
    std::fflush(stdout);
    auto cluster = cluster::PrivateCluster::start();
    if (!cluster) return complain(cluster.error());
    auto url = cluster->create_database("blog");
    if (!url) return complain(url.error());
    for (const demo::SqlFile& file : demo::blog_files())
        if (auto done = cluster::run_sql(*url, std::string(file.text)); !done)
            return complain(done.error());
    fmt::print("  database  {}\n", *url);
    options.database = *url;
    options.arguments.push_back("--database=" + *url);
    return serve(options);
}

}  // namespace fraiseql::cli
