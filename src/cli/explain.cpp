// SPDX-License-Identifier: MIT
// `fraiseql explain`: the SQL of an operation, its parameters, and PostgreSQL's plan for it.
#include <fmt/format.h>

#include <cstdio>

#include "cli/commands.hpp"
#include "compile/parameters.hpp"
#include "compile/source_notes.hpp"
#include "engine/prepared.hpp"
#include "pg/session.hpp"

namespace fraiseql::cli {
namespace {

std::string parameter_line(std::size_t number, const compile::Parameter& parameter,
                           const std::optional<std::string>& value) {
    return fmt::format("  ${} {} = {}  (argument {})\n", number, parameter.type,
                       value ? "'" + *value + "'" : "NULL", compile::path_text(parameter.path));
}

/// EXPLAIN of one statement, indented. ANALYZE executes it: the caller has opened a transaction
/// that will be rolled back.
Result<std::string> plan_of(pg::Session& session, const pg::Call& call, bool analyze) {
    const std::string options = analyze ? "EXPLAIN (ANALYZE, BUFFERS) " : "EXPLAIN ";
    auto rows = session.query(options + call.statement->sql, call.params);
    if (!rows) return fail(connection_error(rows.error()));
    std::string out;
    for (std::size_t i = 0; i < rows->row_count(); ++i)
        out += fmt::format("  {}\n", rows->get(i, 0));
    return out;
}

Result<void> explain_unit(pg::Session& session, const engine::CompiledUnit& unit,
                          const engine::PreparedRequest& request, bool analyze) {
    const pg::Batch batch = engine::bind_unit(unit, request);
    for (std::size_t i = 0; i < batch.calls.size(); ++i) {
        fmt::print("SQL\n{}\n", batch.calls[i].statement->sql);
        const auto& parameters = unit.unit.statements[i].parameters;
        if (!parameters.empty()) fmt::print("\nParameters\n");
        for (std::size_t n = 0; n < parameters.size(); ++n)
            fmt::print("{}", parameter_line(n + 1, parameters[n], batch.calls[i].params[n]));
        FRAISEQL_TRY(std::string plan, plan_of(session, batch.calls[i], analyze));
        fmt::print("\nPlan\n{}\n", plan);
    }
    return {};
}

void print_sources(const std::vector<compile::SourceNote>& notes) {
    if (notes.empty()) return;
    fmt::print("Sources\n");
    for (const compile::SourceNote& note : notes) {
        fmt::print("  {}: {}\n", note.path, note.source);
        if (!note.reason.empty()) fmt::print("    {}\n", note.reason);
    }
    fmt::print("\n");
}

int complain_all(const std::vector<Error>& errors) {
    for (const Error& error : errors) {
        Error shown = error;
        for (const Location& location : error.locations)
            shown.message += fmt::format(" (line {}, column {})", location.line, location.column);
        complain(shown);
    }
    return 1;
}

}  // namespace

int explain(const Options& options) {
    auto model = load_model(options.database);
    if (!model) return complain(model.error());
    Arena arena;
    json::Value variables;
    if (!options.variables.empty()) {
        auto read = json::read(options.variables, arena);
        if (!read) return complain(read.error());
        if (!read->is_object())
            return complain({.message = "--variables must be a JSON object.",
                             .hint = R"(For example --variables '{"id": 1}')"});
        variables = *read;
    }
    engine::Settings settings;
    settings.compile.default_page_size = options.default_page_size;
    settings.compile.max_page_size = options.max_page_size;
    engine::Request request{.query = options.query, .variables = &variables};
    if (!options.operation.empty()) request.operation_name = options.operation;
    auto prepared = engine::prepare_request(
        engine::prepare_document(*model, options.query, settings.parse), request, settings);
    if (!prepared) return complain_all(prepared.error());

    print_sources(compile::source_notes(**model, prepared->operation->plan, prepared->arguments,
                                        settings.compile));
    auto session = pg::Session::open(options.database);
    if (!session) return complain(connection_error(session.error()));
    if (auto begun = session->run_script("BEGIN"); !begun)
        return complain(connection_error(begun.error()));
    std::size_t statements = 0;
    for (const engine::CompiledUnit& unit : *prepared->units) {
        if (auto done = explain_unit(*session, unit, *prepared, options.analyze); !done)
            return complain(done.error());
        statements += unit.statements.size();
    }
    fmt::print("{} SQL statement{}\n", statements, statements == 1 ? "" : "s");
    return 0;
}

}  // namespace fraiseql::cli
