// SPDX-License-Identifier: MIT
// Projections: the script as it is written, what it keeps in step, and what is refused.
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>

#include "projection/projection_pgtest.hpp"

namespace fraiseql::projection {
namespace {

using ::testing::HasSubstr;

constexpr const char* kCounts = R"(
    SELECT a.id, count(DISTINCT p.id) AS posts, jsonb_build_object('id', a.id, 'name', a.name,
        'posts', count(DISTINCT p.id), 'comments', count(c.id),
        'talks', EXISTS (SELECT FROM app.comment x WHERE x.person_id = a.id)) AS data
    FROM app.person a
    LEFT JOIN (app.post p JOIN app.comment c ON c.post_id = p.id) ON p.person_id = a.id
    WHERE a.mood <> 'gone'
    GROUP BY a.id)";

constexpr const char* kUnion = R"(
    SELECT q.id, q.data FROM (
        SELECT p.id, jsonb_build_object('post', p.title, 'by', a.name) AS data
        FROM app.post p JOIN app.person a ON a.id = p.person_id WHERE p.id <= 20
        UNION ALL
        SELECT c.id, jsonb_build_object('comment', c.body) FROM app.comment c WHERE c.id > 20) q)";

constexpr const char* kCommonTable = R"(
    WITH by_person AS (SELECT p.person_id, count(*) AS n FROM app.post p GROUP BY p.person_id)
    SELECT a.id, jsonb_build_object('n', b.n, 'tagged', a.id IN (
        SELECT x.person_id FROM app.post x JOIN app.tag t ON t.post_id = x.id
        WHERE x.person_id = a.id)) AS data
    FROM app.person a LEFT JOIN by_person b ON b.person_id = a.id)";

class Random {
  public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}
    int below(int bound) { return static_cast<int>(engine_() % static_cast<unsigned>(bound)); }

    /// A statement that changes one of the tables, in one of the ways there are.
    std::string change() {
        static const char* const tables[] = {"person", "post", "comment", "tag"};
        const std::string n = std::to_string(below(15));
        const std::string m = std::to_string(below(8));
        switch (below(12)) {
            case 0:
                return "INSERT INTO app.person VALUES (" + n + ", 'n" + m +
                       "', 'new') "
                       "ON CONFLICT (id) DO UPDATE SET name = excluded.name";
            case 1:
                return "INSERT INTO app.post VALUES (" + n + ", " + m + ", 'n" + m +
                       "', 1) "
                       "ON CONFLICT (id) DO UPDATE SET person_id = excluded.person_id";
            case 2:
                return "INSERT INTO app.comment SELECT i, " + n + ", " + m +
                       ", 'new' FROM generate_series(40, 42) i ON CONFLICT DO NOTHING";
            case 3:
                return "INSERT INTO app.tag VALUES (" + n + ", 'x'), (" + m + ", 'y')";
            case 4:
                return "UPDATE app.person SET mood = CASE mood WHEN 'gone' THEN 'back' ELSE 'gone' "
                       "END "
                       "WHERE id = " +
                       m;
            case 5:
                return "UPDATE app.post SET person_id = NULLIF((person_id + 1) % 8, 0) WHERE id "
                       "> " +
                       n;
            case 6:
                return "UPDATE app.comment SET post_id = " + n + " WHERE id % 5 = " + m;
            case 7:
                return "UPDATE app.post SET id = id + 100 WHERE id = " + n;
            case 8:
                return "UPDATE app.tag SET post_id = post_id + 1, name = name || '+' WHERE post_id "
                       "= " +
                       n;
            case 9:
                return std::string("DELETE FROM app.") + tables[below(3)] + " WHERE id = " + n;
            case 10:
                return "WITH gone AS (DELETE FROM app.comment WHERE post_id = " + n +
                       ") DELETE FROM app.post WHERE id = " + n;
            default:
                return below(6) == 0 ? std::string("TRUNCATE app.") + tables[below(4)]
                                     : "UPDATE app.person SET name = name || '!' WHERE id = " + m;
        }
    }

  private:
    std::mt19937_64 engine_;
};

class Kept : public Projection, public ::testing::WithParamInterface<const char*> {};

TEST_P(Kept, InStepWithWhateverChanges) {
    connection_.run(std::string("CREATE VIEW app.v_posts AS ") + kPosts);
    install(GetParam());
    EXPECT_EQ(differences(), "");
    Random random(4711);
    for (int i = 0; i < 300; ++i) {
        std::string change = random.change();
        if (i % 4 == 0) change = "BEGIN; " + change + "; " + random.change() + "; COMMIT";
        connection_.send(change);
        const std::string failure = connection_.received_sqlstate();
        if (failure != "") connection_.run("ROLLBACK");
        ASSERT_EQ(differences(), "") << change;
        if (i % 60 == 59)
            connection_.run(
                "INSERT INTO app.person SELECT i, 'p' || i, 'fine' FROM generate_series(1, 6) AS i "
                "ON CONFLICT DO NOTHING; INSERT INTO app.post SELECT i, i % 7, 't' || i, i "
                "FROM generate_series(1, 12) AS i ON CONFLICT DO NOTHING; INSERT INTO app.comment "
                "SELECT i, i % 13, i % 7, 'c' || i FROM generate_series(1, 30) AS i ON CONFLICT DO "
                "NOTHING");
    }
}

