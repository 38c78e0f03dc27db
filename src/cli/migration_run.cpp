// SPDX-License-Identifier: MIT
#include "cli/migration_run.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "catalog/snapshot_sql.hpp"
#include "cli/commands.hpp"
#include "cli/operation_state.hpp"
#include "cli/principal.hpp"
#include "cli/registered_operations.hpp"
#include "compile/rule_sql.hpp"
#include "pg/query_value.hpp"
#include "server/database_findings.hpp"
#include "sql/fragment.hpp"

namespace fraiseql::cli {
namespace {

/// Those that others notice, from the weakest on, as pg_locks and as LOCK TABLE call them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kLocks = {
    {{"ShareLock", "SHARE"},
     {"ShareRowExclusiveLock", "SHARE ROW EXCLUSIVE"},
     {"ExclusiveLock", "EXCLUSIVE"},
     {"AccessExclusiveLock", "ACCESS EXCLUSIVE"}}};

/// 1 for the weakest of kLocks; 0 for none of them.
int strength(std::string_view mode) {
    for (std::size_t i = 0; i < kLocks.size(); ++i)
        if (kLocks[i].first == mode) return static_cast<int>(i) + 1;
    return 0;
}

constexpr const char* kRelations = R"(
SELECT c.oid, format('%I.%I', n.nspname, c.relname), coalesce(pg_relation_filenode(c.oid), 0),
       CASE WHEN c.relkind IN ('v', 'p') THEN -1 ELSE c.reltuples END,
       CASE WHEN c.relkind IN ('r', 'm') THEN pg_relation_size(c.oid) ELSE 0 END
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_'
  AND n.nspname <> 'information_schema')";

// Counters of a transaction are there at once, unlike those of the statistics.
constexpr const char* kEffects = R"(
SELECT l.relation, (array_agg(l.mode ORDER BY array_position(ARRAY['ShareLock',
           'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'], l.mode)
           DESC NULLS LAST))[1],
       coalesce(pg_relation_filenode(l.relation), 0),
       pg_stat_get_xact_numscans(l.relation),
       pg_stat_get_xact_tuples_inserted(l.relation) + pg_stat_get_xact_tuples_updated(l.relation)
           + pg_stat_get_xact_tuples_deleted(l.relation),
       EXISTS (SELECT FROM pg_class WHERE oid = l.relation)
FROM pg_locks l
WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.granted
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
GROUP BY l.relation)";

template <class Number>
Number number_of(std::string_view text) {
    Number out{};
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

std::uint32_t line_of(const check::ScriptStatement& statement, const std::string& position) {
    const auto at = number_of<std::size_t>(position);
    const std::string_view before = std::string_view(statement.text).substr(0, at);
    return statement.line +
           static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n'));
}

std::string hint_of(const sql::DatabaseError& error) {
    if (error.sqlstate == "55P03")
        return "Somebody else holds the lock. In production the migration would wait for it, and "
               "everybody else behind the migration. --lock-timeout says how long to wait here.";
    if (error.sqlstate == "57014") return "--statement-timeout says how long it may take.";
    if (error.sqlstate == "25001")
        return "It does not run in a transaction, so it cannot be checked.";
    return error.hint;
}

Error failure_of(const check::ScriptStatement& statement, const sql::DatabaseError& error) {
    Error out{.code = ErrorCode::BadUserInput,
              .message =
                  fmt::format("The migration fails at line {} ({}): {}",
                              line_of(statement, error.position), statement.command, error.message),
              .hint = hint_of(error)};
    if (!error.detail.empty()) out.message += " " + error.detail;
    return out;
}

}  // namespace

Result<std::unique_ptr<MigrationRun>> MigrationRun::begin(const Options& options) {
    FRAISEQL_TRY(auto principal, read_principal(options));
    auto session = pg::Session::open(options.database);
    if (!session) return fail(connection_error(session.error()));
    std::unique_ptr<MigrationRun> out(new MigrationRun(std::move(*session), options));
    out->principal_ = std::move(principal);
    if (auto begun = out->script("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"); !begun)
        return fail(begun.error());
    if (auto bound = out->bound(); !bound) return fail(bound.error());
    if (auto known = out->remember(); !known) return fail(known.error());
    return out;
}

MigrationRun::~MigrationRun() { static_cast<void>(session_.run_script("ROLLBACK")); }

Result<void> MigrationRun::script(const std::string& sql) {
    if (auto done = session_.run_script(sql); !done) return fail(connection_error(done.error()));
    return {};
}

/// Whatever the migration sets, what it waits for and how long it may take stays bounded.
Result<void> MigrationRun::bound() {
    return script(fmt::format("SET LOCAL lock_timeout = {}; SET LOCAL statement_timeout = '{}s'",
                              options_.lock_timeout, options_.statement_timeout));
}

Result<void> MigrationRun::remember() {
    const auto rows = session_.query(kRelations);
    if (!rows) return fail(connection_error(rows.error()));
    for (std::size_t row = 0; row < rows->row_count(); ++row)
        relations_.emplace(rows->get(row, 0),
                           Before{.name = std::string(rows->get(row, 1)),
                                  .file = std::string(rows->get(row, 2)),
                                  .rows = number_of<double>(rows->get(row, 3)),
                                  .bytes = number_of<std::uint64_t>(rows->get(row, 4))});
    return {};
}

