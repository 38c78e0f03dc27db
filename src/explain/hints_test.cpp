// SPDX-License-Identifier: MIT
#include "explain/hints.hpp"

#include <gmock/gmock.h>

namespace fraiseql::explain {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TableFacts table(double rows) {
    return {.schema = "app",
            .name = "tb_post",
            .owner = "app.tb_post",
            .rows = rows,
            .pages = rows / 50,
            .ever_analyzed = true};
}

PlanNode scan(std::string filter, double rows) {
    return {.type = "Seq Scan",
            .schema = "app",
            .relation = "tb_post",
            .alias = "p",
            .filter = std::move(filter),
            .rows = rows,
            .share = 0.9,
            .path = "posts"};
}

QueryPlan below_sort(PlanNode inner, std::vector<std::string> keys) {
    PlanNode sort{.type = "Sort", .sort_key = std::move(keys)};
    sort.children.push_back(std::move(inner));
    QueryPlan plan{.root = {.type = "Limit", .rows = 10}};
    plan.root.children.push_back(std::move(sort));
    return plan;
}

std::vector<Hint> hints(const QueryPlan& plan, const TableFacts& facts) {
    return find_hints(plan, {facts}, {});
}

std::string advice(const std::string& filter, const TableFacts& facts = table(100'000)) {
    const auto found = hints({.root = scan(filter, 10)}, facts);
    return found.empty() ? "none" : found.front().sql;
}

TEST(Hints, NameTheIndexForEachKindOfCondition) {
    const std::string create = "CREATE INDEX CONCURRENTLY ON app.tb_post ";
    EXPECT_EQ(advice("(p.status = 'x'::app.status)"), create + "(status);");
    EXPECT_EQ(advice("((p.a = 1) AND (p.b > 2))"), create + "(a, b);");
    EXPECT_EQ(advice("(p.\"Case\" = ANY ('{1,2}'::integer[]))"), create + "(\"Case\");");
    EXPECT_EQ(advice("(p.title ~~ 'ab%'::text)"), create + "(title text_pattern_ops);");
    EXPECT_EQ(advice("(p.title ~~* '%ab%'::text)"), create + "USING gin (title gin_trgm_ops);");
    EXPECT_EQ(advice("(p.tags @> '{a}'::text[])"), create + "USING gin (tags);");
    EXPECT_EQ(advice("(p.data @> '{\"a\": 1}'::jsonb)"),
              create + "USING gin (data jsonb_path_ops);");
    EXPECT_EQ(advice("((p.data ->> 'name'::text) = 'x'::text)"),
              create + "((data ->> 'name'::text));");
    EXPECT_EQ(advice("(p.ip <<= '10.0.0.0/8'::inet)"), create + "USING gist (ip inet_ops);");
    EXPECT_EQ(advice("(p.during && '[1,2)'::int4range)"), create + "USING gist (during);");
}

TEST(Hints, NameTheIndexThatLeadsFromOutsideToTheRowsOfASubPlan) {
    const std::string create = "CREATE INDEX CONCURRENTLY ON app.tb_post ";
    EXPECT_EQ(advice("(p.author = u.id)"), create + "(author);");
    EXPECT_EQ(advice("(\"U\".\"Id\" = p.author)"), create + "(author);");
    EXPECT_EQ(advice("((p.author = u.id) AND (p.status = 'x'::text))"),
              create + "(author, status);");
}

TEST(Hints, NameNoIndexThatCouldNotBeCreatedOrUsed) {
    EXPECT_EQ(advice("(((p.data ->> 'at'::text))::date = '2026-01-01'::date)"), "none");
    EXPECT_EQ(advice("((p.a = 1) OR (p.b = 2))"), "none");
    EXPECT_EQ(advice("(p.a <> 1)"), "none");
    EXPECT_EQ(advice("(p.a = p.b)"), "none");
    EXPECT_EQ(advice("(p.a > o.b)"), "none");
    EXPECT_EQ(advice("(p.a = lower(o.b))"), "none");
    EXPECT_EQ(advice("(SubPlan 1)"), "none");
}

TEST(Hints, LeaveSmallTablesAlone) {
    EXPECT_EQ(advice("(p.a = 1)", table(300)), "none");
    EXPECT_THAT(hints(below_sort(scan("", 300), {"p.a"}), table(300)), IsEmpty());
}

TEST(Hints, LeaveConditionsAloneThatMostRowsMeet) {
    EXPECT_THAT(hints({.root = scan("(p.a = 1)", 60'000)}, table(100'000)), IsEmpty());
}

TEST(Hints, LeaveAloneWhatIsAPartTooSmall) {
    PlanNode node = scan("(p.a = 1)", 10);
    node.share = 0.01;
    EXPECT_THAT(hints({.root = node}, table(100'000)), IsEmpty());
}

TEST(Hints, KnowTheIndexesThatAreThere) {
    TableFacts facts = table(100'000);
    facts.indexes.push_back({"btree", {"a", "b"}, {"int4_ops", "int4_ops"}});
    EXPECT_EQ(advice("(p.a = 1)", facts), "none");
    EXPECT_EQ(advice("(p.b = 1)", facts), "CREATE INDEX CONCURRENTLY ON app.tb_post (b);");
    facts.indexes.push_back({"gin", {"title"}, {"gin_trgm_ops"}});
    EXPECT_EQ(advice("(p.title ~~* '%ab%'::text)", facts), "none");
}

TEST(Hints, PutTheOrderOfTheFirstRowsIntoTheIndex) {
    const auto found =
        hints(below_sort(scan("(p.a = 1)", 500), {"p.at DESC NULLS LAST", "p.id"}), table(100'000));
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].sql,
              "CREATE INDEX CONCURRENTLY ON app.tb_post (a, at DESC NULLS LAST, id);");
    EXPECT_EQ(found[0].path, "posts");
}

TEST(Hints, SayThatPartitionedTablesAreLockedMeanwhile) {
    TableFacts facts = table(100'000);
    facts.partitioned = true;
    EXPECT_EQ(advice("(p.a = 1)", facts), "CREATE INDEX ON app.tb_post (a);");
}

TEST(Hints, SeeEstimatesThatAreFarOff) {
    PlanNode node = scan("", 100);
    node.actual = Actual{.rows = 50'000, .loops = 1, .time = 10};
    TableFacts facts = table(100'000);
    facts.changed = 60'000;
    const auto found = hints({.root = node}, facts);
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].code, "stale-statistics");
    EXPECT_EQ(found[0].sql, "ANALYZE app.tb_post;");
    node.actual->rows = 500;
    EXPECT_THAT(hints({.root = node}, facts), IsEmpty());
}

TEST(Hints, DoNotBlameStatisticsForWhatALimitStopped) {
    PlanNode node = scan("", 100'000);
    node.actual = Actual{.rows = 10, .loops = 1, .time = 1};
    QueryPlan plan{.root = {.type = "Limit", .rows = 10}};
    plan.root.children.push_back(node);
    EXPECT_THAT(hints(plan, table(100'000)), IsEmpty());
    EXPECT_THAT(hints({.root = node}, table(100'000)), SizeIs(1));
}

TEST(Hints, SeeTablesThatWereNeverAnalyzed) {
    TableFacts facts = table(-1);
    facts.pages = 2000;
    facts.ever_analyzed = false;
    const auto found = hints({.root = scan("", 2550)}, facts);
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].code, "never-analyzed");
    facts.pages = 3;
    EXPECT_THAT(hints({.root = scan("", 2550)}, facts), IsEmpty());
}

TEST(Hints, SayWhyADocumentIsComputedForItsCondition) {
    const PlanNode node = scan("((jsonb_build_object('a', p.a) ->> 'a'::text) = 'x'::text)", 500);
    const auto found = find_hints({.root = node}, {table(100'000)},
                                  {{"users", "v_user", "no"}, {"posts", "v_post", "a reason."}});
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].code, "computed-condition");
    EXPECT_THAT(found[0].message, HasSubstr("v_post"));
    EXPECT_THAT(found[0].message, HasSubstr("a reason."));
}

}  // namespace
}  // namespace fraiseql::explain
