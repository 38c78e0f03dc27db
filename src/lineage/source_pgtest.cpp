// SPDX-License-Identifier: MIT
// Where values come from: the column that equals a key, the table column behind it, its comment.
#include "lineage/combine.hpp"
#include "lineage/lineage_pgtest.hpp"

namespace fraiseql::lineage {
namespace {

using ::testing::ElementsAre;

class SourceTest : public LineageTest {
  protected:
    /// Infers `select` as view v_case and keeps catalog and lineage for inspection.
    void infer(const std::string& select) {
        run("CREATE VIEW v_case AS " + select);
        catalog_.emplace(snapshot());
        run("DROP VIEW v_case");
        auto lineage = Lineage::of(*catalog_);
        ASSERT_TRUE(lineage) << to_string(lineage.error());
        lineage_.emplace(std::move(*lineage));
        view_ = &lineage_->relation(catalog_->relation("public", "v_case")->oid);
    }

    std::string data(const std::string& select) {
        infer(select);
        return to_string(*view_->column("data")->shape, *catalog_);
    }

    std::string origin(const Shape& shape) const {
        if (!shape.origin) return "none";
        const auto* relation = catalog_->relation(shape.origin->relation);
        return relation->name + "." + relation->column(shape.origin->column)->name;
    }

    std::optional<catalog::Catalog> catalog_;
    std::optional<Lineage> lineage_;
    const RelationShape* view_ = nullptr;
};

TEST_F(SourceTest, FindsTheColumnThatEqualsAKey) {
    EXPECT_EQ(
        data(
            "SELECT pk, id, jsonb_build_object('id', id, 'name', name, 'pk', to_jsonb(pk)) AS data "
            "FROM tb_user"),
        "{ id=2: uuid!, name: text!, pk=1: int8! }!");
}

TEST_F(SourceTest, FindsItInNestedObjects) {
    EXPECT_EQ(data("SELECT p.id, u.name AS author, count(*) AS n, jsonb_build_object('author', "
                   "jsonb_build_object('name', u.name, 'id', u.id), 'n', count(*)) AS data "
                   "FROM tb_post p JOIN tb_user u ON u.pk = p.fk_user GROUP BY p.id, u.id, u.name"),
              "{ author: { name=2: text!, id: uuid! }!, n=3: int8! }!");
}

TEST_F(SourceTest, FindsItInWholeRows) {
    EXPECT_EQ(data("SELECT n.name AS label, to_jsonb(n.*) AS data FROM tb_node n"),
              "{ pk: int8!, fk_parent: int8, name=1: text! }!");
}

TEST_F(SourceTest, FollowsItThroughSubqueries) {
    EXPECT_EQ(data("SELECT s.data, s.id AS key FROM (SELECT id, name, jsonb_build_object('id', id, "
                   "'name', name) AS data FROM tb_user) s"),
              "{ id=2: uuid!, name: text! }!");
    EXPECT_EQ(data("WITH w AS (SELECT id, jsonb_build_object('id', id) AS data FROM tb_user) "
                   "SELECT id, data FROM w"),
              "{ id=1: uuid! }!");
    EXPECT_EQ(data("SELECT id, jsonb_build_object('id', id) AS data FROM tb_user UNION ALL "
                   "SELECT id, jsonb_build_object('id', id) AS data FROM tb_post"),
              "{ id=1: uuid! }!");
}

TEST_F(SourceTest, DoesNotClaimWhatDiffers) {
    // Another expression, a conditional object, an element of a list, another query's column.
    EXPECT_EQ(
        data("SELECT upper(name) AS name, jsonb_build_object('name', name) AS data FROM tb_user"),
        "{ name: text! }!");
    EXPECT_EQ(data("SELECT id, CASE WHEN pk > 1 THEN jsonb_build_object('id', id) END AS data "
                   "FROM tb_user"),
              "{ id: uuid! }");
    EXPECT_EQ(
        data("SELECT u.id, (SELECT jsonb_build_object('id', p.id) FROM tb_post p LIMIT 1) AS data "
             "FROM tb_user u"),
        "{ id: uuid! }");
    EXPECT_EQ(
        data("SELECT id, jsonb_build_array(jsonb_build_object('id', id)) AS data FROM tb_user"),
        "[{ id: uuid! }!]!");
    EXPECT_EQ(data("SELECT random() AS r, jsonb_build_object('r', random()) AS data"),
              "{ r: float8! }!");
    EXPECT_EQ(data("SELECT id, jsonb_build_object('id', id) AS data FROM tb_user UNION ALL "
                   "SELECT id, jsonb_build_object('id', gen_random_uuid()) AS data FROM tb_post"),
              "{ id: uuid! }!");
}

TEST_F(SourceTest, KnowsTheTableColumnBehindAValue) {
    infer(
        "SELECT v.id AS a, u.bio AS b, upper(u.name) AS c, v.data->>'name' AS d, u.tags AS e "
        "FROM v_user v LEFT JOIN tb_user u ON u.id = v.id");
    EXPECT_EQ(origin(*view_->column("a")->shape), "tb_user.id");
    EXPECT_EQ(origin(*view_->column("b")->shape), "tb_user.bio");
    EXPECT_EQ(origin(*view_->column("c")->shape), "none");
    EXPECT_EQ(origin(*view_->column("d")->shape), "tb_user.name");
    EXPECT_EQ(origin(*view_->column("e")->shape), "tb_user.tags");
}

TEST_F(SourceTest, InheritsDescriptionsWithoutAnnotations) {
    infer("SELECT name, jsonb_build_object('who', name) AS data FROM tb_user");
    EXPECT_EQ(view_->column("name")->description, "What to call them.");
    EXPECT_EQ(view_->column("data")->shape->object()->find("who")->description,
              "What to call them.");
}

TEST_F(SourceTest, ListsWhatAViewReads) {
    infer("SELECT data FROM v_post WHERE id IN (SELECT id FROM tv_user)");
    std::vector<std::string> names;
    for (Oid oid : view_->reads)
        names.push_back(catalog_->relation(oid)->name);
    EXPECT_THAT(names, ::testing::UnorderedElementsAre("tb_post", "tb_user", "tv_user", "v_post",
                                                       "v_user"));
}

TEST_F(SourceTest, CoversTablesToo) {
    infer("SELECT 1 AS one");
    const RelationShape& users = lineage_->relation(catalog_->relation("public", "tb_user")->oid);
    EXPECT_EQ(to_string(*users.column("tags")->shape, *catalog_), "[text]!");
    EXPECT_EQ(origin(*users.column("tags")->shape), "tb_user.tags");
    EXPECT_EQ(users.column("name")->description, "What to call them.");
    EXPECT_TRUE(lineage_->relation(1).columns.empty());
}

}  // namespace
}  // namespace fraiseql::lineage
