// SPDX-License-Identifier: MIT
// Queries: joins and nulls, sub-selects, aggregates, WITH, set operations, functions in FROM.
#include "lineage/lineage_pgtest.hpp"

namespace fraiseql::lineage {
namespace {

using ::testing::HasSubstr;

class QueryTest : public LineageTest {};

TEST_F(QueryTest, OuterJoinsMakeColumnsNullable) {
    EXPECT_EQ(shape_of("SELECT p.title FROM tb_user u JOIN tb_post p ON p.fk_user = u.pk"),
              "text!");
    EXPECT_EQ(shape_of("SELECT p.title FROM tb_user u LEFT JOIN tb_post p ON p.fk_user = u.pk"),
              "text");
    EXPECT_EQ(shape_of("SELECT u.name FROM tb_user u RIGHT JOIN tb_post p ON p.fk_user = u.pk"),
              "text");
    EXPECT_EQ(shape_of("SELECT u.name FROM tb_user u FULL JOIN tb_post p ON p.fk_user = u.pk"),
              "text");
    EXPECT_EQ(
        shape_of("SELECT to_jsonb(e.*) FROM tb_post p LEFT JOIN tb_node e ON e.pk = p.fk_editor"),
        "{ pk: int8!, fk_parent: int8, name: text! }");
    EXPECT_EQ(shape_of("SELECT v.data FROM tb_user u LEFT JOIN v_user v ON v.id = u.id"),
              "<v_user>");
    EXPECT_EQ(shape_of("SELECT j.t FROM (tb_user u LEFT JOIN tb_post p ON p.fk_user = u.pk) AS "
                       "j(a, b, c, d, e, f, g, h, i, k, l, m, n, o, t)"),
              "text");
}

TEST_F(QueryTest, ConditionsProveColumnsNotNull) {
    EXPECT_EQ(shape_of("SELECT bio FROM tb_user WHERE bio IS NOT NULL"), "text!");
    EXPECT_EQ(shape_of("SELECT bio FROM tb_user WHERE bio = 'x' AND pk > 1"), "text!");
    EXPECT_EQ(shape_of("SELECT bio FROM tb_user WHERE bio = 'x' OR pk > 1"), "text");
    EXPECT_EQ(shape_of("SELECT bio FROM tb_user WHERE NOT (bio IS NULL OR pk = 1)"), "text!");
    EXPECT_EQ(shape_of("SELECT bio FROM tb_user WHERE bio IN ('1', '2')"), "text!");
    EXPECT_EQ(shape_of("SELECT bio FROM tb_user WHERE bio <> ALL ('{}'::text[])"), "text");
    EXPECT_EQ(shape_of("SELECT bio FROM tb_user WHERE bio IN (SELECT title FROM tb_post)"),
              "text!");
    EXPECT_EQ(shape_of("SELECT bio FROM tb_user WHERE NOT (bio = '9')"), "text");
    EXPECT_EQ(shape_of("SELECT p.title FROM tb_user u LEFT JOIN tb_post p ON p.fk_user = u.pk "
                       "WHERE p.score > 1"),
              "text!");
    EXPECT_EQ(shape_of("SELECT p.fk_editor FROM tb_post p JOIN tb_user u ON u.pk = p.fk_editor"),
              "int8!");
    EXPECT_EQ(of_user("CASE WHEN u.bio IS NOT NULL THEN u.bio ELSE 'none' END"), "text!");
    EXPECT_EQ(of_user("CASE WHEN u.bio IS NULL THEN 'none' ELSE u.bio END"), "text!");
    EXPECT_EQ(of_user("CASE WHEN u.bio IS NOT NULL THEN 'some' ELSE u.bio END"), "text");
}

TEST_F(QueryTest, JoinUsingMergesColumns) {
    EXPECT_EQ(shape_of("SELECT pk FROM tb_node a JOIN tb_post b USING (pk)"), "int8!");
    EXPECT_EQ(shape_of("SELECT pk FROM tb_node a LEFT JOIN tb_post b USING (pk)"), "int8!");
    EXPECT_EQ(shape_of("SELECT pk FROM tb_node a RIGHT JOIN tb_post b USING (pk)"), "int8!");
}

TEST_F(QueryTest, ExpressionsKnowTheirNulls) {
    EXPECT_EQ(of_user("coalesce(u.bio, '')"), "text!");
    EXPECT_EQ(of_user("coalesce(u.bio, u.mood::text)"), "text");
    EXPECT_EQ(of_user("upper(u.name)"), "text!");
    EXPECT_EQ(of_user("u.name || '!'"), "text!");
    EXPECT_EQ(of_user("u.name || u.bio"), "text");
    EXPECT_EQ(of_user("nullif(u.name, '')"), "text");
    EXPECT_EQ(of_user("greatest(u.bio, u.name)"), "text!");
    EXPECT_EQ(of_user("u.bio IS NULL"), "bool!");
    EXPECT_EQ(of_user("u.bio = 'x'"), "bool");
    EXPECT_EQ(of_user("now()"), "timestamptz!");
    EXPECT_EQ(of_user("current_date"), "date!");
    EXPECT_EQ(of_user("substring(u.name from '[0-9]+')"), "text");
    EXPECT_EQ(of_user("EXISTS (SELECT 1 FROM tb_post)"), "bool!");
    EXPECT_EQ(of_user("u.pk IN (SELECT fk_editor FROM tb_post)"), "bool");
    EXPECT_EQ(of_user("u.pk::numeric(10,2)"), "numeric!");
    EXPECT_EQ(of_user("extract(year FROM u.created_at)"), "numeric!");
    EXPECT_EQ(of_user("extract(day FROM u.created_at)"), "numeric");
    EXPECT_EQ(of_user("to_char(u.created_at, 'YYYY')"), "text");
    EXPECT_EQ(of_user("lower(int4range(u.pk::int, NULL))"), "int4");
    EXPECT_EQ(of_user("concat(u.bio, u.name)"), "text!");
}

TEST_F(QueryTest, AggregatesMakeLists) {
    EXPECT_EQ(
        shape_of("SELECT jsonb_agg(jsonb_build_object('id', id) ORDER BY title DESC) FROM tb_post"),
        "[{ id: uuid! }!]");
    EXPECT_EQ(shape_of("SELECT coalesce(json_agg(v.data), '[]') FROM v_user v"), "[<v_user>!]!");
    EXPECT_EQ(shape_of("SELECT to_jsonb(array_agg(title)) FROM tb_post"), "[text!]");
    EXPECT_EQ(shape_of("SELECT coalesce(array_agg(title), '{}') FROM tb_post"), "[text!]!");
    EXPECT_EQ(shape_of("SELECT fk_user, array_agg(score) FROM tb_post GROUP BY 1"), "[numeric]!");
    EXPECT_EQ(shape_of("SELECT to_json(ARRAY(SELECT title FROM tb_post))"), "[text!]!");
    EXPECT_EQ(shape_of("SELECT array_remove(array_agg(score), NULL) FROM tb_post"), "[numeric!]");
    EXPECT_EQ(shape_of("SELECT jsonb_agg(DISTINCT title) FILTER (WHERE pk > 1) FROM tb_post"),
              "[text!]");
    EXPECT_EQ(shape_of("SELECT json_agg(n) FROM tb_node n"),
              "[{ pk: int8!, fk_parent: int8, name: text! }!]");
}

TEST_F(QueryTest, FilterProvesTheJoinedRow) {
    EXPECT_EQ(shape_of("SELECT u.pk, coalesce(jsonb_agg(jsonb_build_object('id', p.id)) "
                       "FILTER (WHERE p.pk IS NOT NULL), '[]') "
                       "FROM tb_user u LEFT JOIN tb_post p ON p.fk_user = u.pk GROUP BY u.pk"),
              "[{ id: uuid! }!]!");
    EXPECT_EQ(shape_of("SELECT u.pk, jsonb_agg(jsonb_build_object('id', p.id)) "
                       "FROM tb_user u LEFT JOIN tb_post p ON p.fk_user = u.pk GROUP BY u.pk"),
              "[{ id: uuid }!]!");
}

TEST_F(QueryTest, AggregatesKnowTheirNulls) {
    EXPECT_EQ(shape_of("SELECT count(*) FROM tb_post"), "int8!");
    EXPECT_EQ(shape_of("SELECT max(title) FROM tb_post"), "text");
    EXPECT_EQ(shape_of("SELECT fk_user, max(title) FROM tb_post GROUP BY 1"), "text!");
    EXPECT_EQ(shape_of("SELECT fk_user, max(score) FROM tb_post GROUP BY 1"), "numeric");
    EXPECT_EQ(shape_of("SELECT fk_user, max(title) FILTER (WHERE pk > 1) FROM tb_post GROUP BY 1"),
              "text");
    EXPECT_EQ(shape_of("SELECT fk_user, stddev(pk) FROM tb_post GROUP BY 1"), "numeric");
    EXPECT_EQ(shape_of("SELECT count(*), fk_user FROM tb_post GROUP BY ROLLUP (2)"), "int8");
    EXPECT_EQ(shape_of("SELECT row_number() OVER () FROM tb_post"), "int8!");
    EXPECT_EQ(shape_of("SELECT lag(title) OVER (ORDER BY pk) FROM tb_post"), "text");
    EXPECT_EQ(shape_of("SELECT sum(pk) OVER () FROM tb_post"), "numeric");
}

TEST_F(QueryTest, SubSelectsMayFindNothing) {
    EXPECT_EQ(of_user("(SELECT count(*) FROM tb_post p WHERE p.fk_user = u.pk)"), "int8!");
    EXPECT_EQ(of_user("(SELECT title FROM tb_post p WHERE p.fk_user = u.pk LIMIT 1)"), "text");
    EXPECT_EQ(of_user("(SELECT count(*) FROM tb_post GROUP BY fk_user LIMIT 1)"), "int8");
    EXPECT_EQ(of_user("(SELECT u.name)"), "text!");
    EXPECT_EQ(of_user("(SELECT row_to_json(x) FROM (SELECT u.name, u.bio) x)"),
              "{ name: text!, bio: text }");
    EXPECT_EQ(of_user("(SELECT jsonb_agg(row_to_json(r)) FROM (SELECT title, at FROM tb_post p "
                      "WHERE p.fk_user = u.pk ORDER BY pk LIMIT 3) r)"),
              "[{ title: text!, at: date }!]");
}

TEST_F(QueryTest, LateralQueriesSeeTheirNeighbours) {
    EXPECT_EQ(shape_of("SELECT s.n FROM tb_user u CROSS JOIN LATERAL "
                       "(SELECT count(*) n FROM tb_post p WHERE p.fk_user = u.pk) s"),
              "int8!");
    EXPECT_EQ(shape_of("SELECT s.d FROM tb_user u LEFT JOIN LATERAL (SELECT jsonb_build_object("
                       "'who', u.name) d FROM tb_post p WHERE p.fk_user = u.pk LIMIT 1) s ON true"),
              "{ who: text! }");
}

TEST_F(QueryTest, CasesUnifyTheirBranches) {
    EXPECT_EQ(of_user("CASE WHEN pk > 1 THEN jsonb_build_object('a', 1) END"), "{ a: int4! }");
    EXPECT_EQ(
        of_user("CASE WHEN pk > 1 THEN jsonb_build_object('a', 1) ELSE jsonb_build_object('a', "
                "u.pk, 'b', 2) END"),
        "{ a: int8!, b: int4 }!");
    EXPECT_EQ(of_user("CASE WHEN pk > 1 THEN jsonb_build_object('__typename', 'A', 'a', 1) ELSE "
                      "jsonb_build_object('__typename', 'B', 'b', 2) END"),
              "(A { a: int4! } | B { b: int4! })!");
    EXPECT_EQ(of_user("CASE pk WHEN 1 THEN 'one' ELSE 'many' END"), "text!");
    EXPECT_THAT(of_user("CASE WHEN pk > 1 THEN to_jsonb(1) ELSE '[]' END"),
                HasSubstr("One branch is a scalar, another is a list."));
}

TEST_F(QueryTest, UnionsMergeTheirRows) {
    EXPECT_EQ(shape_of("SELECT id, data FROM v_user UNION ALL SELECT id, data FROM v_post"),
              "(<v_user> | <v_post>)!");
    EXPECT_EQ(shape_of("SELECT bio FROM tb_user UNION SELECT title FROM tb_post"), "text");
    EXPECT_EQ(shape_of("SELECT name FROM tb_user EXCEPT SELECT bio FROM tb_user"), "text!");
    EXPECT_EQ(shape_of("SELECT jsonb_build_object('a', 1) UNION ALL SELECT jsonb_build_object('a', "
                       "NULL::int, 'b', 2) UNION ALL SELECT '{}'"),
              "{ a: int4, b: int4 }!");
    EXPECT_EQ(shape_of("SELECT v FROM (VALUES (1, 'x'), (2, NULL)) AS t(k, v)"), "text");
}

TEST_F(QueryTest, RecursiveQueriesSettle) {
    std::string walk =
        "WITH RECURSIVE t(pk, name, up, depth) AS (SELECT pk, name, NULL::text, 1 FROM "
        "tb_node WHERE fk_parent IS NULL UNION ALL SELECT n.pk, n.name, t.name, "
        "t.depth + 1 FROM tb_node n JOIN t ON t.pk = n.fk_parent) ";
    EXPECT_EQ(
        shape_of(walk + "SELECT jsonb_build_object('name', name, 'up', up, 'depth', depth) FROM t"),
        "{ name: text!, up: text, depth: int4! }!");
    EXPECT_EQ(
        shape_of("WITH RECURSIVE t(pk, path) AS (SELECT pk, ARRAY[name] FROM tb_node UNION ALL "
                 "SELECT n.pk, t.path || n.name FROM tb_node n JOIN t ON t.pk = n.fk_parent) "
                 "SELECT path FROM t"),
        "[text!]!");
    EXPECT_THAT(
        shape_of("WITH RECURSIVE t(pk, data) AS (SELECT pk, jsonb_build_object('pk', pk) FROM "
                 "tb_node UNION ALL SELECT n.pk, jsonb_build_object('pk', n.pk, 'up', t.data) "
                 "FROM tb_node n JOIN t ON t.pk = n.fk_parent) SELECT data FROM t"),
        HasSubstr("nests its own rows without end"));
}

TEST_F(QueryTest, FunctionsInFromOfferColumns) {
    EXPECT_EQ(shape_of("SELECT t.a FROM fn_table() t"), "int4");
    EXPECT_EQ(shape_of("SELECT f.data FROM fn_posts() f"), "<v_post>");
    EXPECT_EQ(shape_of("SELECT x FROM unnest(ARRAY['a']) x"), "text!");
    EXPECT_EQ(shape_of("SELECT n FROM generate_series(1, 3) WITH ORDINALITY AS g(x, n)"), "int8!");
    EXPECT_EQ(shape_of("SELECT e->'id' FROM (SELECT jsonb_agg(data) d FROM v_user) s, "
                       "jsonb_array_elements(s.d) e"),
              "uuid!");
    EXPECT_EQ(shape_of("SELECT x.b FROM jsonb_to_record('{}') AS x(a int, b text)"), "text");
    EXPECT_EQ(shape_of("SELECT relname FROM pg_class"), "name");
}

}  // namespace
}  // namespace fraiseql::lineage
