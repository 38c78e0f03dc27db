// SPDX-License-Identifier: MIT
#include "cli/isolation_run.hpp"

#include <fmt/format.h>

#include <map>

#include "cli/commands.hpp"
#include "engine/assemble.hpp"
#include "engine/prepared.hpp"
#include "engine/session_settings.hpp"
#include "engine/template_request.hpp"
#include "sql/fragment.hpp"

namespace fraiseql::cli {
namespace {

constexpr int kRows = 2;

std::string identifier(const std::string& name) { return sql::Fragment().identifier(name).text(); }

/// Whose rows of a table: `"tenant_id"::text = $1`.
std::string condition(const check::CanaryTable& table) {
    return table.tenant_column.empty()
               ? "$1::text IS NOT NULL"
               : fmt::format("{}::text = $1", identifier(table.tenant_column));
}

}  // namespace

IsolationRun::IsolationRun(pg::Session session, std::shared_ptr<const schema::Model> model)
    : session_(std::move(session)), model_(std::move(model)) {
    // Limits are for clients; here, everything is asked for.
    settings_.limits = {
        .depth = 100, .complexity = 1'000'000'000, .root_fields = 10'000, .aliases = 1'000'000};
}

Result<std::unique_ptr<IsolationRun>> IsolationRun::begin(
    const std::string& database, std::shared_ptr<const schema::Model> model) {
    auto session = pg::Session::open(database);
    if (!session) return fail(connection_error(session.error()));
    std::unique_ptr<IsolationRun> out(new IsolationRun(std::move(*session), std::move(model)));
    if (auto begun = out->run("BEGIN ISOLATION LEVEL READ COMMITTED"); !begun)
        return fail(begun.error());
    return out;
}

IsolationRun::~IsolationRun() { static_cast<void>(session_.run_script("ROLLBACK")); }

Result<void> IsolationRun::run(const std::string& script) {
    if (auto done = session_.run_script(script); !done) return fail(statement_error(done.error()));
    return {};
}

Result<void> IsolationRun::set(const Canary& canary) {
    for (const auto& [name, value] : canary.principal->settings)
        if (name != "role")
            if (auto done = session_.query("SELECT set_config($1, $2, true)", {name, value}); !done)
                return fail(statement_error(done.error()));
    return {};
}

Result<std::vector<check::CanaryTable>> IsolationRun::tables(std::string_view tenant_column) {
    const auto rows = session_.query(std::string(check::canary_columns_sql()));
    if (!rows) return fail(statement_error(rows.error()));
    std::vector<check::CanaryTable> all;
    for (std::size_t row = 0; row < rows->row_count(); ++row) {
        const auto text = [&](std::uint32_t column) { return std::string(rows->get(row, column)); };
        const auto oid = static_cast<catalog::Oid>(std::stoul(text(9)));
        if (all.empty() || all.back().oid != oid) all.push_back({.oid = oid, .name = text(0)});
        all.back().columns.push_back({.name = text(1),
                                      .type = text(2),
                                      .label = text(3),
                                      .required = text(4) == "t",
                                      .filled = text(5) == "t",
                                      .target = text(6),
                                      .target_column = text(7),
                                      .length = std::stoi(text(8))});
    }
    return check::canary_tables(all, tenant_column);
}

Result<bool> IsolationRun::has_rows(const check::CanaryTable& table, const std::string& tenant) {
    const auto rows = session_.query(
        fmt::format("SELECT EXISTS (SELECT FROM {} WHERE {})", table.name, condition(table)),
        {tenant});
    if (!rows) return fail(statement_error(rows.error()));
    return rows->get(0, 0) == "t";
}

/// Returns why the rows are not there; empty where they are.
std::string IsolationRun::insert(const check::CanaryTable& table,
                                 const std::vector<check::CanaryTable>& tables,
                                 const Canary& canary) {
    std::string problem;
    for (const bool only_required : {false, true}) {
        problem.clear();
        static_cast<void>(session_.run_script("SAVEPOINT planting"));
        for (int n = 1; n <= kRows; ++n) {
            const std::string tenant = table.tenant_column.empty() ? "" : canary.tenant;
            const auto done =
                session_.run_script(check::insert_canary(table, tables, tenant, n, only_required));
            if (done) continue;
            // Where one is all that there can be, one is enough.
            if (n == 1) problem = done.error().message;
            if (n > 1 && done.error().sqlstate == "23505")
                static_cast<void>(session_.run_script(
                    "ROLLBACK TO SAVEPOINT planting; " +
                    check::insert_canary(table, tables, tenant, 1, only_required)));
            else if (n > 1)
                problem = done.error().message;
            break;
        }
        if (problem.empty()) break;
        static_cast<void>(session_.run_script("ROLLBACK TO SAVEPOINT planting"));
    }
    static_cast<void>(session_.run_script("RELEASE SAVEPOINT planting"));
    return problem;
}

Result<std::vector<std::pair<std::string, std::string>>> IsolationRun::plant(
    const Canary& canary, const std::vector<check::CanaryTable>& tables,
    const std::string& script) {
    if (auto done = set(canary); !done) return fail(done.error());
    if (!script.empty())
        if (auto done = run(script); !done) return fail(done.error());
    // What refers to others comes after them: a table is tried again as long as any succeeds.
    std::map<std::string, std::string> problems;
    std::vector<const check::CanaryTable*> waiting;
    for (const check::CanaryTable& table : tables)
        waiting.push_back(&table);
    for (bool progress = true; progress;) {
        progress = false;
        for (const check::CanaryTable*& table : waiting) {
            if (table == nullptr) continue;
            FRAISEQL_TRY(const bool there, has_rows(*table, canary.tenant));
            problems[table->name] = there ? "" : insert(*table, tables, canary);
            if (!problems[table->name].empty()) continue;
            progress = true;
            table = nullptr;
        }
    }
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& [table, problem] : problems)
        if (!problem.empty()) out.emplace_back(table, problem);
    return out;
}

