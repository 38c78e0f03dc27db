// SPDX-License-Identifier: MIT
// The snapshot of a real database: every kind of object, under the owner and under a plain role.
#include <gmock/gmock.h>
#include <libpq-fe.h>

#include <memory>
#include <string>

#include "catalog/read_snapshot.hpp"
#include "catalog/snapshot_sql.hpp"
#include "testing/cluster.hpp"

namespace fraiseql::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kSchema = R"(
CREATE ROLE catalog_reader;
CREATE SCHEMA app;
CREATE SCHEMA closed;
CREATE TYPE app.mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN app.email AS text NOT NULL CHECK (VALUE LIKE '%@%');
COMMENT ON DOMAIN app.email IS 'An address.';
CREATE TYPE app.address AS (street text, zip varchar(5));
CREATE TYPE app.span AS RANGE (subtype = float8);
CREATE TABLE app.tb_user (
  pk bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email app.email UNIQUE, dropped int,
  mood app.mood DEFAULT 'ok', tags text[] NOT NULL DEFAULT '{}', amount numeric(10,2) CHECK
  (amount > 0),
  shout text GENERATED ALWAYS AS ('x' || 'y') STORED);
ALTER TABLE app.tb_user DROP COLUMN dropped;
COMMENT ON TABLE app.tb_user IS 'People.';
COMMENT ON COLUMN app.tb_user.mood IS 'How they feel.';
CREATE UNIQUE INDEX user_happy ON app.tb_user (mood) WHERE mood = 'happy';
CREATE INDEX user_lower ON app.tb_user (lower(email), pk) INCLUDE (amount);
CREATE TABLE app.tb_post (id uuid PRIMARY KEY, fk_user bigint REFERENCES app.tb_user);
ALTER TABLE app.tb_post ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.tb_post FORCE ROW LEVEL SECURITY;
CREATE TABLE app.tb_log (at date) PARTITION BY RANGE (at);
CREATE TABLE app.tb_log_1 PARTITION OF app.tb_log FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE VIEW app.v_user WITH (security_barrier, security_invoker = on) AS SELECT pk, email FROM
  app.tb_user;
CREATE MATERIALIZED VIEW app.mv_user AS SELECT count(*) AS n FROM app.tb_user WITH NO DATA;
CREATE VIEW closed.v_secret AS SELECT 1 AS one;
CREATE FUNCTION app.fn_add(a int, b int DEFAULT 2, OUT total int, VARIADIC more int[] DEFAULT '{}')
  LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = app, pg_temp AS 'SELECT 1';
COMMENT ON FUNCTION app.fn_add IS 'Adds.';
CREATE FUNCTION app.fn_rows() RETURNS TABLE (id int, name text) LANGUAGE sql AS 'SELECT 1, ''a''';
CREATE PROCEDURE app.pr_go() LANGUAGE sql AS 'SELECT 1';
GRANT USAGE ON SCHEMA app TO catalog_reader;
GRANT SELECT ON app.v_user TO catalog_reader;
GRANT SELECT (pk) ON app.tb_user TO catalog_reader;
REVOKE EXECUTE ON FUNCTION app.fn_rows FROM PUBLIC;
)";

Catalog take_snapshot(const std::string& url, const char* role) {
    std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(url.c_str()), &PQfinish);
    std::string before = std::string("SET search_path = app, public; SET ROLE ") + role;
    PQclear(PQexec(connection.get(), before.c_str()));
    std::string sql(snapshot_sql());
    std::unique_ptr<PGresult, decltype(&PQclear)> rows(PQexec(connection.get(), sql.c_str()),
                                                       &PQclear);
    EXPECT_EQ(PQntuples(rows.get()), 1) << PQerrorMessage(connection.get());
    auto catalog = read_snapshot(PQgetvalue(rows.get(), 0, 0));
    EXPECT_TRUE(catalog) << to_string(catalog.error());
    return std::move(*catalog);
}

class SnapshotTest : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        const auto& cluster = fraiseql::testing::Cluster::shared();
        std::string url = cluster.create_database("catalog_snapshot");
        cluster.run_sql(url, kSchema);
        own_ = new Catalog(take_snapshot(url, "NONE"));
        reader_ = new Catalog(take_snapshot(url, "catalog_reader"));
    }
    static void TearDownTestSuite() {
        delete own_;
        delete reader_;
    }

    static const Relation& relation(const char* name) {
        const Relation* found = own_->relation("app", name);
        EXPECT_NE(found, nullptr) << name;
        return *found;
    }

    static inline Catalog* own_ = nullptr;
    static inline Catalog* reader_ = nullptr;
};

