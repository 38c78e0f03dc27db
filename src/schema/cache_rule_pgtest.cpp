// SPDX-License-Identifier: MIT
#include "schema/cache_rule.hpp"

#include <gtest/gtest.h>

#include "catalog/read_snapshot.hpp"
#include "catalog/snapshot_sql.hpp"
#include "pg/session.hpp"
#include "testing/cluster.hpp"

namespace fraiseql::schema {
namespace {

constexpr const char* kSchema = R"(
CREATE TABLE tb_user (id int PRIMARY KEY, name text, born timestamptz);
CREATE TABLE tb_post (id int PRIMARY KEY, fk_user int, title text);
CREATE TABLE tb_secret (id int PRIMARY KEY, team int);
CREATE TABLE tb_team (id int PRIMARY KEY, member text);
ALTER TABLE tb_secret ENABLE ROW LEVEL SECURITY;
CREATE POLICY team ON tb_secret USING (team IN (
  SELECT id FROM tb_team WHERE member = current_user));
CREATE FUNCTION fn_known(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper($1)';
CREATE FUNCTION fn_unknown(text) RETURNS text LANGUAGE sql STABLE AS 'SELECT $1';
CREATE MATERIALIZED VIEW mv_user AS SELECT id, name FROM tb_user;
CREATE VIEW v_user AS SELECT id, to_jsonb(u) AS data FROM tb_user u;
CREATE VIEW v_post AS SELECT p.id, json_build_object('title', fn_known(title), 'user', u.data,
    'year', extract(year FROM now()::timestamp - interval '1 day') IS NULL) AS data
  FROM tb_post p JOIN v_user u ON u.id = fk_user;
CREATE VIEW v_both AS SELECT p.id, p.title, u.name FROM tb_post p JOIN v_user v ON v.id = fk_user
  JOIN tb_user u ON u.id = v.id WHERE to_char(born, 'YYYY') <> '1999';
CREATE VIEW v_secret AS SELECT id FROM tb_secret;
CREATE VIEW v_setting AS SELECT id FROM tb_user WHERE name = current_setting('app.name', true);
CREATE VIEW v_unknown AS SELECT fn_unknown(name) AS name FROM tb_user;
CREATE VIEW v_today AS SELECT id FROM tb_user WHERE born < CURRENT_DATE;
CREATE VIEW v_random AS SELECT id FROM tb_user ORDER BY random();
CREATE VIEW v_stored AS SELECT id FROM mv_user;
CREATE VIEW v_system AS SELECT relname FROM pg_class;
)";

class CacheRuleTest : public ::testing::Test {
  protected:
    static const catalog::Catalog& catalog() {
        static const catalog::Catalog loaded = [] {
            auto& cluster = testing::Cluster::shared();
            const std::string url = cluster.create_database("cache_rule");
            cluster.run_sql(url, kSchema);
            auto snapshot = pg::query_once(url, std::string(catalog::snapshot_sql()));
            return catalog::read_snapshot(snapshot.value()).value();
        }();
        return loaded;
    }

    static CacheRule rule(std::string_view view, std::string_view arguments = "") {
        return read_cache_rule(catalog(), *catalog().relation("public", view), arguments).value();
    }

    static std::string wrong(std::string_view arguments) {
        auto read = read_cache_rule(catalog(), *catalog().relation("public", "v_user"), arguments);
        return read ? "" : read.error().message;
    }

    static std::string tables(const CacheRule& rule) {
        std::string out;
        for (const catalog::Relation* table : rule.untracked)
            out += table->name + ' ';
        return out;
    }
};

TEST_F(CacheRuleTest, DependsOnTheTablesBehindAllViews) {
    const CacheRule both = rule("v_both");
    EXPECT_EQ(tables(both), "tb_user tb_post ");
    EXPECT_EQ(both.contexts.size(), 3U);
    EXPECT_EQ(both.contexts.back(), "ddl");
    EXPECT_FALSE(both.per_principal);
    EXPECT_EQ(both.problem, "nothing tells when public.tb_post, public.tb_user changes.");
}

TEST_F(CacheRuleTest, DependsOnWhatPoliciesRead) {
    const CacheRule secret = rule("v_secret");
    EXPECT_EQ(tables(secret), "tb_secret tb_team ");
    EXPECT_TRUE(secret.per_principal);
}

TEST_F(CacheRuleTest, DependsOnTheReaderWhereSettingsOrUnknownFunctionsAreRead) {
    EXPECT_TRUE(rule("v_setting").per_principal);
    EXPECT_TRUE(rule("v_unknown").per_principal);
    EXPECT_FALSE(rule("v_user").per_principal);
}

TEST_F(CacheRuleTest, RefusesWhatChangesByItself) {
    EXPECT_EQ(rule("v_today").problem, "it changes by itself: CURRENT_DATE.");
    EXPECT_EQ(rule("v_random").problem, "it changes by itself: random().");
    EXPECT_EQ(rule("v_post").problem, "it changes by itself: now().");
    EXPECT_EQ(rule("v_today", "ttl 1m").problem.find("by itself"), std::string::npos);
}

TEST_F(CacheRuleTest, RefusesWhatItCannotJudge) {
    EXPECT_EQ(rule("v_unknown").problem, "nobody knows what it depends on: public.fn_unknown().");
    EXPECT_EQ(rule("v_system").problem,
              "nobody knows what it depends on: a relation of PostgreSQL's own.");
    EXPECT_EQ(rule("v_stored").problem, "nothing can tell when public.mv_user changes.");
}

TEST_F(CacheRuleTest, TakesContextsInPlaceOfTables) {
    const CacheRule declared = rule("v_unknown", "context orders,stock");
    EXPECT_EQ(declared.contexts, (std::vector<std::string>{"ddl", "orders", "stock"}));
    EXPECT_EQ(declared.problem, "the database has no place for answers.");
    EXPECT_EQ(tables(rule("v_user", "context orders,tables")), "tb_user ");
}

TEST_F(CacheRuleTest, ReadsSpansOfTime) {
    const CacheRule both = rule("v_user", "ttl 5m history 90d");
    EXPECT_EQ(both.ttl, std::chrono::minutes(5));
    EXPECT_EQ(both.history, std::chrono::hours(90 * 24));
    EXPECT_EQ(wrong("ttl"), "'@cache ttl' lacks a value.");
    EXPECT_EQ(wrong("ttl 5"), "\"5\" is no span of time.");
    EXPECT_EQ(wrong("ttl 0s"), "\"0s\" is no span of time.");
    EXPECT_EQ(wrong("forever yes"), "'@cache forever' is not understood.");
    EXPECT_EQ(wrong("context a,,b"), "\"\" is no name of a context.");
    EXPECT_EQ(wrong("context 16384"), "\"16384\" is no name of a context.");
    EXPECT_EQ(wrong("context ddl"), "\"ddl\" is no name of a context.");
}

}  // namespace
}  // namespace fraiseql::schema