tl::expected<engine::PreparedRequest, std::vector<Error>> IsolationRun::prepare(
    const Canary& canary, std::string_view text, const json::Value* variables) {
    const engine::Request request{.query = text,
                                  .variables = variables,
                                  .context = &canary.principal->context,
                                  .principal = canary.principal.get()};
    const auto document = engine::prepare_document(model_, text, settings_.parse);
    if (const auto by_hand = templates_.find(text); by_hand != templates_.end())
        document->template_units = by_hand->second;
    return engine::prepare_request(document, request, settings_);
}

std::string IsolationRun::ask(const Canary& canary, std::string_view text,
                              const json::Value* variables,
                              const std::function<void()>& before_undo) {
    auto prepared = prepare(canary, text, variables);
    if (prepared) return execute(canary, *prepared, before_undo);
    std::string out;
    for (const Error& error : prepared.error())
        out += "error: " + error.message + '\n';
    return out;
}

std::string IsolationRun::execute(const Canary& canary, engine::PreparedRequest& prepared,
                                  const std::function<void()>& before_undo) {
    std::string out;
    static_cast<void>(session_.run_script("SAVEPOINT asking"));
    std::vector<engine::UnitResult> results;
    for (const engine::CompiledUnit& unit : *prepared.units) {
        pg::Batch batch = engine::bind_unit(unit, prepared);
        engine::UnitResult result{.unit = &unit.unit, .rows = {}};
        if (auto settings = engine::settings_call(canary.principal.get()))
            static_cast<void>(session_.query(settings->statement->sql, settings->params));
        for (const pg::Call& call : batch.calls) {
            auto rows = session_.query(call.statement->sql, call.params);
            if (rows) {
                result.rows.push_back(std::move(*rows));
                continue;
            }
            out += "error: " + rows.error().sqlstate + ' ' + rows.error().message + ' ' +
                   rows.error().detail + '\n';
            static_cast<void>(session_.run_script("ROLLBACK TO SAVEPOINT asking"));
            break;
        }
        if (result.rows.size() == batch.calls.size()) results.push_back(std::move(result));
    }
    if (!results.empty()) out += engine::assemble(prepared, results, {}, false).str() + '\n';
    if (before_undo) {
        static_cast<void>(session_.run_script("RESET ROLE"));
        before_undo();
    }
    static_cast<void>(
        session_.run_script("ROLLBACK TO SAVEPOINT asking; RELEASE SAVEPOINT asking"));
    return out;
}

Result<std::optional<std::string>> IsolationRun::ask_kept(const Canary& canary,
                                                          std::string_view text,
                                                          const json::Value* variables,
                                                          Place place) {
    auto prepared = prepare(canary, text, variables);
    if (!prepared || prepared->operation->cache == nullptr || prepared->as_of)
        return std::optional<std::string>();
    prepared->principal = canary.at_server.get();
    FRAISEQL_TRY(const KeptAnswers::Slot slot, kept_->slot(*prepared));
    FRAISEQL_TRY(std::optional<std::string> kept, kept_->find(slot, place));
    if (kept) return kept;
    std::string answer = execute(canary, *prepared);
    if (answer.starts_with("error: ")) return std::optional(std::move(answer));
    if (auto done = kept_->keep(slot, answer, place); !done) return fail(done.error());
    return std::optional(std::move(answer));
}

Result<void> IsolationRun::begin_keeping() {
    kept_.emplace(session_);
    return run("SAVEPOINT keeping");
}

Result<void> IsolationRun::end_keeping() {
    return run("ROLLBACK TO SAVEPOINT keeping; RELEASE SAVEPOINT keeping");
}

void IsolationRun::use_template(const std::string& text, const turbo::CheckedTemplate& checked) {
    templates_[text] = engine::template_units(checked);
}

Result<std::vector<std::string>> IsolationRun::contents(
    const Canary& canary, const std::vector<check::CanaryTable>& tables) {
    if (auto done = set(canary); !done) return fail(done.error());
    std::vector<std::string> out;
    for (const check::CanaryTable& table : tables) {
        if (table.tenant_column.empty()) continue;
        const auto rows = session_.query(
            fmt::format("SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM "
                        "{} AS t WHERE {}",
                        table.name, condition(table)),
            {canary.tenant});
        if (!rows) return fail(statement_error(rows.error()));
        out.emplace_back(rows->get(0, 0));
    }
    return out;
}

}  // namespace fraiseql::cli