TEST_F(SnapshotTest, ReadsTheServer) {
    EXPECT_GE(own_->server_version(), 130000);
    EXPECT_EQ(own_->database(), "catalog_snapshot");
    EXPECT_TRUE(own_->current_user().superuser);
    EXPECT_THAT(own_->search_path(), ElementsAre("app", "public"));
    EXPECT_FALSE(reader_->current_user().superuser);
    EXPECT_EQ(reader_->current_user().name, "catalog_reader");
}

TEST_F(SnapshotTest, ReadsColumns) {
    const Relation& users = relation("tb_user");
    EXPECT_EQ(users.comment, "People.");
    EXPECT_EQ(users.kind, Relation::Kind::Table);
    EXPECT_EQ(users.column("dropped"), nullptr);
    const Column& pk = *users.column("pk");
    EXPECT_TRUE(pk.not_null && pk.identity && pk.identity_always);
    EXPECT_EQ(users.column(AttributeNumber{2})->name, "email");
    EXPECT_EQ(users.column(AttributeNumber{3}), nullptr);
    EXPECT_EQ(users.column("mood")->comment, "How they feel.");
    EXPECT_TRUE(users.column("mood")->has_default);
    EXPECT_TRUE(users.column("shout")->generated);
    EXPECT_EQ(users.column("shout")->generated_as, "('x'::text || 'y'::text)");
    EXPECT_EQ(users.column("amount")->typmod, 655366);
    EXPECT_EQ(own_->type_name(users.column("tags")->type), "text[]");
}

TEST_F(SnapshotTest, ReadsKeysAndIndexes) {
    const Relation& users = relation("tb_user");
    ASSERT_NE(users.primary_key(), nullptr);
    EXPECT_THAT(users.primary_key()->columns, ElementsAre(1));
    auto named = [&](std::string_view name) {
        return *std::ranges::find(users.indexes, name, &Index::name);
    };
    EXPECT_THAT(named("user_happy").predicate, HasSubstr("happy"));
    EXPECT_TRUE(named("user_happy").unique && named("user_happy").valid);
    EXPECT_TRUE(named("user_lower").has_expressions);
    EXPECT_THAT(named("user_lower").columns, ElementsAre(0, 1));
    const ForeignKey& key = relation("tb_post").foreign_keys.at(0);
    EXPECT_EQ(key.target, users.oid);
    EXPECT_THAT(key.columns, ElementsAre(2));
    EXPECT_THAT(key.target_columns, ElementsAre(1));
    auto check = std::ranges::find(users.constraints, Constraint::Kind::Check, &Constraint::kind);
    ASSERT_NE(check, users.constraints.end());
    EXPECT_THAT(check->definition, HasSubstr("amount"));
}

TEST_F(SnapshotTest, ReadsViews) {
    const Relation& view = relation("v_user");
    EXPECT_TRUE(view.is_view());
    EXPECT_TRUE(view.security_barrier);
    EXPECT_TRUE(view.security_invoker);
    EXPECT_THAT(view.rule, HasSubstr("{QUERY"));
    EXPECT_THAT(view.definition, HasSubstr("SELECT"));
    EXPECT_TRUE(view.owner.superuser);
    EXPECT_FALSE(relation("mv_user").populated);
    EXPECT_TRUE(relation("tb_log_1").is_partition);
    EXPECT_EQ(relation("tb_log").kind, Relation::Kind::PartitionedTable);
    EXPECT_TRUE(relation("tb_post").row_security && relation("tb_post").force_row_security);
}

TEST_F(SnapshotTest, ReadsTypes) {
    EXPECT_THAT(own_->type("app", "mood")->labels, ElementsAre("sad", "ok", "happy"));
    const Type& email = *own_->type("app", "email");
    EXPECT_EQ(email.base, kText);
    EXPECT_TRUE(email.not_null);
    EXPECT_THAT(email.checks, ElementsAre(HasSubstr("@")));
    EXPECT_EQ(email.comment, "An address.");
    const Type& address = *own_->type("app", "address");
    EXPECT_EQ(address.kind, Type::Kind::Composite);
    ASSERT_EQ(address.attributes.size(), 2U);
    EXPECT_EQ(address.attributes[1].name, "zip");
    EXPECT_EQ(own_->type("app", "span")->kind, Type::Kind::Range);
    EXPECT_EQ(own_->type("app", "span")->element, kFloat8);
    EXPECT_EQ(own_->type(own_->type("app", "mood")->array)->kind, Type::Kind::Array);
    EXPECT_EQ(own_->row_columns(relation("v_user").row_type).size(), 2U);
}

