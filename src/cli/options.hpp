// SPDX-License-Identifier: MIT
// What the command line, the environment and the configuration file may say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "check/finding.hpp"
#include "cli/auth_options.hpp"
#include "cli/edge_options.hpp"
#include "cli/observe_options.hpp"
#include "cli/pool_options.hpp"
#include "cli/replica_options.hpp"
#include "cli/setting_values.hpp"
#include "cli/socket_options.hpp"
#include "plan/limits.hpp"
#include "schema/model.hpp"

namespace fraiseql::cli {

enum class Environment : std::uint8_t { Automatic, Development, Production };

/// How `fraiseql config` shows them.
enum class SettingsFormat : std::uint8_t { Text, Json, Markdown };
enum class TopFormat : std::uint8_t { Text, Json };
enum class ExplainFormat : std::uint8_t { Text, Tree, Json };

struct Options {
    /// A PostgreSQL connection URL or libpq's key=value form.
    std::string database;
    /// The settings file that has been read; empty: none.
    std::string settings_file;
    /// What was in it.
    std::string settings_text;
    /// What the command line said behind the command, and what has come of all sources, for reading
    /// them again while it serves.
    std::vector<std::string> arguments;
    std::vector<SettingValue> values;
    schema::ModelOptions model;
    std::string listen = "127.0.0.1:8080";
    Environment environment = Environment::Automatic;
    /// 0: one for each core.
    std::size_t workers = 0;
    std::uint32_t default_page_size = 100;
    std::uint32_t max_page_size = 1000;
    plan::Limits limits;
    /// Seconds that a request may take.
    std::uint32_t timeout = 30;
    /// Seconds between looks at the catalog; 0: none.
    std::uint32_t schema_poll = 10;
    /// Seconds to wait for a database that does not answer yet.
    std::uint32_t startup_wait = 10;
    /// A file that keeps the catalog for the next start; empty: none.
    std::string schema_cache;
    /// Seconds between "not ready" and no more requests when the server is told to stop.
    std::uint32_t shutdown_delay = 0;
    std::size_t max_body_bytes = std::size_t{1} << 20U;
    /// Megabytes of all workers together.
    std::size_t plan_cache = 64;
    /// Megabytes for answers: in memory, of all workers together, and in the database.
    std::size_t cache_memory = 64;
    std::size_t cache_database = 256;
    /// Milliseconds.
    std::uint32_t cache_lease = 0;
    std::uint32_t cache_store_after = 5;
    /// A folder of operations to register; empty: none.
    std::string operations;
    bool only_registered = false;
    /// Most operations that servers register by themselves; 0: none.
    std::uint32_t adaptive_operations = 0;
    bool persisted_queries = true;
    /// Refresh materialized views whose comments ask for it.
    bool refresh = true;
    /// Most items of a list among the arguments.
    std::uint32_t max_list_items = 10'000;

    AuthOptions auth;
    EdgeOptions edge;
    ReplicaOptions replicas;
    SocketOptions sockets;
    ObserveOptions observe;
    PoolOptions pool;
    /// Holds the admin token; FRAISEQL_ADMIN_TOKEN is the other way to give it.
    std::string admin_token_file;

    // check
    bool json = false;
    check::Severity fail_on = check::Severity::Error;
    /// check FILE: milliseconds to wait for a lock, seconds that a statement may take.
    std::uint32_t lock_timeout = 1000;
    std::uint32_t statement_timeout = 300;
    /// diff: the later schema; the earlier one is `file`.
    std::string other_file;

    // config
    SettingsFormat settings_format = SettingsFormat::Text;

    // explain
    std::string query;
    std::string variables;
    std::string operation;
    bool analyze = false;
    bool analyze_mutations = false;
    ExplainFormat format = ExplainFormat::Text;
    /// The claims of a token, as JSON.
    std::string claims;
    /// The PostgreSQL role that the request would run under.
    std::string role;

    // top
    bool once = false;
    TopFormat top_format = TopFormat::Text;
    std::uint32_t rows = 20;
    /// Seconds.
    std::uint32_t interval = 2;

    // check isolation
    std::string tenant_column = "tenant_id";

    // db install, turbo, cache
    std::string module;
    /// db install tv, db verify
    std::string view;
    std::string key = "id";
    bool print_only = false;
    bool without_triggers = false;
    /// The role that may use the module; empty: whoever installs it.
    std::string grantee;
    /// cache cleanup
    bool all = false;
    std::string identifier;
    std::string file;
    /// turbo add: a file with SQL to run for the operation; empty: none.
    std::string sql_file;
    std::vector<std::string> hashes;
};

/// Whether this is a developer's machine: what decides of the switches that nobody has set. Where
/// nothing is said, that is so exactly if the server listens on this machine only.
bool is_development(const Options& options);

}  // namespace fraiseql::cli
