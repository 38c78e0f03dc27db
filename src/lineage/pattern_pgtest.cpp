// SPDX-License-Identifier: MIT
// Whole views as people write them: each must be typed completely, and its rows must fit.
#include "lineage/lineage_pgtest.hpp"

namespace fraiseql::lineage {
namespace {

class PatternTest : public LineageTest {};

TEST_F(PatternTest, UserWithStatisticsAndRecentPosts) {
    EXPECT_EQ(shape_of(R"(
SELECT u.id, jsonb_build_object('id', u.id, 'name', u.name,
    'stats', jsonb_build_object('posts', count(DISTINCT p.id), 'edits', count(DISTINCT e.pk),
                                'last', max(greatest(p.at, e.at))),
    'recent', (SELECT jsonb_agg(jsonb_build_object('id', r.id, 'title', r.title) ORDER BY r.at DESC)
               FROM (SELECT * FROM tb_post WHERE fk_user = u.pk ORDER BY at DESC LIMIT 5) r)) AS
  data
FROM tb_user u LEFT JOIN tb_post p ON p.fk_user = u.pk LEFT JOIN tb_post e ON e.fk_editor = u.pk
GROUP BY u.pk)"),
              "{ id=1: uuid!, name: text!, stats: { posts: int8!, edits: int8!, last: date }!, "
              "recent: [{ id: uuid!, title: text! }!] }!");
}

TEST_F(PatternTest, DashboardByDay) {
    EXPECT_EQ(shape_of(R"(
SELECT date_trunc('month', at) AS month, jsonb_build_object('users', count(DISTINCT fk_user),
    'posts', count(*), 'score', avg(score)::numeric(10,2)) AS data
FROM (SELECT at, fk_user, score FROM tb_post) s GROUP BY 1)"),
              "{ users: int8!, posts: int8!, score: numeric }!");
}

TEST_F(PatternTest, RowsExtendedByLists) {
    EXPECT_EQ(shape_of(R"(
SELECT n.pk AS id, to_jsonb(n.*) - 'fk_parent' || jsonb_build_object('children',
    (SELECT coalesce(jsonb_agg(to_jsonb(c) - 'fk_parent' ORDER BY c.pk), '[]')
     FROM tb_node c WHERE c.fk_parent = n.pk)) AS data
FROM tb_node n)"),
              "{ pk=1: int8!, name: text!, children: [{ pk: int8!, name: text! }!]! }!");
}

TEST_F(PatternTest, OptionalAuthorByCase) {
    EXPECT_EQ(shape_of(R"(
SELECT p.id, jsonb_build_object('id', p.id, 'editor', CASE WHEN e.pk IS NULL THEN NULL
    ELSE jsonb_build_object('id', e.id, 'name', e.name) END) AS data
FROM tb_post p LEFT JOIN tb_user e ON e.pk = p.fk_editor)"),
              "{ id=1: uuid!, editor: { id: uuid!, name: text! } }!");
}

TEST_F(PatternTest, GroupsFilteredOfMissingRows) {
    EXPECT_EQ(
        shape_of(R"(
SELECT u.id, jsonb_build_object(
    'scores', coalesce(jsonb_agg(DISTINCT p.score) FILTER (WHERE p.score IS NOT NULL), '[]'),
    'posts', coalesce(jsonb_agg(v.data) FILTER (WHERE v.id IS NOT NULL), '[]'),
    'known', count(p.pk) FILTER (WHERE p.at IS NOT NULL), 'sum', coalesce(sum(p.score), 0),
    'late', bool_or(p.at > '2020-01-01')) AS data
FROM tb_user u LEFT JOIN tb_post p ON p.fk_user = u.pk LEFT JOIN v_post v ON v.id = p.id
GROUP BY u.pk)"),
        "{ scores: [numeric!]!, posts: [<v_post>!]!, known: int8!, sum: numeric!, late: bool }!");
}

TEST_F(PatternTest, TreeWithPaths) {
    EXPECT_EQ(shape_of(R"(
WITH RECURSIVE tree AS (
  SELECT pk, name, 0 AS depth, ARRAY[pk] AS path FROM tb_node WHERE fk_parent IS NULL
  UNION ALL
  SELECT n.pk, n.name, t.depth + 1, t.path || n.pk FROM tb_node n JOIN tree t ON t.pk = n.fk_parent
  WHERE n.pk <> ALL (t.path))
SELECT pk AS id, depth, jsonb_build_object('id', pk, 'depth', depth, 'path', path,
    'is_root', depth = 0) AS data FROM tree)"),
              "{ id=1: int8!, depth=2: int4!, path: [int8!]!, is_root: bool! }!");
}

TEST_F(PatternTest, FeedOfSeveralTypes) {
    EXPECT_EQ(shape_of(R"(
SELECT id, at::timestamptz AS at, jsonb_build_object('__typename', 'PostItem', 'id', id,
    'title', title) AS data FROM tb_post
UNION ALL
SELECT id, created_at, jsonb_build_object('__typename', 'UserItem', 'id', id, 'bio', bio) FROM
  tb_user)"),
              "(PostItem { id: uuid!, title: text! } | UserItem { id: uuid!, bio: text })!");
}

TEST_F(PatternTest, StatisticsFromAWithQuery) {
    EXPECT_EQ(shape_of(R"(
WITH s AS MATERIALIZED (SELECT fk_user, count(*) AS n, max(at) AS last FROM tb_post GROUP BY 1)
SELECT u.id, s.n AS posts, jsonb_build_object('id', u.id, 'posts', s.n, 'n', coalesce(s.n, 0),
    'last', s.last) AS data
FROM tb_user u LEFT JOIN s ON s.fk_user = u.pk)"),
              "{ id=1: uuid!, posts=2: int8, n: int8!, last: date }!");
}

TEST_F(PatternTest, ArraysOfTags) {
    EXPECT_EQ(shape_of(R"(
SELECT u.id, jsonb_build_object('tags', (SELECT jsonb_agg(t ORDER BY t) FROM unnest(u.tags) t),
    'objects', (SELECT jsonb_agg(jsonb_build_object('name', t, 'at', o))
                FROM unnest(u.tags) WITH ORDINALITY AS x(t, o)), 'first', u.tags[1],
    'count', cardinality(u.tags), 'upper', array_length(u.tags, 1)) AS data FROM tb_user u)"),
              "{ tags: [text], objects: [{ name: text, at: int8! }!], first: text, count: int4!, "
              "upper: int4 }!");
}

TEST_F(PatternTest, MaterializedViewsAndComposition) {
    run("CREATE MATERIALIZED VIEW mv_posts AS SELECT fk_user, jsonb_agg(data) AS posts FROM v_post "
        "GROUP BY fk_user");
    std::string shape = shape_of(
        "SELECT u.id, v.data || jsonb_build_object('posts', m.posts) AS data FROM tb_user u "
        "JOIN v_user v ON v.id = u.id LEFT JOIN mv_posts m ON m.fk_user = u.pk");
    run("DROP MATERIALIZED VIEW mv_posts");
    EXPECT_EQ(shape, "User { id: uuid!, name: text!, posts: [<v_post>!] }!");
}

}  // namespace
}  // namespace fraiseql::lineage
