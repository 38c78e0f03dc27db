// SPDX-License-Identifier: MIT
// PoolTest: an event loop, a pool in it, and a private PostgreSQL.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_future.hpp>
#include <optional>

#include "pg/pool.hpp"
#include "pg/session.hpp"
#include "testing/cluster.hpp"

namespace fraiseql::pg {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::Cluster;

inline Batch batch_of(std::vector<std::string> statements, bool read_only = true) {
    Batch batch;
    for (auto& sql : statements) {
        batch.calls.push_back({.statement = make_statement(std::move(sql)), .params = {}});
    }
    batch.read_only = read_only;
    return batch;
}

inline PoolSettings settings_for(const std::string& url) {
    PoolSettings settings;
    settings.conninfo = url;
    return settings;
}

/// An event loop on the test's own thread, a pool in it, and the results that came in.
class PoolTest : public ::testing::Test {
  protected:
    void open(PoolSettings settings) {
        pool_.emplace(context_.get_executor(), outbound_, std::move(settings));
    }
    void open() { open(settings_for(Cluster::shared().url())); }

    struct Answer {
        std::optional<BatchResult> result;
        asio::cancellation_signal cancel;
    };

    static runtime::Task<> collect(Pool& pool, Batch batch, Lane lane,
                                   runtime::Clock::time_point deadline, Answer& answer) {
        co_await asio::this_coro::throw_if_cancelled(false);
        answer.result = co_await pool.run(std::move(batch), lane, deadline);
    }

    Answer& begin(Batch batch, Lane lane = Lane::Quick, std::chrono::milliseconds limit = 20s) {
        answers_.push_back(std::make_unique<Answer>());
        Answer& answer = *answers_.back();
        asio::co_spawn(
            context_,
            collect(*pool_, std::move(batch), lane, runtime::Clock::now() + limit, answer),
            asio::bind_cancellation_slot(answer.cancel.slot(), asio::detached));
        return answer;
    }

    BatchResult& wait(Answer& answer) {
        turn_until([&] { return answer.result.has_value(); });
        return *answer.result;
    }

    BatchResult& run(Batch batch, Lane lane = Lane::Quick, std::chrono::milliseconds limit = 20s) {
        return wait(begin(std::move(batch), lane, limit));
    }

    template <class Condition>
    void turn_until(Condition condition) {
        const auto give_up = runtime::Clock::now() + 30s;
        context_.restart();
        while (!condition()) {
            ASSERT_LT(runtime::Clock::now(), give_up) << "nothing happened for 30 s";
            context_.run_one_for(50ms);
            context_.restart();
        }
    }

    void turn_for(std::chrono::milliseconds time) {
        context_.restart();
        context_.run_for(time);
    }

    static std::string value(const BatchResult& result, std::size_t call = 0) {
        if (!result) return result.error().sqlstate + ": " + result.error().message;
        return std::string((*result)[call].get(0, 0));
    }

    static int backends(const std::string& state_filter) {
        const auto count = query_once(
            Cluster::shared().url(),
            "select count(*) from pg_stat_activity where application_name = 'fraiseql' and pid <> "
            "pg_backend_pid() and " +
                state_filter);
        return count ? std::stoi(*count) : -1;
    }

    runtime::Outbound outbound_;
    asio::io_context context_{1};
    std::vector<std::unique_ptr<Answer>> answers_;
    std::optional<Pool> pool_;
};

}  // namespace fraiseql::pg
