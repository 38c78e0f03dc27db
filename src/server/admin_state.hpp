// SPDX-License-Identifier: MIT
// What administrators are told of a server: how it is now, and how it was.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/tls_context.hpp"
#include "server/audit.hpp"
#include "server/limits.hpp"
#include "server/registry_watch.hpp"
#include "server/replica_watch.hpp"
#include "server/samples.hpp"
#include "server/schema_watch.hpp"
#include "turbo/statistics.hpp"

namespace fraiseql::server {

/// Where to find it; what may be empty says so.
struct AdminSources {
    /// Of the database, for questions that take a while.
    std::string conninfo = {};
    std::shared_ptr<const Samples> samples = {};
    std::shared_ptr<const ModelFeed> models = {};
    /// Which of them is served, and since when; may be empty.
    std::shared_ptr<const SchemaVersionFeed> schema_versions = {};
    /// The certificate that is served; empty where there is none.
    std::shared_ptr<const http::CurrentTls> tls = {};
    std::shared_ptr<const RegistryFeed> registry = {};
    /// Of registered operations, and of the busiest others; may be empty.
    std::shared_ptr<const turbo::Statistics> statistics = {};
    std::shared_ptr<const turbo::Statistics> others = {};
    /// Both empty where there are no replicas.
    std::shared_ptr<const replica::Settings> replica_settings = {};
    std::shared_ptr<const ReplicaFeed> replicas = {};
    std::shared_ptr<const LimitCounts> limits = {};
    /// Empty where nobody hears.
    std::shared_ptr<Audit> audit = {};
};

/// One part of the state, and its JSON.
struct StatePart {
    std::string_view name;
    std::string json;
};

/// Returns server, database, schema, pool, workers, plans, answers, operations, tokens, replicas
/// where there are any, and limits, as of this moment.
std::vector<StatePart> state_parts(const AdminSources& sources);

/// Returns them as one object.
std::string state_json(const AdminSources& sources);

/// Returns [{at, requests, errors, p50, …}] of the seconds after `since`.
std::string history_json(const std::vector<Second>& seconds);

/// Returns [{operation, calls, …}], the most costly first: what this server has counted since its
/// start, of `most` operations.
std::string counted_operations_json(const AdminSources& sources, std::size_t most);

}  // namespace fraiseql::server
