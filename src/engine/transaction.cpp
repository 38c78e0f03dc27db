// SPDX-License-Identifier: MIT
#include "engine/transaction.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/session_settings.hpp"

namespace fraiseql::engine {
namespace {

const schema::FunctionBinding* function_of(const CompiledUnit& unit,
                                           const PreparedRequest& request) {
    return request.operation->plan.roots[unit.unit.first_root].call.function;
}

/// The strictest level that one of the functions wants.
std::string_view isolation_of(const Transaction& transaction, const PreparedRequest& request) {
    std::string_view level;
    for (const CompiledUnit* unit : transaction.units)
        if (const auto* function = function_of(*unit, request))
            // In alphabetical order, a later level is a stricter one.
            level = std::max(level, std::string_view(function->isolation));
    return level;
}

/// The sum of the functions' limits, where all of them have one.
std::uint32_t timeout_of(const Transaction& transaction, const PreparedRequest& request) {
    std::uint32_t sum = 0;
    for (const CompiledUnit* unit : transaction.units) {
        const auto* function = function_of(*unit, request);
        if (function == nullptr) continue;
        if (function->timeout == 0) return 0;
        sum += function->timeout;
    }
    return sum;
}

/// `$n, $n+1, …` for the parameters that name an answer: scope, key, field.
std::string key_parameters(std::size_t first) {
    return fmt::format("${}, ${}, ${}::int4", first, first + 1, first + 2);
}

void add_key(pg::Call& call, const PreparedRequest& request, std::uint32_t field) {
    call.params.emplace_back(request.idempotency.scope);
    call.params.emplace_back(request.idempotency.key);
    call.params.emplace_back(std::to_string(field));
}

/// Makes the call store its rows, too: in the same transaction, as text, under the key.
void store_answer(pg::Call& call, const compile::Statement& statement,
                  const PreparedRequest& request, std::uint32_t field, std::size_t index) {
    if (statement.columns == 0) return;
    std::string names;
    std::string values;
    for (std::uint32_t i = 0; i < statement.columns; ++i) {
        names += fmt::format("{}c{}", i == 0 ? "" : ", ", i);
        values += fmt::format("{}r.c{}::text", i == 0 ? "" : ", ", i);
    }
    const std::size_t first = call.params.size() + 1;
    call.statement =
        pg::make_statement(fmt::format("WITH r({}) AS MATERIALIZED (\n{}\n)\nSELECT r.*, "
                                       "fraiseql.idempotency_store({}, {}, ARRAY[{}])\n"
                                       "FROM r",
                                       names, statement.sql, key_parameters(first), index, values));
    add_key(call, request, field);
}

pg::Call set_isolation(std::string_view level) {
    // As a query this would come too late: a snapshot would have been taken.
    return {.statement =
                pg::make_statement(fmt::format("SET transaction_isolation = '{}'", level))};
}

pg::Call set_timeout(std::uint32_t milliseconds) {
    return {.statement = pg::make_statement("SELECT set_config('statement_timeout', $1, true)"),
            .params = {std::to_string(milliseconds)}};
}

pg::Call claim_key(const PreparedRequest& request, std::uint32_t field) {
    pg::Call call{.statement = pg::make_statement(
                      fmt::format("SELECT fraiseql.idempotency_claim({}, $4)", key_parameters(1)))};
    add_key(call, request, field);
    call.params.emplace_back(request.idempotency.request);
    return call;
}

}  // namespace

std::size_t Transaction::unit_of(std::size_t call) const noexcept {
    for (std::size_t i = 0; i < units.size(); ++i)
        if (call >= first_call[i] && call < first_call[i] + units[i]->statements.size()) return i;
    return units.size();
}

Transaction make_transaction(std::vector<const CompiledUnit*> units,
                             const PreparedRequest& request) {
    Transaction out{.units = std::move(units)};
    std::vector<pg::Call>& calls = out.batch.calls;
    out.batch.read_only = std::all_of(out.units.begin(), out.units.end(),
                                      [](const auto* unit) { return unit->unit.read_only; });
    out.batch.changes_session = request.document->model->catalog.changes_sessions();
    const std::uint32_t field = out.units.front()->unit.first_root;
    const bool stored = !request.idempotency.key.empty() && !out.batch.read_only;
    if (const auto level = isolation_of(out, request); !level.empty())
        calls.push_back(set_isolation(level));
    if (auto settings = settings_call(request.principal)) calls.push_back(std::move(*settings));
    if (const auto limit = timeout_of(out, request); limit != 0)
        calls.push_back(set_timeout(limit));
    if (stored) calls.push_back(claim_key(request, field));
    std::size_t index = 0;
    for (const CompiledUnit* unit : out.units) {
        out.first_call.push_back(calls.size());
        const auto* function = function_of(*unit, request);
        if (function != nullptr && function->function->kind == catalog::Function::Kind::Procedure)
            out.repeatable = false;
        pg::Batch own = bind_unit(*unit, request);
        for (std::size_t i = 0; i < own.calls.size(); ++i) {
            if (stored)
                store_answer(own.calls[i], unit->unit.statements[i], request, field, index++);
            calls.push_back(std::move(own.calls[i]));
        }
    }
    return out;
}

Transaction make_replay(std::vector<const CompiledUnit*> units, const PreparedRequest& request) {
    Transaction out{.units = std::move(units)};
    if (auto settings = settings_call(request.principal))
        out.batch.calls.push_back(std::move(*settings));
    const std::uint32_t field = out.units.front()->unit.first_root;
    std::size_t index = 0;
    for (const CompiledUnit* unit : out.units) {
        out.first_call.push_back(out.batch.calls.size());
        for (const compile::Statement& statement : unit->unit.statements) {
            std::string columns;
            for (std::uint32_t i = 0; i < std::max(statement.columns, 1U); ++i)
                columns += fmt::format("{}r[{}]", i == 0 ? "" : ", ", i + 1);
            pg::Call call{.statement = pg::make_statement(
                              fmt::format("SELECT {} FROM fraiseql.idempotency_replay({}, {}) AS r",
                                          columns, key_parameters(1), index++))};
            add_key(call, request, field);
            out.batch.calls.push_back(std::move(call));
        }
    }
    return out;
}

}  // namespace fraiseql::engine
