// SPDX-License-Identifier: MIT
#include "engine/version_reader.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

namespace fraiseql::engine {
namespace {

using runtime::Clock;

constexpr auto kTimeout = std::chrono::seconds(5);

pg::Batch versions_batch(const std::vector<std::string>& contexts) {
    static const auto statement = pg::make_statement("SELECT turbo.versions($1)");
    pg::Batch batch;
    batch.calls.push_back({.statement = statement, .params = {context_array(contexts)}});
    return batch;
}

}  // namespace

std::string context_array(const std::vector<std::string>& contexts) {
    std::string out = "{";
    for (const std::string& context : contexts)
        out += (out.size() == 1 ? "\"" : ",\"") + context + '"';
    return out + '}';
}

VersionReader::VersionReader(pg::Pool& pool, std::chrono::milliseconds lease)
    : state_(std::make_shared<State>(State{.pool = pool})), lease_(lease) {}

runtime::Task<std::optional<std::string>> VersionReader::read(
    const std::vector<std::string>& contexts, Clock::time_point arrived) {
    const runtime::Executor executor = co_await boost::asio::this_coro::executor;
    if (auto versions = known(contexts, arrived - lease_)) {
        // Ahead of time, so that nobody has to wait when the lease ends.
        if (lease_.count() > 0 && !known(contexts, arrived - lease_ / 2)) want(contexts, executor);
        co_return versions;
    }
    const auto waiter = std::make_shared<runtime::Waiter>();
    // First: the read may begin at once.
    state_->waiting.push_back(waiter);
    want(contexts, executor);
    // Keeps what the read writes to, should the reader go first.
    const std::shared_ptr<State> state = state_;
    const bool woken = co_await waiter->wait();
    if (!woken) co_return std::nullopt;
    co_return known(contexts, arrived - lease_);
}

std::optional<std::string> VersionReader::known(const std::vector<std::string>& contexts,
                                                Clock::time_point oldest) const {
    std::string versions;
    for (const std::string& context : contexts) {
        const auto found = state_->known.find(context);
        if (found == state_->known.end() || found->second.read_at < oldest) return std::nullopt;
        if (!versions.empty()) versions += ',';
        versions += found->second.version;
    }
    return versions;
}

void VersionReader::want(const std::vector<std::string>& contexts,
                         const runtime::Executor& executor) {
    state_->wanted.insert(contexts.begin(), contexts.end());
    if (std::exchange(state_->running, true)) return;
    boost::asio::co_spawn(executor, run(state_), boost::asio::detached);
}

runtime::Task<> VersionReader::run(std::shared_ptr<State> state) {
    while (!state->wanted.empty()) {
        const std::vector<std::string> contexts(state->wanted.begin(), state->wanted.end());
        state->wanted.clear();
        const auto waiting = std::exchange(state->waiting, {});
        const auto began = Clock::now();
        pg::Batch batch = versions_batch(contexts);
        const auto deadline = began + kTimeout;
        const pg::BatchResult result =
            co_await state->pool.run(std::move(batch), pg::Lane::Quick, deadline);
        if (result && result->front().row_count() == 1) {
            std::string_view rest = result->front().get(0, 0);
            for (const std::string& context : contexts) {
                const std::size_t comma = rest.find(',');
                state->known[context] = {std::string(rest.substr(0, comma)), began};
                rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
            }
        }
        for (const auto& waiter : waiting)
            waiter->wake();
    }
    state->running = false;
}

}  // namespace fraiseql::engine
