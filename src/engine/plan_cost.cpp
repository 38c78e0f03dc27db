// SPDX-License-Identifier: MIT
#include "engine/plan_cost.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "engine/session_settings.hpp"

namespace fraiseql::engine {

namespace {

/// The first in the document is that of the topmost node. Quotes inside of strings are escaped, so
/// that no name can look like it.
std::optional<double> total_cost(std::string_view plan) {
    constexpr std::string_view kMember = "\"Total Cost\": ";
    const std::size_t at = plan.find(kMember);
    if (at == std::string_view::npos) return std::nullopt;
    plan.remove_prefix(at + kMember.size());
    double out = 0;
    const auto read = std::from_chars(plan.data(), plan.data() + plan.size(), out);
    if (read.ec != std::errc()) return std::nullopt;
    return out;
}

}  // namespace

std::vector<const CompiledUnit*> unpriced_units(const PreparedRequest& request) {
    std::vector<const CompiledUnit*> out;
    if (request.operation->plan.type != graphql::OperationType::Query) return out;
    for (const CompiledUnit& unit : *request.units)
        if (!unit.statements.empty() && !unit.price) out.push_back(&unit);
    return out;
}

pg::Batch pricing_batch(const CompiledUnit& unit, const PreparedRequest& request) {
    pg::Batch batch = bind_unit(unit, request);
    for (pg::Call& call : batch.calls)
        call.statement = pg::make_statement("EXPLAIN (FORMAT JSON) " + call.statement->sql);
    if (auto settings = settings_call(request.principal))
        batch.calls.insert(batch.calls.begin(), std::move(*settings));
    return batch;
}

void keep_price(const CompiledUnit& unit, const std::vector<pg::Rows>& rows) {
    double sum = 0;
    for (std::size_t i = rows.size() - unit.statements.size(); i < rows.size(); ++i) {
        if (rows[i].row_count() == 0) return;
        const auto cost = total_cost(rows[i].get(0, 0));
        if (!cost) return;
        sum += *cost;
    }
    unit.price = sum;
}

std::optional<Error> too_dear(const PreparedRequest& request, double most) {
    double sum = 0;
    for (const CompiledUnit& unit : *request.units)
        sum += unit.price.value_or(0);
    if (sum <= most) return std::nullopt;
    Error error{.code = ErrorCode::QueryTooComplex,
                .message = fmt::format(
                    "PostgreSQL expects the operation to cost {:.0f}, and {:.0f} is the most "
                    "allowed.",
                    sum, most),
                .hint =
                    "Ask for fewer rows, or by columns that have an index. Registered operations "
                    "have no such limit."};
    error.extensions = {{"cost", fmt::format("{:.0f}", sum)},
                        {"limit", fmt::format("{:.0f}", most)}};
    return error;
}

}  // namespace fraiseql::engine