Result<void> MigrationRun::run_one(const check::ScriptStatement& statement) {
    if (auto bounded = bound(); !bounded) return bounded;
    // Extended protocol: one statement, or an error before anything of it has run.
    if (auto done = session_.query(statement.text); !done)
        return fail(failure_of(statement, done.error()));
    if (PQtransactionStatus(session_.connection()) == PQTRANS_INTRANS) return {};
    return fail(ErrorCode::InternalServerError,
                fmt::format("Line {} ({}) has ended the transaction of the check.", statement.line,
                            statement.command),
                "This must not happen: look at what the database has now, and report it.");
}

Result<std::vector<check::MigrationEffect>> MigrationRun::run(
    const std::vector<check::ScriptStatement>& statements) {
    since_ = std::chrono::steady_clock::now();
    std::vector<check::MigrationEffect> effects;
    for (const check::ScriptStatement& statement : statements) {
        if (auto done = run_one(statement); !done) return fail(done.error());
        if (auto looked = look(statement, effects); !looked) return fail(looked.error());
    }
    // What it has set for its session is not what servers will have.
    if (auto reset = script("RESET SESSION AUTHORIZATION; RESET ALL"); !reset)
        return fail(reset.error());
    if (auto bounded = bound(); !bounded) return fail(bounded.error());
    return effects;
}

Result<void> MigrationRun::look(const check::ScriptStatement& statement,
                                std::vector<check::MigrationEffect>& effects) {
    const auto rows = session_.query(kEffects);
    if (!rows) return fail(connection_error(rows.error()));
    for (std::size_t row = 0; row < rows->row_count(); ++row) {
        const auto found = relations_.find(rows->get(row, 0));
        if (found == relations_.end()) continue;
        Before& known = found->second;
        check::MigrationEffect effect{.line = statement.line,
                                      .command = statement.command,
                                      .relation = known.name,
                                      .rows = known.rows,
                                      .bytes = known.bytes};
        const int lock = strength(rows->get(row, 1));
        const std::string file(rows->get(row, 2));
        const auto scans = number_of<std::uint64_t>(rows->get(row, 3));
        const auto changed = number_of<std::uint64_t>(rows->get(row, 4));
        const bool there = rows->get(row, 5) == "t";
        if (lock > 0) effect.lock = kLocks[static_cast<std::size_t>(lock) - 1].second;
        effect.rewritten = there && file != known.file;
        effect.scanned = lock > 0 && scans > known.scans;
        effect.changed_rows = changed > known.changed ? changed - known.changed : 0;
        if (lock > known.lock || effect.rewritten || effect.scanned || effect.changed_rows > 0)
            effects.push_back(std::move(effect));
        known.lock = std::max(known.lock, lock);
        known.scans = scans;
        known.changed = changed;
        known.file = file;
    }
    return {};
}

Result<void> MigrationRun::add_rules(const schema::Model& model,
                                     std::vector<check::Finding>& findings) {
    for (const compile::RuleCheck& each : compile::rule_checks(model)) {
        if (auto done = script("SAVEPOINT fraiseql_rule"); !done) return done;
        const auto read = session_.query(each.sql);
        if (auto done = script("ROLLBACK TO SAVEPOINT fraiseql_rule"); !done) return done;
        if (!read)
            findings.push_back(
                {check::Severity::Error, "rule", each.subject,
                 "PostgreSQL does not understand its @authorize rule: " + read.error().message,
                 "Servers keep the schema of before until the rule is changed."});
    }
    return {};
}

Result<check::MigrationState> MigrationRun::state() {
    if (!registered_) {
        FRAISEQL_TRY(registered_, registered_operations(session_, options_.operations));
    }
    if (auto done = script("SAVEPOINT fraiseql_state"); !done) return fail(done.error());
    auto out = state_as_server();
    if (auto done =
            script("ROLLBACK TO SAVEPOINT fraiseql_state; RELEASE SAVEPOINT fraiseql_state");
        !done)
        return fail(done.error());
    return out;
}

Result<check::MigrationState> MigrationRun::state_as_server() {
    check::MigrationState out;
    if (!options_.role.empty())
        if (auto set = script("SET LOCAL ROLE " + sql::Fragment().identifier(options_.role).text());
            !set)
            return fail(set.error());
    const auto document = pg::query_value(session_, std::string(catalog::snapshot_sql()));
    if (!document) return fail(connection_error(document.error()));
    auto model = model_of(*document, options_.model);
    if (!model) {
        out.findings.push_back({check::Severity::Error, "no-schema", "schema",
                                model.error().message, model.error().hint});
        return out;
    }
    out.model = std::move(*model);
    auto findings = server::all_findings(session_, *out.model);
    if (!findings) return fail(statement_error(findings.error()));
    out.findings = std::move(*findings);
    if (auto ruled = add_rules(*out.model, out.findings); !ruled) return fail(ruled.error());
    OperationTrial trial(session_, out.model, principal_);
    for (const turbo::Registered& each : *registered_)
        out.operations.push_back(trial.state(each));
    return out;
}

Result<std::uint64_t> MigrationRun::roll_back() {
    if (auto done = script("ROLLBACK"); !done) return fail(done.error());
    const auto held = std::chrono::steady_clock::now() - since_;
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(held).count());
}

}  // namespace fraiseql::cli
