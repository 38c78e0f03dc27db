// SPDX-License-Identifier: MIT
#include "check/script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fraiseql::check {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> texts(std::string_view sql) {
    const auto script = read_script(sql);
    EXPECT_TRUE(script) << script.error().message;
    std::vector<std::string> out;
    if (script)
        for (const ScriptStatement& each : *script)
            out.push_back(each.text);
    return out;
}

std::string refusal(std::string_view sql) {
    const auto script = read_script(sql);
    return script ? "" : script.error().message;
}

TEST(Script, CutsAtSemicolons) {
    EXPECT_THAT(texts(""), IsEmpty());
    EXPECT_THAT(texts(" ; ;; -- nothing; \n /* ; /* nested; */ */"), IsEmpty());
    EXPECT_THAT(texts("SELECT 1; SELECT 2"), ElementsAre("SELECT 1", "SELECT 2"));
    EXPECT_THAT(texts("SELECT 1 -- it; goes\n + 1; SELECT /* ; */ 2;"),
                ElementsAre("SELECT 1 -- it; goes\n + 1", "SELECT /* ; */ 2"));
}

TEST(Script, QuotesHideSemicolons) {
    EXPECT_THAT(texts("SELECT 'a;''b;', \";\"\"x\"; SELECT E'\\';', ';\\'"),
                ElementsAre("SELECT 'a;''b;', \";\"\"x\"", "SELECT E'\\';', ';\\'"));
    EXPECT_THAT(texts("SELECT $$;$$, $a$ ; $b$; $a$, a$b; SELECT $1"),
                ElementsAre("SELECT $$;$$, $a$ ; $b$; $a$, a$b", "SELECT $1"));
}

TEST(Script, BodiesHideSemicolons) {
    EXPECT_THAT(texts("CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); SELECT 3"),
                ElementsAre("CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)", "SELECT 3"));
    const std::string body =
        "CREATE OR REPLACE FUNCTION f(a int) RETURNS int BEGIN ATOMIC SELECT 1; "
        "SELECT CASE WHEN a = 1 THEN 2 END; END";
    EXPECT_THAT(texts(body + "; SELECT 3"), ElementsAre(body, "SELECT 3"));
}

TEST(Script, KnowsLinesAndCommands) {
    const auto script =
        read_script("-- first\n\ncreate table t (\n x int);\nalter table t\n add y int");
    ASSERT_TRUE(script);
    EXPECT_EQ((*script)[0].line, 3);
    EXPECT_EQ((*script)[0].command, "CREATE TABLE");
    EXPECT_EQ((*script)[1].line, 5);
    EXPECT_EQ((*script)[1].command, "ALTER TABLE");
}

TEST(Script, CommandsSayWhatTheyMake) {
    const auto script = read_script(
        "create or replace view v as select 1; create unique index on t (a);"
        "create materialized view m as select 1; drop materialized view m; commit_all()");
    ASSERT_TRUE(script);
    EXPECT_EQ((*script)[0].command, "CREATE OR REPLACE VIEW");
    EXPECT_EQ((*script)[1].command, "CREATE UNIQUE INDEX");
    EXPECT_EQ((*script)[2].command, "CREATE MATERIALIZED VIEW");
    EXPECT_EQ((*script)[3].command, "DROP MATERIALIZED VIEW");
    EXPECT_EQ((*script)[4].command, "COMMIT_ALL");
}

TEST(Script, RefusesWhatEndsTheTransaction) {
    for (const char* sql :
         {"COMMIT", "commit", "/* x */ Commit work", "-- x\nCOMMIT", "SELECT 1; END", "ROLLBACK",
          "ROLLBACK AND CHAIN", "ABORT", "BEGIN", "START TRANSACTION", "PREPARE TRANSACTION 'x'",
          "COMMIT PREPARED 'x'", "ROLLBACK PREPARED 'x'", "ROLLBACK TRANSACTION", ";;COMMIT;",
          "COMMIT/**/AND NO CHAIN"})
        EXPECT_THAT(refusal(sql), HasSubstr("transaction of its own")) << sql;
    for (const char* sql : {"SAVEPOINT a", "ROLLBACK TO a", "ROLLBACK WORK TO SAVEPOINT a",
                            "RELEASE a", "PREPARE p AS SELECT 1", "SELECT 'COMMIT'",
                            "DO $$ BEGIN NULL; END $$", "CREATE TABLE commit (a int)"})
        EXPECT_EQ(refusal(sql), "") << sql;
}

TEST(Script, RefusesWhatCannotRunInATransaction) {
    for (const char* sql :
         {"VACUUM t", "CREATE INDEX CONCURRENTLY ON t (a)", "DROP INDEX CONCURRENTLY i",
          "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)", "REINDEX TABLE CONCURRENTLY t",
          "REINDEX (VERBOSE) DATABASE d", "ALTER SYSTEM SET a = 1", "CREATE DATABASE d",
          "ALTER TABLE t DETACH PARTITION p CONCURRENTLY", "CREATE SUBSCRIPTION s CONNECTION ''",
          "ALTER DATABASE d SET TABLESPACE x", "CLUSTER", "DISCARD ALL"})
        EXPECT_THAT(refusal(sql), HasSubstr("does not run it in a transaction")) << sql;
    for (const char* sql : {"REFRESH MATERIALIZED VIEW CONCURRENTLY v", "CREATE INDEX ON t (a)",
                            "CLUSTER t", "ALTER DATABASE d SET a = 1"})
        EXPECT_EQ(refusal(sql), "") << sql;
}

TEST(Script, RefusesWhatNoRollbackUndoes) {
    EXPECT_THAT(refusal("COPY t FROM STDIN;\n1\n\\.\n"), HasSubstr("line 1: COPY"));
    EXPECT_THAT(refusal("COPY t TO '/tmp/x'"), HasSubstr("outside of the database"));
    EXPECT_THAT(refusal("COPY (SELECT 1) TO PROGRAM 'sh'"), HasSubstr("COPY PROGRAM"));
    EXPECT_THAT(refusal("SELECT pg_catalog.setval('s', 1)"), HasSubstr("ALTER SEQUENCE"));
    EXPECT_THAT(refusal("SELECT dblink_exec('', 'COMMIT')"), HasSubstr("another session"));
    EXPECT_EQ(refusal("COPY t FROM '/tmp/x'"), "");
}

TEST(Script, RefusesWhatItCannotRead) {
    EXPECT_THAT(refusal("\\set x 1\nSELECT 1"), HasSubstr("line 1: \\set x 1: a command of psql"));
    EXPECT_THAT(refusal("SELECT 1;\nSELECT 'x"), HasSubstr("line 2: The quote"));
    EXPECT_THAT(refusal("SELECT $a$ x"), HasSubstr("between $a$"));
    EXPECT_THAT(refusal("/* x"), HasSubstr("comment"));
    EXPECT_THAT(refusal("SELECT (1"), HasSubstr("does not end"));
}

TEST(Script, TellsAllAtOnce) {
    const std::string message = refusal("BEGIN;\nSELECT 1;\nVACUUM;\nCOMMIT;");
    for (const char* line : {"line 1: BEGIN", "line 3: VACUUM", "line 4: COMMIT"})
        EXPECT_THAT(message, HasSubstr(line));
}

}  // namespace
}  // namespace fraiseql::check
