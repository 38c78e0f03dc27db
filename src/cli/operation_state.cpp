// SPDX-License-Identifier: MIT
#include "cli/operation_state.hpp"

#include <fmt/format.h>

#include "check/plan_shape.hpp"
#include "cli/isolation_variables.hpp"
#include "engine/prepared.hpp"
#include "engine/session_settings.hpp"
#include "explain/plan_node.hpp"
#include "turbo/sql_template.hpp"

namespace fraiseql::cli {
namespace {

/// Looks like a key of any type; it gets into no statement.
constexpr const char* kKey = "ca9a3000-0000-4000-8000-000000000000";

std::string message_of(const Error& error) {
    std::string out = error.message;
    for (const Location& at : error.locations)
        out += fmt::format(" (line {}, column {})", at.line, at.column);
    return out;
}

std::string nulls(std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i)
        out += i == 0 ? "(NULL" : ", NULL";
    return out.empty() ? out : out + ')';
}

/// Undoes everything, whether it has failed or not.
class Savepoint {
  public:
    explicit Savepoint(pg::Session& session) : session_(session) {
        static_cast<void>(session_.run_script("SAVEPOINT fraiseql_trial"));
    }
    Savepoint(const Savepoint&) = delete;
    Savepoint& operator=(const Savepoint&) = delete;
    ~Savepoint() {
        static_cast<void>(session_.run_script(
            "ROLLBACK TO SAVEPOINT fraiseql_trial; RELEASE SAVEPOINT fraiseql_trial"));
    }

  private:
    pg::Session& session_;
};

}  // namespace

OperationTrial::OperationTrial(pg::Session& session, std::shared_ptr<const schema::Model> model,
                               std::shared_ptr<const auth::Principal> principal)
    : session_(session), model_(std::move(model)), principal_(std::move(principal)) {
    // Limits are a server's own; here it counts whether the operation fits the schema.
    settings_.limits = {
        .depth = 100, .complexity = 1'000'000'000, .root_fields = 10'000, .aliases = 1'000'000};
    // Prepared statements outlive the savepoints that they were made in: those of an earlier trial.
    static_cast<void>(session_.run_script("DEALLOCATE ALL"));
}

check::OperationState OperationTrial::state(const turbo::Registered& entry) {
    check::OperationState out{.id = entry.id, .origin = entry.origin};
    const auto document = engine::prepare_document(model_, entry.text, settings_.parse);
    for (const Error& error : document->errors)
        out.errors.push_back(message_of(error));
    if (!out.errors.empty()) return out;
    for (const graphql::OperationDefinition& operation : document->document.operations)
        try_operation(document, operation, out);
    if (entry.sql_template) try_template(entry, out);
    return out;
}

void OperationTrial::try_operation(const std::shared_ptr<engine::PreparedDocument>& document,
                                   const graphql::OperationDefinition& operation,
                                   check::OperationState& out) {
    // All variables, so that all conditions are in the SQL; where no value can be made for one of
    // them, or one of the values is refused, those that it cannot do without.
    std::string problem;
    for (const Variables which : {Variables::All, Variables::NeededAndKeys}) {
        Arena arena;
        const auto variables = make_variables(*model_->schema, operation, kKey, arena, which);
        if (!variables) {
            problem = variables.error().message;
            continue;
        }
        engine::Request request{
            .query = document->source, .variables = &*variables, .principal = principal_.get()};
        if (!operation.name.empty()) request.operation_name = operation.name;
        if (principal_) request.context = &principal_->context;
        auto prepared = engine::prepare_request(document, request, settings_);
        if (!prepared) {
            problem = message_of(prepared.error().front());
            continue;
        }
        const bool query = operation.type == graphql::OperationType::Query;
        for (const engine::CompiledUnit& unit : *prepared->units)
            for (const pg::Call& call : engine::bind_unit(unit, *prepared).calls)
                out.statements.push_back(
                    try_statement(call.statement->sql, call.params.size(), query, out));
        return;
    }
    out.statements.push_back(
        {.sql = {},
         .note = fmt::format("It could not be compiled with made-up values: {}", problem)});
}

check::OperationStatement OperationTrial::try_statement(const std::string& sql,
                                                        std::size_t parameters, bool query,
                                                        check::OperationState& out) {
    check::OperationStatement statement{.sql = sql};
    // CALL can be neither prepared nor planned.
    if (sql.starts_with("CALL ")) return statement;
    const Savepoint savepoint(session_);
    const std::string name = fmt::format("fraiseql_trial_{}", ++count_);
    if (auto prepared = session_.run_script(fmt::format("PREPARE {} AS {}", name, sql));
        !prepared) {
        out.errors.push_back("PostgreSQL refuses its statement: " + prepared.error().message);
        return statement;
    }
    // To the planner, a function is one call, whatever it does.
    if (!query) return statement;
    if (auto settings = engine::settings_call(principal_.get()))
        if (auto set = session_.query(settings->statement->sql, settings->params); !set) {
            statement.note = "There is no plan: " + set.error().message;
            return statement;
        }
    static_cast<void>(session_.run_script("SET LOCAL plan_cache_mode = force_generic_plan"));
    const auto rows =
        session_.query(fmt::format("EXPLAIN (FORMAT JSON) EXECUTE {}{}", name, nulls(parameters)));
    if (!rows) {
        statement.note = "There is no plan: " + rows.error().message;
        return statement;
    }
    if (const auto plan = explain::read_plan(rows->get(0, 0))) {
        statement.shape = check::plan_shape(plan->root);
        statement.cost = plan->root.cost;
    }
    return statement;
}

void OperationTrial::try_template(const turbo::Registered& entry, check::OperationState& out) {
    const auto numbered = turbo::number_parameters(entry.sql_template->sql);
    if (!numbered) {
        out.errors.push_back(numbered.error().message);
        return;
    }
    const Savepoint savepoint(session_);
    if (const auto columns = session_.describe(numbered->sql); !columns)
        out.errors.push_back("PostgreSQL refuses its SQL template: " + columns.error().message);
}

}  // namespace fraiseql::cli
