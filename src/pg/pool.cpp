// SPDX-License-Identifier: MIT
#include "pg/pool.hpp"

#include <boost/asio/this_coro.hpp>

#include "pg/pool_state.hpp"

namespace fraiseql::pg {

namespace {

// Bind counts its parameters in 16 bits.
constexpr std::size_t kMaxParams = 65535;

// What the protocol cannot carry must not reach it: it would be read as something else.
std::optional<sql::DatabaseError> check(const Batch& batch) {
    if (batch.calls.empty()) return sql::database_error("54000", "the batch has no statement");
    for (const Call& call : batch.calls) {
        if (call.params.size() > kMaxParams) {
            return sql::database_error("54023",
                                       "a statement cannot have more than 65535 parameters");
        }
        const bool has_nul = call.statement->sql.find('\0') != std::string::npos ||
                             call.statement->name.find('\0') != std::string::npos;
        if (has_nul)
            return sql::database_error("22021", "a statement cannot contain the character 0");
    }
    return std::nullopt;
}

}  // namespace

bool is_unavailable(const sql::DatabaseError& error) noexcept {
    const std::string_view sqlstate = error.sqlstate;
    return sqlstate.starts_with("08") || sqlstate == "53300" || sqlstate == "57P01" ||
           sqlstate == "57P02" || sqlstate == "57P03";
}

Pool::Pool(runtime::Executor executor, runtime::Outbound& outbound, PoolSettings settings)
    : state_(std::make_shared<State>(std::move(executor), outbound, std::move(settings))) {
    state_->follow_breaker();
}

Pool::~Pool() { state_->close(); }

void Pool::start() { state_->start(); }

runtime::Task<BatchResult> Pool::run(Batch batch, Lane lane, runtime::Clock::time_point deadline) {
    const std::shared_ptr<State> state = state_;
    std::optional<sql::DatabaseError> refused = check(batch);
    const auto pending = std::make_shared<Pending>();
    if (!refused) {
        pending->lane = batch.read_only ? lane : Lane::Exclusive;
        pending->batch = std::move(batch);
        pending->deadline = deadline;
        refused = state->submit(pending);
    }
    if (refused) co_return tl::unexpected(std::move(*refused));
    const bool answered = co_await pending->waiter.wait();
    if (!answered && !pending->result) {
        state->abandon(pending);
        co_return tl::unexpected(sql::database_error("57014", "the client went away"));
    }
    co_return std::move(*pending->result);
}

void Pool::close() { state_->close(); }

PoolStatus Pool::status() const { return state_->status(); }

}  // namespace fraiseql::pg
