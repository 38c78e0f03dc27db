// SPDX-License-Identifier: MIT
#include "engine/answer_cache.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <charconv>

#include "engine/assemble.hpp"
#include "engine/session_settings.hpp"
#include "engine/watch.hpp"
#include "turbo/sha256.hpp"

namespace fraiseql::engine {
namespace {

using runtime::Clock;
using runtime::Task;
using std::chrono::microseconds;

/// For how many builders a request waits before it builds itself.
constexpr int kMaxWaits = 3;
/// Statements whose durations are remembered.
constexpr std::size_t kMaxDurations = 4096;
constexpr std::size_t kOperationLength = 200;

AnswerPtr make_answer(std::string body, std::string versions, Clock::time_point built_at) {
    std::string tag = '"' + turbo::sha256_hex(body).substr(0, 32) + '"';
    return std::make_shared<const Answer>(
        Answer{std::move(body), std::move(versions), std::move(tag), built_at});
}

microseconds since(Clock::time_point began) {
    return std::chrono::duration_cast<microseconds>(Clock::now() - began);
}

/// How people recognise it: its name, or else its text.
std::string operation_of(const PreparedRequest& request) {
    if (!request.operation_name.empty()) return std::string(request.operation_name);
    return request.document->source.substr(0, kOperationLength);
}

std::optional<std::string> count_or_null(std::chrono::milliseconds span) {
    if (span.count() == 0) return std::nullopt;
    return std::to_string(span.count());
}

/// Runs on its own: whoever asked has got the answer already.
Task<> run_store(pg::Pool& pool, pg::Batch batch, Clock::time_point deadline) {
    // A copy that cannot be kept is no error: the next request builds it again.
    co_await pool.run(std::move(batch), pg::Lane::Exclusive, deadline);
}

}  // namespace

/// One request for an answer.
struct AnswerCache::Lookup {
    const PreparedRequest& request;
    const CompiledUnit& unit;
    const CachePlan& plan;
    pg::Batch batch;
    std::string key;
    Clock::time_point arrived;
    Clock::time_point deadline;
};

/// Ends a flight when its builder ends, in whatever way.
class AnswerCache::Landing {
  public:
    Landing(AnswerCache& cache, std::string key)
        : cache_(cache), key_(std::move(key)), flight_(std::make_shared<Flight>()) {
        first_ = cache_.flights_.emplace(key_, flight_).second;
    }
    Landing(const Landing&) = delete;
    Landing& operator=(const Landing&) = delete;
    ~Landing() {
        if (first_) cache_.flights_.erase(key_);
        for (const auto& waiter : flight_->waiting)
            waiter->wake();
    }

    void bring(AnswerPtr answer) { flight_->answer = std::move(answer); }

