// SPDX-License-Identifier: MIT
#include "engine/engine.hpp"

#include <fmt/format.h>

#include <deque>
#include <random>

#include "engine/assemble.hpp"
#include "graphql/source.hpp"
#include "respond/error_json.hpp"
#include "respond/sqlstate.hpp"

namespace fraiseql::engine {
namespace {

Response request_error(const std::vector<Error>& errors) {
    Response response{.request_error = true, .code = errors.front().code};
    response.body.append(respond::error_response(errors));
    return response;
}

/// Whether running the fields one by one can tell which of them failed: not where the database
/// could not be asked, nor where it ran out of time.
bool worth_splitting(const CompiledUnit& unit, const sql::DatabaseError& failure) {
    return unit.unit.root_count > 1 && !pg::is_unavailable(failure) &&
           respond::rule_for(failure.sqlstate).code != ErrorCode::Timeout;
}

}  // namespace

/// What one execute() has come to so far.
struct Engine::Execution {
    PreparedRequest request;
    runtime::Clock::time_point deadline;
    std::vector<UnitResult> results = {};
    /// Units that no plan keeps: those of fields run apart, and the nulls of failed ones.
    std::deque<std::vector<CompiledUnit>> apart = {};
    std::deque<compile::Unit> nulls = {};
    std::vector<Error> errors = {};
    /// A field that may not be null has none: `data` as a whole is null (GraphQL §6.4.4).
    bool data_is_null = false;
};

Engine::Engine(pg::Pool& pool, std::shared_ptr<const schema::Model> model, Settings settings)
    : pool_(pool), model_(std::move(model)), settings_(std::move(settings)),
      plans_(settings_.plan_cache_bytes) {}

void Engine::replace_model(std::shared_ptr<const schema::Model> model) {
    model_ = std::move(model);
    plans_.clear();
}

runtime::Task<Response> Engine::execute(Request request) {
    auto document = plans_.find_or_prepare(model_, request.query, settings_.parse);
    auto prepared = prepare_request(document, request, settings_);
    plans_.grown(*document);
    if (!prepared) co_return request_error(prepared.error());
    Execution execution{.request = std::move(*prepared),
                        .deadline = runtime::Clock::now() + settings_.timeout};
    co_await run_units(execution, *execution.request.units);
    Response response;
    response.body = assemble(execution.request, execution.results, execution.errors,
                             execution.data_is_null);
    co_return response;
}

runtime::Task<void> Engine::run_units(Execution& execution,
                                      const std::vector<CompiledUnit>& units) {
    for (const CompiledUnit& unit : units) {
        pg::BatchResult result;
        if (!unit.statements.empty()) {
            pg::Batch batch = bind_unit(unit, execution.request);
            const pg::Lane lane = unit.unit.read_only ? pg::Lane::Quick : pg::Lane::Exclusive;
            result = co_await pool_.run(std::move(batch), lane, execution.deadline);
        }
        if (result) {
            execution.results.push_back({&unit.unit, std::move(*result)});
        } else if (worth_splitting(unit, result.error())) {
            execution.apart.push_back(compile_apart(execution.request, settings_));
            co_await run_units(execution, execution.apart.back());
        } else {
            add_failure(execution, unit, result.error());
        }
    }
}

void Engine::add_failure(Execution& execution, const CompiledUnit& unit,
                         const sql::DatabaseError& failure) {
    const std::string reference = next_reference();
    Error error = respond::to_error(failure, settings_.expose_errors, reference);
    if (settings_.log && error.code == ErrorCode::InternalServerError)
        settings_.log(fmt::format("error {}: {} (SQLSTATE {}) in: {}", reference, failure.message,
                                  failure.sqlstate, unit.unit.statements[failure.statement].sql));
    const PreparedDocument& document = *execution.request.document;
    for (std::uint32_t i = 0; i < unit.unit.root_count; ++i) {
        const plan::Root& root = execution.request.operation->plan.roots[unit.unit.first_root + i];
        if (root.kind == plan::Root::Kind::Typename || root.kind == plan::Root::Kind::Introspection)
            continue;
        Error field_error = error;
        field_error.path = {root.response_key};
        field_error.locations = {
            graphql::locate(document.document.source, root.group.node().offset)};
        execution.errors.push_back(std::move(field_error));
        if (root.group.definition->type->is_non_null()) execution.data_is_null = true;
    }
    execution.nulls.push_back(null_unit(execution.request, unit.unit));
    execution.results.push_back({&execution.nulls.back(), {}});
}

std::string Engine::next_reference() {
    // Random so that references of several servers and restarts do not meet.
    static thread_local std::mt19937_64 random{std::random_device{}()};
    return fmt::format("{:08x}{:04x}", static_cast<std::uint32_t>(random()),
                       static_cast<std::uint16_t>(++references_));
}

}  // namespace fraiseql::engine