INSTANTIATE_TEST_SUITE_P(Views, Kept,
                         ::testing::Values("SELECT id, name, to_jsonb(p) AS data FROM app.person p",
                                           "SELECT * FROM app.v_posts", kCounts, kUnion,
                                           kCommonTable),
                         [](const auto& view) { return "View" + std::to_string(view.index); });

TEST_F(Projection, TheScriptReads) {
    const std::string path = FRAISEQL_GOLDEN "/posts.sql";
    const std::string written = script(kPosts);
    if (std::getenv("FRAISEQL_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << written;
    std::stringstream expected;
    expected << std::ifstream(path).rdbuf();
    EXPECT_EQ(written, expected.str());
}

TEST_F(Projection, InstallingAgainKeepsTheTableAndFollowsTheView) {
    install(kPosts);
    connection_.run("COMMENT ON TABLE app.tv_x IS 'Mine.'");
    const std::string triggers = "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal";
    const std::string before = connection_.run(triggers);
    connection_.run("DROP VIEW app.v_x");
    install("SELECT id, name, mood, to_jsonb(p) AS data FROM app.person p");
    EXPECT_EQ(connection_.run("SELECT obj_description('app.tv_x'::regclass)"), "Mine.");
    EXPECT_EQ(differences(), "");
    EXPECT_EQ(before, "16");
    EXPECT_EQ(connection_.run(triggers), "4");
}

TEST_F(Projection, ComparisonsShowEveryKindOfDifference) {
    install(kPosts);
    connection_.run(
        "DELETE FROM app.tv_x WHERE id = 1; UPDATE app.tv_x SET id = 99 WHERE id = 2;"
        "UPDATE app.tv_x SET data = '{}' WHERE id = 3;"
        "UPDATE app.tv_x SET title = NULL WHERE id = 4");
    EXPECT_EQ(differences(), "missing|1|2\nmissing|2|2\nextra|99|1\ndifferent|3|2\ndifferent|4|2");
    connection_.run("SELECT app.sync_tv_x_all()");
    EXPECT_EQ(differences(), "");
}

TEST_F(Projection, RowsThatStayTheSameAreNotWritten) {
    install(kPosts);
    const std::string writes = "SELECT xmin, ctid FROM app.tv_x ORDER BY id";
    const std::string before = connection_.run(writes);
    connection_.run("UPDATE app.person SET mood = 'better'; SELECT app.sync_tv_x_all()");
    EXPECT_EQ(connection_.run(writes), before);
}

TEST_F(Projection, RefusesWhatTriggersCannotFollow) {
    const std::string head = "SELECT p.id, to_jsonb(p.title) AS data FROM app.post p ";
    connection_.run(
        "CREATE MATERIALIZED VIEW app.mv AS SELECT 1 AS id;"
        "CREATE FUNCTION app.f(int) RETURNS int STABLE LANGUAGE sql AS 'SELECT 1'");
    for (const auto& [view, reason] : std::vector<std::pair<std::string, std::string>>{
             {head + "LIMIT 5", "LIMIT"},
             {"SELECT id, to_jsonb(rank() OVER (ORDER BY at)) AS data FROM app.post", "window"},
             {"SELECT DISTINCT ON (person_id) id, to_jsonb(title) AS data FROM app.post",
              "DISTINCT ON"},
             {head + "WHERE p.at > extract(epoch FROM now())", "now()"},
             {head + "WHERE p.title = CURRENT_USER", "session's user"},
             {head + "WHERE p.at > random()", "random(), which is VOLATILE"},
             {head + "WHERE p.title = current_setting('a.b')", "current_setting()"},
             {head + "WHERE p.at > app.f(1)", "app.f(), which is not IMMUTABLE"},
             {head + "JOIN app.mv m ON m.id = p.id", "app.mv, whose REFRESH"},
             {head + "JOIN pg_class c ON c.relpages = p.id", "PostgreSQL's own"},
             {head + "JOIN app.person a ON a.id > p.person_id", "from app.person (a) to id"},
             {head + "WHERE p.at = (SELECT max(m.at) FROM app.post m)", "from app.post (m) to id"},
             {head + "WHERE p.id NOT IN (SELECT c.post_id FROM app.comment c)",
              "from app.comment (c) to id"},
             {head +
                  "LEFT JOIN (SELECT c.post_id FROM app.comment c LIMIT 5) l ON l.post_id = p.id",
              "from app.comment (c) to id"},
             {"SELECT p.id + 1 AS id, to_jsonb(p.title) AS data FROM app.post p", "not a column"},
             {"WITH RECURSIVE r AS (SELECT 1 AS id UNION SELECT id + 1 FROM r WHERE id < 5) "
              "SELECT p.id, to_jsonb(r.id) AS data FROM app.post p JOIN r ON r.id = p.id",
              "recursive"}})
        EXPECT_THAT(refusal(view), HasSubstr(reason)) << view;
}

TEST_F(Projection, RefusesRowsThatPoliciesHide) {
    connection_.run(
        "DROP ROLE IF EXISTS projection_owner; CREATE ROLE projection_owner;"
        "GRANT USAGE, CREATE ON SCHEMA app TO projection_owner;"
        "GRANT SELECT ON ALL TABLES IN SCHEMA app TO projection_owner;"
        "ALTER TABLE app.person ENABLE ROW LEVEL SECURITY");
    const std::string view = "SELECT id, to_jsonb(p) AS data FROM app.person p";
    EXPECT_EQ(refusal(view), "");
    connection_.run("ALTER VIEW app.v_x OWNER TO projection_owner");
    read_catalog();
    const auto feeds = find_feeds(*catalog_, view_x(), *view_x().column("id"));
    ASSERT_FALSE(feeds.has_value());
    EXPECT_THAT(feeds.error().message, HasSubstr("hides rows of app.person from projection_owner"));
    connection_.run("ALTER VIEW app.v_x OWNER TO CURRENT_USER");
    read_catalog();
    connection_.run(
        write_projection(*catalog_, *find_feeds(*catalog_, view_x(), *view_x().column("id"))));
    connection_.run("GRANT SELECT ON app.tv_x TO projection_owner; SET ROLE projection_owner");
    EXPECT_EQ(connection_.run("SELECT count(*) FROM app.tv_x"), "0");
    connection_.run("RESET ROLE; DROP OWNED BY projection_owner; DROP ROLE projection_owner");
}

TEST_F(Projection, WritersNeedNoRightsOnIt) {
    install(kPosts);
    connection_.run(
        "DROP ROLE IF EXISTS projection_writer; CREATE ROLE projection_writer;"
        "GRANT USAGE ON SCHEMA app TO projection_writer;"
        "GRANT SELECT, UPDATE ON app.person TO projection_writer;"
        "SET ROLE projection_writer; SET timezone = 'Asia/Tokyo'");
    connection_.run("UPDATE app.person SET name = 'new' WHERE id = 3");
    EXPECT_EQ(connection_.sqlstate("SELECT app.sync_tv_x('{1}')"), "42501");
    EXPECT_EQ(connection_.sqlstate("SELECT * FROM app.tv_x"), "42501");
    connection_.run("RESET ROLE");
    EXPECT_EQ(differences(), "");
    connection_.run("DROP OWNED BY projection_writer; DROP ROLE projection_writer");
}

TEST_F(Projection, NamesThatNeedQuotes) {
    connection_.run(R"(CREATE TABLE app."Order" (id int PRIMARY KEY, "user" text, "a ""b" int);
        CREATE TABLE app."select" (id int PRIMARY KEY, "from" int, "changed" text);
        INSERT INTO app."Order" VALUES (1, 'u', 7))");
    install(R"(SELECT o.id, o."user", o."a ""b", jsonb_build_object('l', (
        SELECT jsonb_agg(changed."changed") FROM app."select" changed
        WHERE changed."from" = o."a ""b")) AS data
        FROM app."Order" o)");
    connection_.run(R"(INSERT INTO app."select" VALUES (1, 7, 'x'))");
    EXPECT_EQ(differences(), "");
    EXPECT_EQ(connection_.run("SELECT data FROM app.tv_x"), "{\"l\": [\"x\"]}");
}

TEST_F(Projection, WithoutTriggersItIsBroughtUpToDateByHand) {
    connection_.run("CREATE VIEW app.v_x AS SELECT id, to_jsonb(now()) AS data FROM app.person");
    read_catalog();
    connection_.run(write_unfed_projection(*catalog_, view_x(), *view_x().column("id")));
    connection_.run("INSERT INTO app.person VALUES (77)");
    EXPECT_EQ(connection_.run("SELECT count(*) FROM app.tv_x"), "6");
    connection_.run("SELECT app.sync_tv_x_all()");
    EXPECT_EQ(connection_.run("SELECT count(*) FROM app.tv_x"), "7");
}

}  // namespace
}  // namespace fraiseql::projection
