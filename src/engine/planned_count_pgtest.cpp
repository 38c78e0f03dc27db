// SPDX-License-Identifier: MIT
// plannedCount: what the planner expects of the filter, under the rights of who asks.
#include <charconv>
#include <fstream>
#include <sstream>

#include "engine/engine_pgtest.hpp"

namespace fraiseql::engine {
namespace {

std::string counts_module() {
    std::ifstream file(FRAISEQL_SOURCE_DIR "/sql/counts.sql");
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

constexpr const char* kSchema = R"(
    CREATE TABLE tb_item (id int PRIMARY KEY, size int NOT NULL, kind text NOT NULL,
                          tags text[] NOT NULL, tenant int);
    INSERT INTO tb_item
    SELECT i, i, 'it''s \ ' || i % 4, ARRAY['t' || i % 2], i % 10
    FROM generate_series(1, 10000) AS i;
    ANALYZE tb_item;
    CREATE VIEW v_item AS SELECT id, jsonb_build_object(
        'id', id, 'size', size, 'kind', kind, 'tags', tags, 'tenant', tenant) AS data FROM tb_item;
)";

class PlannedCount : public EngineTest {
  protected:
    void SetUp() override { open("planned_count", kSchema + counts_module()); }

    /// The number in the answer, or -1 with the answer as a failure.
    int count(const std::string& arguments, const std::string& more = {}) {
        const std::string answer =
            run("{ itemsConnection" + arguments + " { plannedCount " + more + " } }");
        const std::size_t at = answer.find("\"plannedCount\" : ");
        int value = -1;
        if (at != std::string::npos)
            std::from_chars(answer.data() + at + 17, answer.data() + answer.size(), value);
        EXPECT_GE(value, 0) << answer << log_;
        return value;
    }
};

TEST_F(PlannedCount, FollowsTheFilter) {
    EXPECT_EQ(count(""), 10000);
    EXPECT_NEAR(count("(where: {size: {lte: 1000}})"), 1000, 100);
    EXPECT_NEAR(count(R"((where: {kind: {eq: "it's \\ 1"}}))"), 2500, 250);
    EXPECT_NEAR(count(R"((where: {kind: {in: ["it's \\ 1", "it's \\ 2"]}}))"), 5000, 500);
    EXPECT_NEAR(count(R"((where: {tags: {contains: ["t1"]}, size: {gt: 5000}}))"), 2500, 250);
}

TEST_F(PlannedCount, StandsBesideThePage) {
    EXPECT_NEAR(count("(first: 2, where: {size: {gt: 0}})", "nodes { kind } totalCount"), 10000, 9);
    EXPECT_NE(run("{ itemsConnection(first: 1) { n: plannedCount totalCount nodes { id } } }")
                  .find(R"("totalCount" : 10000, "nodes" : [{"id" : "1"}])"),
              std::string::npos);
}

TEST_F(PlannedCount, PlansAsWhoAsks) {
    testing::Cluster::shared().run_sql(url_, R"(
        ALTER TABLE tb_item ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON tb_item USING (tenant = 3);
        ALTER VIEW v_item SET (security_invoker);
        CREATE ROLE planned_reader;
        GRANT SELECT ON tb_item, v_item TO planned_reader;
        GRANT USAGE ON SCHEMA fraiseql TO planned_reader;
        GRANT EXECUTE ON FUNCTION fraiseql.planned_rows TO planned_reader;)");
    auto session = pg::Session::open(url_).value();
    ASSERT_TRUE(session.run_script("SET ROLE planned_reader"));
    const auto rows = session.query("SELECT fraiseql.planned_rows('SELECT FROM v_item', '{}')");
    ASSERT_TRUE(rows) << rows.error().message;
    EXPECT_NEAR(std::stoi(std::string(rows->get(0, 0))), 1000, 200);
}

TEST_F(PlannedCount, IsOnlyThereWhereItsFunctionIs) {
    testing::Cluster::shared().run_sql(url_, "DROP FUNCTION fraiseql.planned_rows");
    load();
    EXPECT_NE(run("{ itemsConnection { plannedCount } }").find("Cannot query field"),
              std::string::npos);
}

}  // namespace
}  // namespace fraiseql::engine
