// SPDX-License-Identifier: MIT
#include "testing/cluster.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace fraiseql::testing {
namespace {

[[noreturn]] void give_up(const Error& error) {
    fmt::print(stderr, "The tests' private PostgreSQL: {}\n", to_string(error));
    std::exit(1);
}

template <class T>
T value_or_give_up(Result<T> result) {
    if (!result) give_up(result.error());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace

Cluster::Cluster() : cluster_(value_or_give_up(cluster::PrivateCluster::start())) {}

Cluster& Cluster::shared() {
    static Cluster cluster;
    return cluster;
}

std::string Cluster::url(std::string_view database) const { return cluster_.url(database); }

std::string Cluster::tcp_url(std::string_view database) const { return cluster_.tcp_url(database); }

std::string Cluster::create_database(std::string_view name) const {
    return value_or_give_up(cluster_.create_database(name));
}

void Cluster::run_sql(const std::string& url, const std::string& sql) const {
    value_or_give_up(cluster::run_sql(url, sql));
}

void Cluster::run_file(const std::string& url, const std::string& path) const {
    value_or_give_up(cluster::run_file(url, path));
}

}  // namespace fraiseql::testing