TEST_F(SnapshotTest, ReadsFunctions) {
    const Function& add = *own_->functions("app", "fn_add").at(0);
    ASSERT_EQ(add.arguments.size(), 4U);
    EXPECT_FALSE(add.arguments[0].has_default);
    EXPECT_TRUE(add.arguments[1].has_default);
    EXPECT_EQ(add.arguments[2].mode, Argument::Mode::Out);
    EXPECT_FALSE(add.arguments[2].has_default);
    EXPECT_EQ(add.arguments[3].mode, Argument::Mode::Variadic);
    EXPECT_TRUE(add.arguments[3].has_default);
    EXPECT_TRUE(add.strict && add.security_definer && add.sets_search_path());
    EXPECT_EQ(add.volatility, Function::Volatility::Stable);
    EXPECT_EQ(add.comment, "Adds.");
    const Function& rows = *own_->functions("app", "fn_rows").at(0);
    EXPECT_TRUE(rows.returns_set);
    EXPECT_EQ(rows.arguments.at(1).name, "name");
    EXPECT_EQ(rows.arguments.at(1).mode, Argument::Mode::Table);
    EXPECT_EQ(own_->functions("app", "pr_go").at(0)->kind, Function::Kind::Procedure);
    EXPECT_EQ(own_->function(3273)->name, "jsonb_build_object");
}

TEST_F(SnapshotTest, KnowsFunctionsThatChangeTheirSession) {
    const auto body = [](const char* name, const char* text) {
        return std::string("CREATE FUNCTION ") + name + "() RETURNS void LANGUAGE plpgsql AS $f$" +
               text + "$f$;";
    };
    const auto& cluster = fraiseql::testing::Cluster::shared();
    const std::string url = cluster.create_database("session_changers");
    cluster.run_sql(
        url,
        body("yes_set", "BEGIN SET search_path = x; END") +
            body("yes_after_comment", "BEGIN PERFORM 1; -- now\n /* really */ SET ROLE x; END") +
            body("yes_config", "BEGIN PERFORM set_config('a.b', lower('x'), false); END") +
            body("yes_unknown", "BEGIN PERFORM set_config('a.b', 'x', 1 = 2); END") +
            body("yes_lock", "BEGIN PERFORM pg_try_advisory_lock(1); END") +
            body("yes_temporary", "BEGIN CREATE TEMP TABLE t (a int); END") +
            body("yes_cursor", "BEGIN EXECUTE 'DECLARE c CURSOR WITH HOLD FOR SELECT 1'; END") +
            body("yes_executed", "BEGIN EXECUTE format('SET %I = 1', 'a.b'); END") +
            body("yes_listen", "BEGIN IF true THEN LISTEN x; END IF; END") +
            body("no_update", "BEGIN UPDATE t SET a = 1; UPDATE t\nSET a = 'set off'; END") +
            body("no_local", "BEGIN SET LOCAL search_path = x; SET TRANSACTION READ ONLY; END") +
            body("no_config",
                 "BEGIN PERFORM set_config('a.b', coalesce('x', ''), true); -- not false\n END") +
            body("no_assignment", "DECLARE reset int; BEGIN reset := 1; END") +
            body("no_lock", "BEGIN PERFORM pg_advisory_xact_lock(1); END") +
            body("no_temporary",
                 "BEGIN CREATE TEMP TABLE t ON COMMIT DROP AS SELECT 1; -- SET a = b\n END") +
            "CREATE FUNCTION no_sql() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END;"
            "CREATE FUNCTION yes_sql() RETURNS text LANGUAGE sql"
            " BEGIN ATOMIC SELECT set_config('a.b', 'x', false); END;");
    const Catalog catalog = take_snapshot(url, "postgres");
    int found = 0;
    for (const Function& function : catalog.functions()) {
        if (function.schema != "public") continue;
        ++found;
        EXPECT_EQ(function.changes_session, function.name.starts_with("yes_")) << function.name;
    }
    EXPECT_EQ(found, 17);
    EXPECT_TRUE(catalog.changes_sessions());
}

TEST_F(SnapshotTest, KnowsWhatTheRoleMay) {
    EXPECT_TRUE(reader_->relation("app", "v_user")->can_select);
    const Relation& users = *reader_->relation("app", "tb_user");
    EXPECT_FALSE(users.can_select);
    EXPECT_TRUE(users.column("pk")->can_select);
    EXPECT_FALSE(users.column("email")->can_select);
    EXPECT_FALSE(reader_->relation("closed", "v_secret")->can_select);
    EXPECT_TRUE(reader_->functions("app", "fn_add").at(0)->can_execute);
    EXPECT_FALSE(reader_->functions("app", "fn_rows").at(0)->can_execute);
}

TEST_F(SnapshotTest, ResolvesNamesByTheSearchPath) {
    EXPECT_EQ(own_->visible_relation("v_user"), own_->relation("app", "v_user"));
    EXPECT_EQ(own_->visible_relation("v_secret"), nullptr);
    EXPECT_EQ(own_->display_name(relation("v_user")), "v_user");
    EXPECT_EQ(own_->display_name(*own_->relation("closed", "v_secret")), "closed.v_secret");
}

}  // namespace
}  // namespace fraiseql::catalog
