// SPDX-License-Identifier: MIT
// `fraiseql explain`: the SQL of an operation, where its fields come from, its plan, and hints.
#include <fmt/format.h>

#include <cstdio>

#include "cli/commands.hpp"
#include "cli/principal.hpp"
#include "engine/explanation.hpp"
#include "pg/session.hpp"

namespace fraiseql::cli {
namespace {

Result<std::vector<pg::Rows>> run_batch(pg::Session& session, const pg::Batch& batch) {
    std::vector<pg::Rows> out;
    for (const pg::Call& call : batch.calls) {
        auto rows = session.query(call.statement->sql, call.params);
        if (!rows) return fail(statement_error(rows.error()));
        out.push_back(std::move(*rows));
    }
    return out;
}

/// The transaction ends with the batch's own ROLLBACK, or with this one.
Result<void> run_explanation(pg::Session& session, engine::Explanation& explanation) {
    if (auto begun = session.run_script("BEGIN"); !begun)
        return fail(connection_error(begun.error()));
    FRAISEQL_TRY(const auto plans, run_batch(session, explanation.plans_batch()));
    if (auto read = explanation.read_plans(plans); !read) return read;
    if (auto ended = session.run_script("ROLLBACK"); !ended)
        return fail(connection_error(ended.error()));
    FRAISEQL_TRY(const auto tables, run_batch(session, explanation.tables_batch()));
    return explanation.read_tables(tables);
}

void print_report(const explain::Report& report, ExplainFormat format) {
    if (format == ExplainFormat::Json)
        fmt::print("{}\n", explain::to_json(report));
    else
        fmt::print("{}", explain::to_text(report, format == ExplainFormat::Tree));
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
    auto model = load_model(options);
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
    auto principal = read_principal(options);
    if (!principal) return complain(principal.error());
    engine::Request request{
        .query = options.query, .variables = &variables, .principal = principal->get()};
    if (request.principal != nullptr) request.context = &request.principal->context;
    if (!options.operation.empty()) request.operation_name = options.operation;
    auto prepared = engine::prepare_request(
        engine::prepare_document(*model, options.query, settings.parse), request, settings);
    if (!prepared) return complain_all(prepared.error());

    engine::Explanation explanation(std::move(*prepared), request.operation_name, settings,
                                    {options.analyze, options.analyze_mutations});
    auto session = pg::Session::open(options.database);
    if (!session) return complain(connection_error(session.error()));
    if (auto done = run_explanation(*session, explanation); !done) return complain(done.error());
    print_report(explanation.report(), options.format);
    return 0;
}

}  // namespace fraiseql::cli
