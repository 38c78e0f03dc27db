// SPDX-License-Identifier: MIT
// EngineTest: an engine over a database of its own, for tests of what requests do to it.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "catalog/read_snapshot.hpp"
#include "catalog/snapshot_sql.hpp"
#include "engine/engine.hpp"
#include "pg/session.hpp"
#include "runtime/outbound.hpp"
#include "testing/cluster.hpp"

namespace fraiseql::engine {

/// An engine over a database of its own; for tests of what requests do to it.
class EngineTest : public ::testing::Test {
  protected:
    void open(std::string_view database, const std::string& schema) {
        url_ = testing::Cluster::shared().create_database(database);
        testing::Cluster::shared().run_sql(url_, schema);
        load();
    }

    void load() {
        auto catalog = catalog::read_snapshot(
            pg::query_once(url_, std::string(catalog::snapshot_sql())).value());
        auto model = schema::build_model(std::move(catalog.value()));
        ASSERT_TRUE(model) << model.error().message;
        model_ = *model;
        engine_.reset();
        pool_.emplace(context_.get_executor(), outbound_,
                      pg::PoolSettings{.conninfo = url_, .exclusive_connections = 8});
        Settings settings;
        settings.log = [this](std::string_view line) { log_ += std::string(line) + '\n'; };
        engine_.emplace(*pool_, model_, std::move(settings));
    }

    static runtime::Task<> answer(Engine& engine, Request request, std::string& out, int& pending) {
        Response response = co_await engine.execute(request);
        out = response.body.str();
        --pending;
    }

    void start(const Request& request, std::string& out) {
        ++pending_;
        boost::asio::co_spawn(context_, answer(*engine_, request, out, pending_),
                              boost::asio::detached);
    }

    void wait() {
        context_.restart();
        while (pending_ > 0)
            context_.run_one();
    }

    std::string run(const std::string& query, std::string_view key = {},
                    std::string_view context = {}) {
        Arena arena;
        json::Value who;
        if (!context.empty()) who = json::read(context, arena).value();
        Request request{.query = query, .context = &who, .idempotency_key = key};
        std::string out;
        start(request, out);
        wait();
        return out;
    }

    std::string sql(const std::string& query) { return pg::query_once(url_, query).value(); }

    void expect(const std::string& answer, std::initializer_list<std::string_view> parts) {
        for (std::string_view part : parts)
            EXPECT_NE(answer.find(part), std::string::npos) << part << "\n is not in " << answer;
    }

    std::string url_;
    std::shared_ptr<const schema::Model> model_;
    boost::asio::io_context context_;
    runtime::Outbound outbound_;
    std::optional<pg::Pool> pool_;
    std::optional<Engine> engine_;
    std::string log_;
    int pending_ = 0;
};

}  // namespace fraiseql::engine
