// SPDX-License-Identifier: MIT
#include "pg/prepared_statements.hpp"

#include <gtest/gtest.h>

namespace fraiseql::pg {
namespace {

std::shared_ptr<const Statement> named(std::string name, std::string sql) {
    return std::make_shared<const Statement>(
        Statement{.name = std::move(name), .sql = std::move(sql)});
}

TEST(PreparedStatements, ParsesOnceAndEvictsTheOneUsedLongestAgo) {
    PreparedStatements prepared(2);
    const auto a = named("a", "1");
    const auto b = named("b", "2");
    EXPECT_TRUE(prepared.use(a).parse);
    EXPECT_TRUE(prepared.use(b).parse);
    EXPECT_FALSE(prepared.use(a).parse);
    const auto use = prepared.use(named("c", "3"));
    EXPECT_TRUE(use.parse);
    EXPECT_EQ(use.evicted, std::vector<std::string>{"b"});
    EXPECT_FALSE(prepared.use(a).parse);
    EXPECT_EQ(prepared.size(), 2U);
}

TEST(PreparedStatements, EvictsWhatBelongsToNoPlanAnyMore) {
    PreparedStatements prepared(100);
    const auto hot = named("hot", "1");
    prepared.use(hot);
    for (int i = 0; i < 1'000; ++i) {
        // A plan that was not kept: its statement is gone once it has run.
        prepared.use(named("flood" + std::to_string(i), std::to_string(i)));
        EXPECT_FALSE(prepared.use(hot).parse);
        ASSERT_LE(prepared.size(), 2U);
    }
}

TEST(PreparedStatements, ComparesTheSqlAndNotTheNameAlone) {
    PreparedStatements prepared(8);
    EXPECT_TRUE(prepared.use(named("a", "select 1")).parse);
    EXPECT_FALSE(prepared.use(named("a", "select 1")).parse);
    EXPECT_TRUE(prepared.use(named("a", "select 2")).parse);
    EXPECT_FALSE(prepared.use(named("a", "select 2")).parse);
}

TEST(PreparedStatements, ParsesAgainWhatWasForgotten) {
    PreparedStatements prepared(8);
    prepared.use(named("a", "select 1"));
    prepared.forget("a");
    prepared.forget("never known");
    EXPECT_EQ(prepared.size(), 0U);
    EXPECT_TRUE(prepared.use(named("a", "select 1")).parse);
}

}  // namespace
}  // namespace fraiseql::pg
