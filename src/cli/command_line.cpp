// SPDX-License-Identifier: MIT
// The grammar of the command line.
#include "fraiseql/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <map>

#include "cli/check_commands.hpp"
#include "cli/choice.hpp"
#include "cli/commands.hpp"
#include "cli/database_options.hpp"
#include "cli/layered_arguments.hpp"
#include "cli/options.hpp"
#include "cli/run.hpp"
#include "cli/setting_values.hpp"
#include "cli/show_settings.hpp"
#include "cli/surroundings.hpp"
#include "cli/usage_error.hpp"
#include "fraiseql/version.hpp"

namespace fraiseql {
namespace {

using cli::add_check;
using cli::add_database;
using cli::add_diff;
using cli::add_filter_style;
using cli::add_model;
using cli::add_settings_file;
using cli::Options;

constexpr const char* kFooter =
    "Examples:\n"
    "  fraiseql demo                                      a blog in a private PostgreSQL\n"
    "  fraiseql serve --database postgres:///shop         your own database\n"
    "  fraiseql schema --database postgres:///shop        its GraphQL schema\n"
    "  fraiseql explain --database postgres:///shop '{ posts { title } }'\n";

void add_paging(CLI::App& command, Options& options) {
    command
        .add_option("--default-page-size", options.default_page_size,
                    "rows of a list that asks for no limit")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    command
        .add_option("--max-page-size", options.max_page_size, "most rows that a list may ask for")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
}

void add_limits(CLI::App& command, Options& options) {
    const auto add = [&](const char* name, std::uint32_t& value, std::uint32_t most,
                         const char* purpose) {
        command.add_option(name, value, purpose)
            ->check(CLI::Range(std::uint32_t{1}, most))
            ->capture_default_str();
    };
    add("--max-depth", options.limits.depth, 100,
        "fields inside fields that an operation may have");
    add("--max-complexity", options.limits.complexity, 1'000'000'000,
        "objects and their fields that an operation may ask for, by their weights");
    add("--max-root-fields", options.limits.root_fields, 10'000,
        "root fields that an operation may have");
    add("--max-aliases", options.limits.aliases, 100'000, "aliases that an operation may have");
    add("--assumed-list-size", options.limits.list_size, 1'000'000,
        "items that a list inside a document counts for where no limit says it");
}

void add_operations(CLI::App& command, Options& options) {
    command
        .add_option("--plan-cache", options.plan_cache,
                    "megabytes for operations that have been met, with their plans")
        ->check(CLI::Range(1, 1 << 20))
        ->capture_default_str();
    command.add_option("--operations", options.operations, "folder of GraphQL files to register")
        ->type_name("DIR");
    command.add_flag("--only-registered", options.only_registered,
                     "run registered operations and nothing else");
    command
        .add_option("--adaptive-operations", options.adaptive_operations,
                    "operations that servers may register by themselves, since they take much "
                    "time; 0: none")
        ->check(CLI::Range(0, 10'000))
        ->capture_default_str();
    command
        .add_flag("--persisted-queries,!--no-persisted-queries", options.persisted_queries,
                  "let clients persist queries by hash (Apollo's automatic persisted queries)")
        ->default_str("true");
}

void add_cache(CLI::App& command, Options& options) {
    command
        .add_option("--cache-memory", options.cache_memory,
                    "megabytes for answers of views with @cache; 0 turns the cache off")
        ->check(CLI::Range(0, 1 << 20))
        ->capture_default_str();
    command
        .add_option("--cache-database", options.cache_database,
                    "megabytes for those answers in the database")
        ->check(CLI::Range(1, 1 << 20))
        ->capture_default_str();
    command
        .add_option("--cache-lease", options.cache_lease,
                    "milliseconds that an answer may lag behind the database; 0: it is compared "
                    "each time")
        ->check(CLI::Range(0, 3'600'000))
        ->capture_default_str();
    command
        .add_option("--cache-store-after", options.cache_store_after,
                    "milliseconds of building that make an answer worth a copy in the database")
        ->check(CLI::Range(0, 3'600'000))
        ->capture_default_str();
}

void add_turbo(CLI::App& app, Options& options, int& status) {
    CLI::App* turbo = app.add_subcommand("turbo", "Registered operations in the database");
    turbo->require_subcommand(1);
    const auto add = [&](const char* name, const char* purpose, int (*run)(const Options&)) {
        CLI::App* command = turbo->add_subcommand(name, purpose);
        add_model(*command, options);
        command->callback([&options, &status, run] { status = run(options); });
        return command;
    };
    CLI::App* register_one = add(
        "add", "Register an operation, or replace it; all servers know it at once", cli::turbo_add);
    register_one->add_option("id", options.identifier, "what clients send as documentId")
        ->required();
    register_one->add_option("file", options.file, "its GraphQL file; - is the standard input")
        ->required();
    register_one->add_option("--hash", options.hashes, "a further name, such as a client's hash")
        ->type_name("HASH");
    register_one
        ->add_option("--sql", options.sql_file,
                     "SQL template to run for it, once it answers alike (docs/turbo.md)")
        ->type_name("FILE");
    add_claims(*register_one, options.auth);
    CLI::App* import = add(
        "import", "Register a folder of GraphQL files or a manifest of Apollo's or Relay's tools",
        cli::turbo_import);
    import->add_option("path", options.file, "a folder, or a JSON file")->required();
    add_claims(*import, options.auth);
    add("list", "List the registered operations", cli::turbo_list);
    add("show", "Show an operation and what it is called", cli::turbo_show)
        ->add_option("id", options.identifier)
        ->required();
    add("remove", "Remove an operation", cli::turbo_remove)
        ->add_option("id", options.identifier)
        ->required();
}

void add_kept_answers(CLI::App& app, Options& options, int& status) {
    CLI::App* cache = app.add_subcommand("cache", "Answers that are kept in the database");
    cache->require_subcommand(1);
    const auto add = [&](const char* name, const char* purpose, int (*run)(const Options&)) {
        CLI::App* command = cache->add_subcommand(name, purpose);
        add_database(*command, options);
        command->callback([&options, &status, run] { status = run(options); });
        return command;
    };
    constexpr const char* kFilter = "a part of the operation's name or text";
    add("stats", "How much there is, and the versions that it depends on", cli::cache_stats);
    add("show", "The latest answers", cli::cache_show)
        ->add_option("operation", options.operation, kFilter);
    add("history", "Answers of the past that @asOf finds", cli::cache_history)
        ->add_option("operation", options.operation, kFilter);
    add("cleanup", "Remove what has expired", cli::cache_cleanup)
        ->add_flag("--all", options.all, "forget all answers, but not their history");
}

void add_top(CLI::App& app, Options& options, int& status) {
    CLI::App* top = app.add_subcommand("top", "Operations by the time they take of the database");
    add_database(*top, options);
    top->add_flag("--once", options.once, "print once, and end");
    top->add_option("--rows", options.rows, "operations to show")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    top->add_option("--interval", options.interval, "seconds between two looks")
        ->check(CLI::Range(1, 3600))
        ->capture_default_str();
    const std::map<std::string, cli::TopFormat> formats = {{"text", cli::TopFormat::Text},
                                                           {"json", cli::TopFormat::Json}};
    top->add_option("--format", options.top_format, "text, or json: one document, printed once")
        ->transform(cli::one_of(formats))
        ->type_name("NAME");
    top->callback([&options, &status] { status = cli::top(options); });
}

void add_install(CLI::App& app, Options& options, int& status) {
    CLI::App* db = app.add_subcommand("db", "What FraiseQL keeps in the database");
    db->require_subcommand(1);
    CLI::App* install = db->add_subcommand("install", "Install a module, or bring it up to date");
    add_database(*install, options);
    install
        ->add_option(
            "module", options.module,
            "turbo: registered operations; cache: answers and versions; idempotency: keys of "
            "mutations; rbac: roles and permissions; auth: users and sessions; audit: security "
            "events; events: an event "
            "store; counts: plannedCount; ddl: tells servers of changes of the catalog at once; "
            "tv: a table that holds what a view shows")
        ->required();
    install->add_option("--role", options.grantee, "the server's role: it is granted what it needs")
        ->type_name("NAME");
    install->add_option("view", options.view, "tv: the view");
    install->add_option("--key", options.key, "tv: the view's column that tells rows apart")
        ->capture_default_str();
    install->add_flag("--print", options.print_only, "print the SQL instead of running it");
    install->add_flag("--without-triggers", options.without_triggers,
                      "tv: you call sync_tv_…_all() yourself");
    install->callback([&] {
        if (options.module != "tv")
            status = cli::install_module(options);
        else if (options.grantee.empty())
            status = cli::install_projection(options);
        else
            status = cli::complain({.message = "--role does not go with tv.",
                                    .hint = "GRANT SELECT on the table to the role."});
    });
    CLI::App* verify = db->add_subcommand("verify", "Compare a tv_ table with its view");
    add_database(*verify, options);
    verify->add_option("table", options.view, "the table, or the view")->required();
    verify->callback([&] { status = cli::verify_projection(options); });
}

void add_serving(CLI::App& command, Options& options) {
    command.add_option("-l,--listen", options.listen, "address and port to listen on")
        ->type_name("HOST:PORT")
        ->capture_default_str();
    const std::map<std::string, cli::Environment> environments = {
        {"development", cli::Environment::Development},
        {"production", cli::Environment::Production}};
    command
        .add_option("--environment", options.environment,
                    "development or production: what is open to strangers where no other setting "
                    "says it. Default: development on a loopback address, else production")
        ->transform(cli::one_of(environments))
        ->type_name("NAME");
    command.add_option("--workers", options.workers, "threads; 0 is one for each core")
        ->check(CLI::Range(0, 256))
        ->capture_default_str();
    command.add_option("--timeout", options.timeout, "seconds that a request may take")
        ->check(CLI::Range(1, 3600))
        ->capture_default_str();
    command
        .add_option("--schema-poll", options.schema_poll,
                    "seconds between looks for changes of the catalog; 0: never serve another")
        ->check(CLI::Range(0, 86'400))
        ->capture_default_str();
    command
        .add_option("--startup-wait", options.startup_wait,
                    "seconds to wait for a database that does not answer yet")
        ->check(CLI::Range(0, 3600))
        ->capture_default_str();
    command
        .add_option("--schema-cache", options.schema_cache,
                    "file that keeps the catalog, so that the next start needs no database")
        ->type_name("FILE");
    command
        .add_option("--shutdown-delay", options.shutdown_delay,
                    "seconds to go on serving, not ready, when told to stop: load balancers look "
                    "elsewhere first")
        ->check(CLI::Range(0, 600))
        ->capture_default_str();
    command
        .add_option("--max-list-items", options.max_list_items,
                    "most items of a list in an argument, such as the input of a batch")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    command
        .add_flag("--refresh,!--no-refresh", options.refresh,
                  "refresh materialized views whose comments say '@refresh every …'")
        ->default_str("true");
    command.add_option("--max-body-bytes", options.max_body_bytes, "largest request body")
        ->check(CLI::Range(1024, 1 << 30))
        ->capture_default_str();
    cli::add_pool(command, options.pool);
    add_filter_style(command, options);
    add_operations(command, options);
    add_cache(command, options);
    add_paging(command, options);
    add_limits(command, options);
    add_authentication(command, options.auth);
    add_edge(command, options.edge);
    add_observation(command, options.observe);
    command
        .add_option("--admin-token-file", options.admin_token_file,
                    "token that opens /admin; the token itself: FRAISEQL_ADMIN_TOKEN")
        ->type_name("FILE");
    cli::add_sockets(command, options.sockets);
}

void add_explaining(CLI::App& command, Options& options) {
    command.add_option("query", options.query, "a GraphQL document")->required();
    command.add_option("--variables", options.variables, "JSON object")->type_name("JSON");
    command.add_option("--operation", options.operation, "name of the operation")
        ->type_name("NAME");
    command.add_flag("--analyze", options.analyze,
                     "execute and measure queries, in a transaction that is rolled back");
    command
        .add_flag("--analyze-mutations", options.analyze_mutations,
                  "execute mutations, too; they are rolled back")
        ->needs("--analyze");
    const std::map<std::string, cli::ExplainFormat> formats = {{"text", cli::ExplainFormat::Text},
                                                               {"tree", cli::ExplainFormat::Tree},
                                                               {"json", cli::ExplainFormat::Json}};
    command
        .add_option("--format", options.format,
                    "text: everything; tree: the plan and the hints; json: one document")
        ->transform(cli::one_of(formats))
        ->type_name("NAME");
    command
        .add_option("--claims", options.claims,
                    "claims of the token that the request would come with")
        ->type_name("JSON");
    command.add_option("--role", options.role, "PostgreSQL role that the request would run under")
        ->type_name("ROLE");
    add_claims(command, options.auth);
    add_paging(command, options);
}

void add_config(CLI::App& app, Options& options, const cli::LayeredArguments& layered,
                int& status) {
    CLI::App* command =
        app.add_subcommand("config", "Print the settings that take effect, and where they are set");
    add_database(*command, options);
    command->get_option("--database")->required(false);
    cli::add_replicas(*command, options.replicas);
    add_serving(*command, options);
    const std::map<std::string, cli::SettingsFormat> formats = {
        {"text", cli::SettingsFormat::Text},
        {"json", cli::SettingsFormat::Json},
        {"markdown", cli::SettingsFormat::Markdown}};
    command->add_option("--format", options.settings_format, "text, json, or markdown: a reference")
        ->transform(cli::one_of(formats))
        ->type_name("NAME");
    command->callback([&options, &layered, &status, command] {
        status = cli::show_settings(*command, layered, options.settings_format);
    });
}

CLI::App* add_serve(CLI::App& app, Options& options) {
    CLI::App* serve = app.add_subcommand("serve", "Serve a database as a GraphQL API");
    add_database(*serve, options);
    cli::add_replicas(*serve, options.replicas);
    add_serving(*serve, options);
    return serve;
}

/// Keeps what all sources have said for a server, which reads them again.
Result<void> keep_values(const CLI::App& command, const cli::LayeredArguments& layered,
                         Options& options) {
    FRAISEQL_TRY(options.values, cli::setting_values(command, layered));
    return {};
}

/// Whether the command has run, or help was asked for; else the reason has been printed.
bool parse(CLI::App& app, const cli::LayeredArguments& layered) {
    try {
        // CLI11 takes a vector from its end.
        app.parse(std::vector<std::string>(layered.arguments.rbegin(), layered.arguments.rend()));
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error) == 0;
        return cli::complain(cli::usage_error(layered, error)) == 0;
    }
    return true;
}

}  // namespace

std::string_view version() noexcept { return FRAISEQL_VERSION; }

int run_command_line(int argc, const char* const* argv) {
    return cli::run({argv + std::min(argc, 1), argv + argc}, nullptr);
}

int cli::run(const std::vector<std::string>& arguments,
             std::shared_ptr<const detail::definitions> definitions) {
    CLI::App app("FraiseQL turns a PostgreSQL database into a GraphQL API.", "fraiseql");
    app.require_subcommand(1);
    app.set_version_flag("--version", std::string(version()));
    app.footer(kFooter);
    app.failure_message(CLI::FailureMessage::simple);
    Options options;
    options.model.relations = definitions != nullptr;
    options.model.definitions = std::move(definitions);
    cli::LayeredArguments layered;
    int status = 0;

    CLI::App* serve = add_serve(app, options);
    const auto run_server = [&](const CLI::App& command, int (*start)(Options)) {
        options.arguments.assign(arguments.begin() + 1, arguments.end());
        const auto kept = keep_values(command, layered, options);
        status = kept ? start(options) : cli::complain(kept.error());
    };
    serve->callback([&] { run_server(*serve, cli::serve); });

    CLI::App* demo = app.add_subcommand("demo", "Serve an example blog from a private PostgreSQL");
    add_settings_file(*demo);
    add_serving(*demo, options);
    demo->callback([&, demo] { run_server(*demo, cli::demo); });

    CLI::App* schema = app.add_subcommand("schema", "Print the GraphQL schema of a database");
    add_model(*schema, options);
    schema->callback([&] { status = cli::print_schema(options); });

    add_check(app, options, status);
    add_diff(app, options, status);

    CLI::App* explain = app.add_subcommand("explain", "Show the SQL and the plan of an operation");
    add_model(*explain, options);
    add_explaining(*explain, options);
    explain->callback([&] { status = cli::explain(options); });

    add_turbo(app, options, status);
    add_kept_answers(app, options, status);
    add_top(app, options, status);
    add_install(app, options, status);

    add_config(app, options, layered, status);

    app.add_subcommand("version", "Print the version")->callback([] {
        fmt::print("fraiseql {}\n", version());
    });

    cli::name_variables(app);
    auto completed = cli::complete_arguments(app, arguments, config::process_environment());
    if (!completed) return cli::complain(completed.error());
    layered = std::move(*completed);
    options.settings_file = layered.file;
    options.settings_text = layered.file_text;
    return parse(app, layered) ? status : 2;
}

Result<cli::Options> cli::read_serve_options(const std::vector<std::string>& arguments,
                                             bool listens) {
    CLI::App app("", "fraiseql");
    Options options;
    CLI::App* serve = add_serve(app, options);
    cli::name_variables(app);
    std::vector<std::string> words = {"serve"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    FRAISEQL_TRY(const cli::LayeredArguments layered,
                 cli::complete_arguments(app, words, config::process_environment()));
    options.settings_file = layered.file;
    options.settings_text = layered.file_text;
    try {
        // CLI11 takes a vector from its end.
        app.parse(std::vector<std::string>(layered.arguments.rbegin(), layered.arguments.rend()));
    } catch (const CLI::CallForHelp&) {
        return fail(ErrorCode::Configuration, "--help is for the command line.",
                    "application::run() answers it; start() and mount() take settings.");
    } catch (const CLI::ParseError& error) {
        return fail(usage_error(layered, error));
    }
    options.arguments = arguments;
    if (auto kept = keep_values(*serve, layered, options); !kept) return fail(kept.error());
    if (listens) return options;
    if (serve->count("--listen") > 0)
        return fail(ErrorCode::Configuration,
                    "A mounted server listens nowhere, so --listen has no effect.",
                    "Leave it out, or start() the server.");
    options.listen.clear();
    if (options.environment == Environment::Automatic)
        options.environment = Environment::Production;
    return options;
}

}  // namespace fraiseql
