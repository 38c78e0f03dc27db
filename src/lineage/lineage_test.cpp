// SPDX-License-Identifier: MIT
// Lineage without a database: node trees as other versions of PostgreSQL print them, and broken
// ones.
#include "lineage/lineage.hpp"

#include <gmock/gmock.h>

#include <string>

namespace fraiseql::lineage {
namespace {

using ::testing::HasSubstr;

constexpr Oid kTable = 100, kView = 200, kOther = 201;

/// One table of id and name, and views over it with the given rules.
catalog::Catalog catalog_with(const std::string& rule, const std::string& other = "") {
    catalog::CatalogParts parts;
    parts.server_version = 160000;
    parts.search_path = {"app"};
    for (auto [oid, name] : {std::pair{25U, "text"}, {2950U, "uuid"}, {3802U, "jsonb"}}) {
        parts.types.push_back({.oid = oid, .schema = "pg_catalog", .name = name});
    }
    parts.relations.push_back(
        {.oid = kTable,
         .schema = "app",
         .name = "tb_user",
         .columns = {{.number = 1, .name = "id", .type = catalog::kUuid, .not_null = true},
                     {.number = 2, .name = "name", .type = catalog::kText}}});
    for (const auto& [oid, text] : {std::pair{kView, rule}, {kOther, other}}) {
        if (text.empty()) continue;
        parts.relations.push_back(
            {.oid = oid,
             .schema = "app",
             .name = oid == kView ? "v_user" : "v_other",
             .kind = catalog::Relation::Kind::View,
             .columns = {{.number = 1, .name = "data", .type = catalog::kJsonb}},
             .rule = text});
    }
    return catalog::Catalog(std::move(parts));
}

std::string query(const std::string& entry, const std::string& expression) {
    return "({QUERY :commandType 1 :cteList <> :rtable (" + entry +
           ") :jointree {FROMEXPR :fromlist ({RANGETBLREF :rtindex 1}) :quals <>} :targetList "
           "({TARGETENTRY :expr " +
           expression +
           " :resno 1 :resname data :resjunk false}) "
           ":groupClause <> :groupingSets <> :setOperations <>})";
}

std::string relation_entry(const std::string& label, Oid oid) {
    return "{" + label +
           " :alias <> :eref {ALIAS :aliasname u :colnames (\"id\" \"name\")} "
           ":rtekind 0 :relid " +
           std::to_string(oid) + " :relkind r :lateral false}";
}

std::string var(int number, int type) {
    return "{VAR :varno 1 :varattno " + std::to_string(number) + " :vartype " +
           std::to_string(type) + " :vartypmod -1 :varnullingrels (b) :varlevelsup 0 :location 5}";
}

/// The key "id" as a text constant.
const std::string kKeyId =
    "{CONST :consttype 25 :constisnull false :constvalue 6 [ 24 0 0 0 105 100 ]}";

std::string shape_of(const std::string& rule, const std::string& other = "") {
    catalog::Catalog catalog = catalog_with(rule, other);
    auto lineage = Lineage::of(catalog);
    if (!lineage) return to_string(lineage.error());
    return to_string(*lineage->relation(kView).columns.at(0).shape, catalog);
}

TEST(Lineage, ReadsTheJsonConstructorsOfPostgres16) {
    std::string object = "{JSONCONSTRUCTOREXPR :type 1 :args (" + kKeyId + " " + var(1, 2950) +
                         ") :func <> :coercion <> :returning {JSONRETURNING :format {JSONFORMAT "
                         ":format_type 1} :typid 3802 :typmod -1} :absent_on_null false}";
    EXPECT_EQ(shape_of(query(relation_entry("RANGETBLENTRY", kTable), object)), "{ id: uuid! }!");
    std::string list = "{JSONCONSTRUCTOREXPR :type 2 :args (" + var(2, 25) +
                       ") :returning {JSONRETURNING :typid 3802} :absent_on_null true}";
    EXPECT_EQ(shape_of(query(relation_entry("RANGETBLENTRY", kTable), list)), "[text!]!");
}

TEST(Lineage, KnowsBothSpellingsOfNodeNames) {
    for (const char* name : {"COALESCE", "COALESCEEXPR"}) {
        std::string both = "{" + std::string(name) + " :coalescetype 25 :args (" + var(2, 25) +
                           " " + kKeyId + ")}";
        EXPECT_EQ(shape_of(query(relation_entry("RTE", kTable), both)), "text!") << name;
    }
}

TEST(Lineage, SeesThroughTheGroupsOfPostgres18) {
    std::string group =
        " {RANGETBLENTRY :alias <> :eref {ALIAS :aliasname *GROUP* :colnames "
        "(\"id\")} :rtekind 9 :groupexprs (" +
        var(1, 2950) + ")}";
    std::string grouped = "{VAR :varno 2 :varattno 1 :vartype 2950 :varlevelsup 0}";
    EXPECT_EQ(shape_of(query(relation_entry("RANGETBLENTRY", kTable) + group, grouped)), "uuid!");
}

TEST(Lineage, TypesUnknownKindsOfNodesByTheirResult) {
    std::string future = "{SOMETHINGNEW :resulttype 25 :arg <>}";
    EXPECT_EQ(shape_of(query(relation_entry("RTE", kTable), future)), "text");
    EXPECT_THAT(shape_of(query(relation_entry("RTE", kTable), "{SOMETHINGNEW}")),
                HasSubstr("unknown kind (SOMETHINGNEW)"));
}

TEST(Lineage, SaysWhichRuleIsBroken) {
    EXPECT_THAT(shape_of("({QUERY :a"), HasSubstr("The rule of view v_user cannot be read"));
    EXPECT_THAT(shape_of("()"), HasSubstr("holds no query"));
}

TEST(Lineage, EndsCyclesOfViews) {
    std::string a = query(relation_entry("RTE", kOther), var(1, 3802));
    std::string b = query(relation_entry("RTE", kView), var(1, 3802));
    EXPECT_THAT(shape_of(a, b), HasSubstr("JSON("));
}

TEST(Lineage, EndsJoinsThatReferToThemselves) {
    std::string self = "{COALESCE :args (" + var(1, 25) + " " + var(1, 25) + ")}";
    std::string join = "{RTE :rtekind 2 :jointype 0 :joinaliasvars (" + self + ")}";
    EXPECT_THAT(shape_of(query(join, var(1, 25))), HasSubstr("too "));
}

TEST(Lineage, BoundsTheDepthOfExpressions) {
    std::string deep = var(1, 2950);
    for (int i = 0; i < 900; ++i)
        deep = "{COLLATE :arg " + deep + "}";
    EXPECT_THAT(shape_of(query(relation_entry("RTE", kTable), deep)), HasSubstr("too deeply"));
}

}  // namespace
}  // namespace fraiseql::lineage