  private:
    AnswerCache& cache_;
    std::string key_;
    std::shared_ptr<Flight> flight_;
    bool first_ = false;
};

AnswerCache::AnswerCache(pg::Pool& pool, const std::shared_ptr<const Settings>& settings)
    : pool_(pool),
      settings_(settings),
      versions_(pool, settings->cache.lease),
      answers_(settings->cache.memory_bytes) {}

void AnswerCache::clear() {
    answers_.clear();
    durations_.clear();
}

Task<FoundAnswer> AnswerCache::find_or_build(const PreparedRequest& request,
                                             Clock::time_point deadline) {
    const CompiledUnit& unit = request.units->front();
    const CachePlan& plan = *request.operation->cache;
    Lookup lookup{request, unit, plan, bind_unit(unit, request), {}, Clock::now(), deadline};
    lookup.key = cache_key(plan, request, unit, lookup.batch);
    AnswerPtr answer;
    if (const AnswerPtr* kept = answers_.find(lookup.key)) {
        answer = *kept;
        const bool fresh = co_await is_fresh(lookup, answer);
        if (fresh) co_return FoundAnswer{std::move(answer), AnswerSource::Memory};
    }
    for (int waits = 0; waits < kMaxWaits; ++waits) {
        const auto flight = flights_.find(lookup.key);
        if (flight == flights_.end()) break;
        answer = co_await wait_for(flight->second);
        // Built for somebody who came earlier: it may be older than a write before this request.
        bool fresh = false;
        if (answer) fresh = co_await is_fresh(lookup, answer);
        if (fresh) co_return FoundAnswer{std::move(answer), AnswerSource::Joined};
    }
    Landing landing(*this, lookup.key);
    if (is_shared(lookup)) {
        answer = co_await find_in_database(lookup);
        landing.bring(answer);
        if (answer) co_return FoundAnswer{std::move(answer), AnswerSource::Database};
    }
    answer = co_await build(lookup);
    landing.bring(answer);
    co_return FoundAnswer{std::move(answer), AnswerSource::Built};
}

Task<bool> AnswerCache::is_fresh(const Lookup& lookup, AnswerPtr answer) {
    if (lookup.plan.ttl.count() > 0 && lookup.arrived - answer->built_at >= lookup.plan.ttl)
        co_return false;
    const auto versions = co_await versions_.read(lookup.plan.contexts, lookup.arrived);
    co_return versions && *versions == answer->versions;
}

Task<AnswerPtr> AnswerCache::wait_for(std::shared_ptr<Flight> flight) {
    const auto waiter = std::make_shared<runtime::Waiter>();
    flight->waiting.push_back(waiter);
    const bool woken = co_await waiter->wait();
    co_return woken ? flight->answer : nullptr;
}

Task<AnswerPtr> AnswerCache::find_in_database(const Lookup& lookup) {
    static const auto statement = pg::make_statement(
        "SELECT versions, response, age_ms FROM turbo.cache_find(decode($1, 'hex'))");
    pg::Batch batch;
    batch.calls.push_back({statement, {lookup.key}});
    begin_call(lookup.request.timeline, batch);
    const pg::BatchResult result =
        co_await pool_.run(std::move(batch), pg::Lane::Quick, lookup.deadline);
    end_call(lookup.request.timeline, result);
    if (!result || result->front().row_count() == 0 || result->front().is_null(0, 1))
        co_return nullptr;
    const pg::Rows& rows = result->front();
    double age = 0;
    const std::string_view text = rows.get(0, 2);
    std::from_chars(text.data(), text.data() + text.size(), age);
    const auto built_at = lookup.arrived - microseconds(static_cast<std::int64_t>(age * 1000));
    AnswerPtr answer =
        make_answer(std::string(rows.get(0, 1)), std::string(rows.get(0, 0)), built_at);
    const bool fresh = co_await is_fresh(lookup, answer);
    if (!fresh) co_return nullptr;
    remember(lookup, answer);
    co_return answer;
}

Task<AnswerPtr> AnswerCache::build(const Lookup& lookup) {
    static const auto statement = pg::make_statement("SELECT turbo.versions($1)");
    const runtime::Executor executor = co_await boost::asio::this_coro::executor;
    // The versions come first and by the same connection: the answer cannot be older than they.
    pg::Batch batch;
    batch.calls.push_back({statement, {context_array(lookup.plan.contexts)}});
    auto settings = settings_call(lookup.request.principal);
    if (settings) batch.calls.push_back(std::move(*settings));
    const auto own = static_cast<std::ptrdiff_t>(batch.calls.size());
    batch.calls.insert(batch.calls.end(), lookup.batch.calls.begin(), lookup.batch.calls.end());
    const auto began = Clock::now();
    begin_call(lookup.request.timeline, batch);
    pg::BatchResult result = co_await pool_.run(std::move(batch), pg::Lane::Quick, lookup.deadline);
    end_call(lookup.request.timeline, result);
    if (!result || result->front().row_count() == 0) co_return nullptr;
    const microseconds took = since(began);
    std::string versions(result->front().get(0, 0));
    result->erase(result->begin(), result->begin() + own);
    std::vector<UnitResult> results;
    results.push_back({&lookup.unit.unit, std::move(*result)});
    const runtime::Payload payload = assemble(lookup.request, results, {}, false);
    AnswerPtr answer = make_answer(payload.str(), std::move(versions), began);
    remember(lookup, answer);
    count_duration(lookup, took);
    if (is_shared(lookup)) store(lookup, answer, took, executor);
    co_return answer;
}

/// Falls at once and rises slowly: a statement that had to wait for others is no slower for that.
void AnswerCache::count_duration(const Lookup& lookup, microseconds took) {
    if (durations_.size() >= kMaxDurations) durations_.clear();
    microseconds& known = durations_.try_emplace(lookup.unit.fingerprint, took).first->second;
    known = took < known ? took : known + (took - known) / 16;
}

void AnswerCache::remember(const Lookup& lookup, const AnswerPtr& answer) {
    if (answer->body.size() > settings_->cache.max_answer_bytes) return;
    const std::size_t bytes = answer->body.size() + answer->versions.size() + sizeof(Answer);
    if (AnswerPtr* kept = answers_.find(lookup.key)) {
        *kept = answer;
        answers_.reweigh(lookup.key, bytes);
    } else {
        answers_.insert(lookup.key, answer, bytes);
    }
}

bool AnswerCache::is_shared(const Lookup& lookup) const {
    if (lookup.plan.history.count() > 0) return true;
    const auto duration = durations_.find(lookup.unit.fingerprint);
    return duration == durations_.end() || duration->second >= settings_->cache.store_after;
}

void AnswerCache::store(const Lookup& lookup, const AnswerPtr& answer, microseconds took,
                        const runtime::Executor& executor) {
    static const auto statement =
        pg::make_statement("SELECT turbo.cache_store(decode($1, 'hex'), $2, $3, $4, $5, $6, $7)");
    if (answer->body.size() > settings_->cache.max_answer_bytes) return;
    pg::Batch batch{.read_only = false};
    batch.calls.push_back(
        {statement,
         {lookup.key, operation_of(lookup.request), answer->versions, answer->body,
          fmt::format("{:.3f}", static_cast<double>(took.count()) / 1000),
          count_or_null(lookup.plan.ttl), count_or_null(lookup.plan.history)}});
    boost::asio::co_spawn(executor,
                          run_store(pool_, std::move(batch), Clock::now() + settings_->timeout),
                          boost::asio::detached);
}

}  // namespace fraiseql::engine
