// SPDX-License-Identifier: MIT
// Views seen through: the SQL that is left of them, and that it yields what the view does.
#include <gtest/gtest.h>

#include "rewrite/rewrite_pgtest.hpp"

namespace fraiseql::rewrite {
namespace {

class SeeThroughTest : public RewriteTest {
  protected:
    void SetUp() override { run("BEGIN"); }
    void TearDown() override { run("ROLLBACK"); }

    /// Makes v_case, and returns what is left of it for one value under `keys`.
    static std::string left_of(const std::string& select, const std::vector<Wanted>& wanted) {
        run("CREATE OR REPLACE VIEW v_case AS " + select);
        const catalog::Catalog catalog = snapshot();
        const Views views(catalog);
        std::string sql;
        const auto rows = seen_through(views, "v_case", wanted, sql);
        if (!rows) return "refused: " + views.refusal(catalog.relation("public", "v_case")->oid);
        EXPECT_EQ(*rows, as_it_is("v_case", wanted)) << sql;
        const std::size_t from = sql.find(") FROM (") + 8;
        return sql.substr(from, sql.size() - from - 6);
    }
};

TEST_F(SeeThroughTest, ReadsAKeyFromTheColumnBehindIt) {
    EXPECT_EQ(left_of("SELECT id, jsonb_build_object('id', u.id, 'name', u.name, 'bio', u.bio) AS "
                      "data FROM tb_user u WHERE u.pk > 2",
                      {{.keys = {"name"}}}),
              R"(SELECT u.name AS "name" FROM public.tb_user u WHERE (u.pk > 2))");
}

TEST_F(SeeThroughTest, ReplacesAViewBehindAKey) {
    run("CREATE VIEW v_user AS SELECT u.pk, u.id, jsonb_build_object('id', u.id, 'name', u.name) AS "
        "data FROM tb_user u");
    EXPECT_EQ(left_of("SELECT p.id, jsonb_build_object('title', p.title, 'author', author.data) AS "
                      "data FROM tb_post p JOIN v_user author ON author.pk = p.fk_user",
                      {{.keys = {"title"}}, {.keys = {"author", "name"}}}),
              R"(SELECT p.title AS "title", "author"."data.name" AS "author.name" FROM )"
              R"(public.tb_post p JOIN (SELECT u.name AS "data.name", u.pk AS "pk" FROM )"
              R"(public.tb_user u) AS "author" ON ((author.pk = p.fk_user)))");
}

TEST_F(SeeThroughTest, BuildsListsWithTheWantedMembersOnly) {
    run("CREATE VIEW v_comment AS SELECT c.id, c.pk, c.fk_post, jsonb_build_object('id', c.id, 'body',"
        " c.body, 'likes', c.likes) AS data FROM tb_comment c");
    const std::vector<Wanted> wanted = {{.kind = Wanted::Kind::List,
                                         .keys = {"comments"},
                                         .members = {leaf("likes"), leaf("body")}}};
    EXPECT_EQ(left_of("SELECT p.id, jsonb_build_object('title', p.title, 'comments', COALESCE((SELECT "
                      "jsonb_agg(c.data ORDER BY c.pk DESC) FROM v_comment c WHERE c.fk_post = p.pk),"
                      " '[]'::jsonb)) AS data FROM tb_post p",
                      wanted),
              R"(SELECT COALESCE((SELECT json_agg("c"."data{}" ORDER BY c.pk DESC) FROM (SELECT )"
              R"(json_build_object('likes', c.likes, 'body', c.body) AS "data{}", c.fk_post AS )"
              R"("fk_post", c.pk AS "pk" FROM public.tb_comment c) AS "c" WHERE (c.fk_post = p.pk)), )"
              R"('[]'::json) AS "comments" FROM public.tb_post p)");
}

TEST_F(SeeThroughTest, LeavesOutAggregatesThatNothingNeeds) {
    EXPECT_EQ(left_of("SELECT u.id, jsonb_build_object('name', u.name, 'posts', posts.n, 'comments', "
                      "comments.n) AS data FROM tb_user u CROSS JOIN LATERAL (SELECT count(*) AS n FROM "
                      "tb_post p WHERE p.fk_user = u.pk) posts CROSS JOIN LATERAL (SELECT count(*) AS n "
                      "FROM tb_comment c WHERE c.fk_user = u.pk) comments",
                      {{.keys = {"name"}}}),
              R"(SELECT u.name AS "name" FROM public.tb_user u)");
}

TEST_F(SeeThroughTest, WritesNumbersAndRowsAsTheDocumentDoes) {
    EXPECT_EQ(left_of("SELECT u.id, jsonb_build_object('height', u.height, 'raw', u.raw, 'home', u.home,"
                      " 'doc', u.doc, 'tags', to_jsonb(u.tags), 'age', u.age, 'code', u.code) AS data "
                      "FROM tb_user u",
                      {{.keys = {"height"}}, {.keys = {"raw"}}, {.keys = {"home"}}, {.keys = {"doc"}},
                       {.keys = {"tags"}}, {.keys = {"age"}}, {.keys = {"code"}}}),
              R"(SELECT u.height AS "height", u.raw AS "raw", u.home AS "home", u.doc AS "doc", u.tags )"
              R"(AS "tags", u.age AS "age", u.code AS "code" FROM public.tb_user u)");
}

}  // namespace
}  // namespace fraiseql::rewrite
