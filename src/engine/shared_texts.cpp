// SPDX-License-Identifier: MIT
#include "engine/shared_texts.hpp"

#include <algorithm>

namespace fraiseql::engine {
namespace {

/// A client that only wants to be quick is not made to wait for long.
constexpr std::chrono::seconds kPatience{2};

const std::shared_ptr<const pg::Statement>& find_statement() {
    static const auto statement =
        pg::make_statement("SELECT graphql_query FROM turbo.tb_persisted_query WHERE sha256 = $1");
    return statement;
}

const std::shared_ptr<const pg::Statement>& insert_statement() {
    static const auto statement = pg::make_statement("SELECT turbo.fn_persist_query($1, $2)");
    return statement;
}

}  // namespace

bool has_shared_texts(const schema::Model& model) {
    const auto functions = model.catalog.functions("turbo", "fn_persist_query");
    return std::any_of(functions.begin(), functions.end(),
                       [](const auto* function) { return function->can_execute; });
}

runtime::Task<std::optional<std::string>> SharedTexts::find(std::string hash) {
    pg::Call call{.statement = find_statement()};
    call.params.emplace_back(std::move(hash));
    const auto rows = co_await run(std::move(call), pg::Lane::Quick);
    if (!rows || rows->front().row_count() == 0) co_return std::nullopt;
    co_return std::string(rows->front().get(0, 0));
}

runtime::Task<void> SharedTexts::insert(std::string hash, std::string text) {
    pg::Call call{.statement = insert_statement()};
    call.params.emplace_back(std::move(hash));
    call.params.emplace_back(std::move(text));
    co_await run(std::move(call), pg::Lane::Exclusive);
}

runtime::Task<pg::BatchResult> SharedTexts::run(pg::Call call, pg::Lane lane) {
    pg::Batch batch{.read_only = lane == pg::Lane::Quick};
    batch.calls.push_back(std::move(call));
    const auto deadline = runtime::Clock::now() + kPatience;
    pg::BatchResult rows = co_await pool_.run(std::move(batch), lane, deadline);
    std::string problem = rows ? "" : rows.error().message;
    if (problem != problem_ && !problem.empty() && log_)
        log_("persisted queries are not shared: " + problem);
    problem_ = std::move(problem);
    co_return rows;
}

}  // namespace fraiseql::engine
