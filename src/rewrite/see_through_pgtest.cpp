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
    run("CREATE VIEW v_user AS SELECT u.pk, u.id, jsonb_build_object('id', u.id, 'name', u.name) "
        "AS "
        "data FROM tb_user u");
    EXPECT_EQ(left_of("SELECT p.id, jsonb_build_object('title', p.title, 'author', author.data) AS "
                      "data FROM tb_post p JOIN v_user author ON author.pk = p.fk_user",
                      {{.keys = {"title"}}, {.keys = {"author", "name"}}}),
              R"(SELECT p.title AS "title", "author"."data.name" AS "author.name" FROM )"
              R"(public.tb_post p JOIN (SELECT u.name AS "data.name", u.pk AS "pk" FROM )"
              R"(public.tb_user u) AS "author" ON ((author.pk = p.fk_user)))");
}

TEST_F(SeeThroughTest, BuildsListsWithTheWantedMembersOnly) {
    run("CREATE VIEW v_comment AS SELECT c.id, c.pk, c.fk_post, jsonb_build_object('id', c.id, "
        "'body',"
        " c.body, 'likes', c.likes) AS data FROM tb_comment c");
    const std::vector<Wanted> wanted = {{.kind = Wanted::Kind::List,
                                         .keys = {"comments"},
                                         .members = {leaf("likes"), leaf("body")}}};
    EXPECT_EQ(
        left_of("SELECT p.id, jsonb_build_object('title', p.title, 'comments', COALESCE((SELECT "
                "jsonb_agg(c.data ORDER BY c.pk DESC) FROM v_comment c WHERE c.fk_post = p.pk),"
                " '[]'::jsonb)) AS data FROM tb_post p",
                wanted),
        R"(SELECT COALESCE((SELECT json_agg("c"."data{}" ORDER BY c.pk DESC) FROM (SELECT )"
        R"(json_build_object('likes', c.likes, 'body', c.body) AS "data{}", c.fk_post AS )"
        R"("fk_post", c.pk AS "pk" FROM public.tb_comment c) AS "c" WHERE (c.fk_post = p.pk)), )"
        R"('[]'::json) AS "comments" FROM public.tb_post p)");
}

TEST_F(SeeThroughTest, LeavesOutAggregatesThatNothingNeeds) {
    EXPECT_EQ(
        left_of("SELECT u.id, jsonb_build_object('name', u.name, 'posts', posts.n, 'comments', "
                "comments.n) AS data FROM tb_user u CROSS JOIN LATERAL (SELECT count(*) AS n FROM "
                "tb_post p WHERE p.fk_user = u.pk) posts CROSS JOIN LATERAL (SELECT count(*) AS n "
                "FROM tb_comment c WHERE c.fk_user = u.pk) comments",
                {{.keys = {"name"}}}),
        R"(SELECT u.name AS "name" FROM public.tb_user u)");
}

TEST_F(SeeThroughTest, WritesNumbersAndRowsAsTheDocumentDoes) {
    EXPECT_EQ(
        left_of("SELECT u.id, jsonb_build_object('height', u.height, 'raw', u.raw, 'home', u.home,"
                " 'doc', u.doc, 'tags', to_jsonb(u.tags), 'age', u.age, 'code', u.code) AS data "
                "FROM tb_user u",
                {{.keys = {"height"}},
                 {.keys = {"raw"}},
                 {.keys = {"home"}},
                 {.keys = {"doc"}},
                 {.keys = {"tags"}},
                 {.keys = {"age"}},
                 {.keys = {"code"}}}),
        R"(SELECT u.height AS "height", u.raw AS "raw", u.home AS "home", u.doc AS "doc", u.tags )"
        R"(AS "tags", u.age AS "age", u.code AS "code" FROM public.tb_user u)");
}

/// Whose rights a view reads with decides what may be left of it.
class PrivilegeTest : public SeeThroughTest {
  protected:
    /// Makes v_case with `options` for `owner`, and returns what rewrite_app is told about it.
    static std::string told(const std::string& options, const std::string& owner) {
        run("CREATE VIEW v_case WITH (" + options +
            ") AS SELECT p.id, jsonb_build_object('title', "
            "p.title, 'owner', p.owner) AS data FROM tb_post p; ALTER VIEW v_case OWNER TO " +
            owner + "; SET LOCAL ROLE rewrite_app");
        const catalog::Catalog catalog = snapshot();
        const Views views(catalog);
        return views.refusal(catalog.relation("public", "v_case")->oid);
    }
};

TEST_F(PrivilegeTest, ReadsWithTheRightsOfTheReaderOnly) {
    // The owner sees all rows, rewrite_app only some: through the view it may see all.
    run("ALTER TABLE tb_post ENABLE ROW LEVEL SECURITY; CREATE POLICY mine ON tb_post TO "
        "rewrite_app "
        "USING (owner = 'app')");
    const std::string owner = run("SELECT current_user").at(0);
    EXPECT_THAT(told("security_invoker = false", owner),
                ::testing::HasSubstr("it reads with the rights of its owner"));
}

TEST_F(PrivilegeTest, SeesThroughAnInvokersView) {
    EXPECT_EQ(told("security_invoker = true", run("SELECT current_user").at(0)), "");
}

TEST_F(PrivilegeTest, SeesThroughOnesOwnView) {
    EXPECT_EQ(told("security_invoker = false", "rewrite_app"), "");
}

TEST_F(PrivilegeTest, KeepsASecurityBarrier) {
    EXPECT_THAT(told("security_invoker = true, security_barrier = true", "rewrite_app"),
                ::testing::HasSubstr("security barrier"));
}

TEST_F(PrivilegeTest, KeepsANestedViewOfAnotherOwner) {
    run("CREATE VIEW v_secret AS SELECT p.pk, jsonb_build_object('title', p.title, 'owner', "
        "p.owner) "
        "AS data FROM tb_post p");
    run("CREATE VIEW v_case WITH (security_invoker = true) AS SELECT c.id, "
        "jsonb_build_object('post', "
        "s.data) AS data FROM tb_comment c JOIN v_secret s ON s.pk = c.fk_post; SET LOCAL ROLE "
        "rewrite_app");
    const catalog::Catalog catalog = snapshot();
    const Views views(catalog);
    std::string sql;
    const std::vector<Wanted> wanted = {{.keys = {"post", "title"}}};
    EXPECT_EQ(seen_through(views, "v_case", wanted, sql), as_it_is("v_case", wanted));
    EXPECT_THAT(sql, ::testing::HasSubstr("public.v_secret"));
    EXPECT_THAT(sql, ::testing::HasSubstr("(s.data) -> 'title'"));
}

TEST_F(SeeThroughTest, KeepsQueriesThatAreMoreThanASelection) {
    const std::vector<Wanted> wanted = {{.keys = {"name"}}};
    const std::string select =
        "SELECT u.id, jsonb_build_object('name', u.name) AS data FROM tb_user u";
    EXPECT_THAT(left_of(select + " UNION ALL " + select, wanted), ::testing::HasSubstr("UNION"));
    EXPECT_THAT(left_of("SELECT DISTINCT" + select.substr(6), wanted),
                ::testing::HasSubstr("DISTINCT"));
    EXPECT_THAT(left_of(select + " ORDER BY u.pk LIMIT 2", wanted), ::testing::HasSubstr("LIMIT"));
    EXPECT_THAT(left_of(select + " WHERE random() < 2", wanted), ::testing::HasSubstr("volatile"));
}

}  // namespace
}  // namespace fraiseql::rewrite
