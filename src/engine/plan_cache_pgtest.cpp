// SPDX-License-Identifier: MIT
#include "engine/plan_cache.hpp"

#include <gtest/gtest.h>

#include "catalog/read_snapshot.hpp"
#include "catalog/snapshot_sql.hpp"
#include "engine/weight.hpp"
#include "pg/session.hpp"
#include "testing/cluster.hpp"

namespace fraiseql::engine {
namespace {

std::shared_ptr<const schema::Model> model() {
    static const auto loaded = [] {
        auto& cluster = testing::Cluster::shared();
        const std::string url = cluster.create_database("plan_cache");
        cluster.run_sql(url,
                        "CREATE TABLE tb_user (id int PRIMARY KEY, name text NOT NULL);"
                        "CREATE VIEW v_user AS SELECT id, jsonb_build_object('id', id, 'name', "
                        "name) AS data FROM tb_user");
        auto snapshot = pg::query_once(url, std::string(catalog::snapshot_sql()));
        return schema::build_model(catalog::read_snapshot(snapshot.value()).value()).value();
    }();
    return loaded;
}

const std::string kQuery = "query ($limit: Int) { users(limit: $limit) { id name } }";

TEST(PlanCache, PreparesADocumentOnce) {
    PlanCache cache(1U << 20U);
    const auto first = cache.find_or_prepare(model(), kQuery, {});
    EXPECT_TRUE(first->errors.empty());
    EXPECT_EQ(cache.find_or_prepare(model(), kQuery, {}), first);
    EXPECT_NE(cache.find_or_prepare(model(), kQuery + " ", {}), first);
    EXPECT_EQ(cache.statistics().hits, 1U);
}

TEST(PlanCache, ForgetsNothingOfARequestInProgress) {
    PlanCache cache(1U << 20U);
    const auto first = cache.find_or_prepare(model(), kQuery, {});
    cache.clear();
    EXPECT_EQ(first->source, kQuery);
    EXPECT_NE(cache.find_or_prepare(model(), kQuery, {}), first);
}

TEST(PlanCache, DoesNotKeepDocumentsWithErrors) {
    PlanCache cache(1U << 20U);
    EXPECT_FALSE(cache.find_or_prepare(model(), "{ users { nam } }", {})->errors.empty());
    EXPECT_FALSE(cache.find_or_prepare(model(), "{ users {", {})->errors.empty());
    EXPECT_EQ(cache.size(), 0U);
}

TEST(PlanCache, CountsThePlansOfADocument) {
    PlanCache cache(1U << 20U);
    const auto document = cache.find_or_prepare(model(), kQuery, {});
    const std::size_t before = cache.bytes();
    const Settings settings;
    ASSERT_TRUE(prepare_request(document, Request{.query = kQuery}, settings));
    cache.grown(*document);
    EXPECT_GT(cache.bytes(), before + 500);
    const std::size_t planned = cache.bytes();
    ASSERT_TRUE(prepare_request(document, Request{.query = kQuery}, settings));
    cache.grown(*document);
    EXPECT_EQ(cache.bytes(), planned);
}

TEST(PlanCache, StaysWithinItsBytesInAFloodOfOperations) {
    constexpr std::size_t kRoom = 300'000;
    PlanCache cache(kRoom);
    const Settings settings;
    const auto hot = cache.find_or_prepare(model(), kQuery, {});
    for (int i = 0; i < 5'000; ++i) {
        const std::string text = "{ a" + std::to_string(i) + ": users { id } }";
        for (int twice = 0; twice < 2; ++twice) {
            const auto document = cache.find_or_prepare(model(), text, {});
            ASSERT_TRUE(prepare_request(document, Request{.query = text}, settings));
            cache.grown(*document);
            ASSERT_LE(cache.bytes(), kRoom);
        }
        ASSERT_EQ(cache.find_or_prepare(model(), kQuery, {}), hot) << i;
    }
    EXPECT_GT(cache.statistics().evictions, 100U);
}

TEST(PlanCache, PlansEveryOutcomeOfConditionsApart) {
    PlanCache cache(1U << 20U);
    const std::string text = "query ($n: Boolean!) { users { id name @include(if: $n) } }";
    const auto document = cache.find_or_prepare(model(), text, {});
    for (const char* variables : {R"({"n":true})", R"({"n":false})", R"({"n":true})"}) {
        Arena arena;
        const json::Value value = json::read(variables, arena).value();
        ASSERT_TRUE(prepare_request(document, Request{.query = text, .variables = &value}, {}));
    }
    EXPECT_EQ(document->plans.size(), 2U);
}

}  // namespace
}  // namespace fraiseql::engine
