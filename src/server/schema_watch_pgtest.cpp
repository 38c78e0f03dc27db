// SPDX-License-Identifier: MIT
#include "server/schema_watch.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "catalog/read_snapshot.hpp"
#include "pg/session.hpp"
#include "testing/cluster.hpp"

namespace fraiseql::server {
namespace {

using namespace std::chrono_literals;
using testing::Cluster;

std::string view(const std::string& name) {
    return "create view v_" + name + " as select 1 as id, jsonb_build_object('id', 1) as data;";
}

template <class Condition>
bool becomes_true(const Condition& condition) {
    for (int i = 0; i < 3000 && !condition(); ++i)
        std::this_thread::sleep_for(10ms);
    return condition();
}

TEST(SchemaWatch, EndsTheLastModelOnceNothingNeedsIt) {
    const std::string url = Cluster::shared().create_database("schema_watch");
    Cluster::shared().run_sql(url, view("one"));
    const auto text = pg::query_once(url, std::string(catalog::snapshot_sql()));
    ASSERT_TRUE(text);
    auto catalog = catalog::read_snapshot(*text);
    ASSERT_TRUE(catalog);
    auto built = schema::build_model(std::move(*catalog));
    ASSERT_TRUE(built);
    std::shared_ptr<const schema::Model> in_use = std::move(*built);
    const std::weak_ptr<const schema::Model> first = in_use;
    const auto feed = std::make_shared<ModelFeed>(in_use);
    std::atomic<int> looks = 0;
    SchemaWatch watch({.conninfo = url, .poll = 20ms, .on_compared = [&looks] { ++looks; }}, feed,
                      {"", *text});
    watch.start();

    Cluster::shared().run_sql(url, view("two"));
    ASSERT_TRUE(becomes_true([&] { return feed->current()->entities.size() == 2; }));
    const int before = looks;
    ASSERT_TRUE(becomes_true([&] { return looks > before + 2; }));
    EXPECT_FALSE(first.expired());
    EXPECT_EQ(in_use->entities.size(), 1U);
    in_use.reset();
    EXPECT_TRUE(becomes_true([&] { return first.expired(); }));
    EXPECT_EQ(feed->current()->entities.size(), 2U);
}

}  // namespace
}  // namespace fraiseql::server
