// SPDX-License-Identifier: MIT
// What the checks of unused indexes find, but for the seven days that they wait.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

#include "check/database_checks.hpp"
#include "pg/session.hpp"
#include "testing/cluster.hpp"

namespace fraiseql::server {
namespace {

using namespace std::chrono_literals;
using testing::Cluster;

const std::string kSchema =
    "create table tb_item (id int primary key, used int not null, unused int not null, "
    "code int not null unique);"
    "insert into tb_item select i, i, i, i from generate_series(1, 100000) i;"
    "create index item_used on tb_item (used);"
    "create index item_unused on tb_item (unused);"
    "create table tb_small (id int, unused int);"
    "create index small_unused on tb_small (unused);"
    "analyze tb_item;";

/// The check, without its patience.
std::string unused_indexes() {
    const auto checks = check::database_checks();
    const auto found = std::find_if(checks.begin(), checks.end(),
                                    [](const auto& each) { return each.code == "unused-index"; });
    std::string sql(found->sql);
    const std::string wait = "interval '7 days'";
    return sql.replace(sql.find(wait), wait.size(), "interval '0'");
}

TEST(UnusedIndexes, AreThoseThatNothingReadsAndNothingNeeds) {
    const std::string url = Cluster::shared().create_database("unused_indexes");
    Cluster::shared().run_sql(url, kSchema);
    const std::string tables = *pg::query_once(
        url, "select array['tb_item'::regclass::oid, 'tb_small'::regclass::oid]::text");
    auto session = pg::Session::open(url);
    ASSERT_TRUE(session);
    ASSERT_TRUE(pg::query_once(url, "select id from tb_item where used = 7"));
    // A session's statistics are there once it has ended, a moment later.
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    std::size_t count = 0;
    std::string name;
    std::string hint;
    while (count != 1 && std::chrono::steady_clock::now() < deadline) {
        const auto rows = session->query(unused_indexes(), {tables});
        ASSERT_TRUE(rows) << rows.error().message;
        count = rows->row_count();
        if (count == 1) name = rows->get(0, 0);
        if (count == 1) hint = rows->get(0, 2);
        std::this_thread::sleep_for(50ms);
    }
    EXPECT_EQ(name, "item_unused");
    EXPECT_EQ(hint, "DROP INDEX CONCURRENTLY item_unused; if replicas do not use it either.");
}

TEST(UnusedIndexes, AreNotJudgedBeforeAWeek) {
    const std::string url = Cluster::shared().create_database("young_indexes");
    Cluster::shared().run_sql(url, kSchema);
    for (const auto& each : check::database_checks())
        if (each.code == "unused-index") {
            auto session = pg::Session::open(url);
            ASSERT_TRUE(session);
            const auto rows = session->query(
                std::string(each.sql),
                {*pg::query_once(url, "select array['tb_item'::regclass::oid]::text")});
            ASSERT_TRUE(rows) << rows.error().message;
            EXPECT_EQ(rows->row_count(), 0U);
        }
}

}  // namespace
}  // namespace fraiseql::server
