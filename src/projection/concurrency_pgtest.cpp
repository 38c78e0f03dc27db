// SPDX-License-Identifier: MIT
// Projections while several transactions change what the same rows are made of.
#include <thread>

#include "projection/projection_pgtest.hpp"

namespace fraiseql::projection {
namespace {

class Concurrent : public Projection {
  protected:
    testing::Connection other_{url_};

    /// Runs the first change, then the second in another transaction, which has to wait; commits
    /// both, and returns the differences.
    std::string after(const std::string& first, const std::string& second) {
        connection_.run("BEGIN; " + first);
        other_.send(second);
        other_.wait_until_blocked(connection_);
        connection_.run("COMMIT");
        other_.receive();
        return differences();
    }
};

TEST_F(Concurrent, TwoTablesOfOneDocument) {
    install(kPosts);
    EXPECT_EQ(after("INSERT INTO app.comment VALUES (50, 3, 1, 'late')",
                    "UPDATE app.person SET name = 'new' WHERE id = 3"),
              "");
}

TEST_F(Concurrent, ARowAndThePartnerThatIsNotCommitted) {
    install(kPosts);
    EXPECT_EQ(after("INSERT INTO app.post VALUES (50, 1, 'new', 1)",
                    "INSERT INTO app.tag VALUES (50, 'late')"),
              "");
    EXPECT_EQ(after("INSERT INTO app.tag VALUES (51, 'early')",
                    "INSERT INTO app.post VALUES (51, 1, 'new', 1)"),
              "");
    EXPECT_EQ(after("INSERT INTO app.comment VALUES (60, 1, 77, 'by nobody yet')",
                    "INSERT INTO app.person VALUES (77, 'late')"),
              "");
    EXPECT_EQ(after("INSERT INTO app.person VALUES (78, 'early')",
                    "INSERT INTO app.comment VALUES (61, 1, 78, 'by somebody')"),
              "");
}

TEST_F(Concurrent, ALinkThatMovesMeanwhile) {
    install(R"(SELECT a.id, jsonb_build_object('tags', (
        SELECT jsonb_agg(t.name ORDER BY t.name) FROM app.post p JOIN app.tag t ON t.post_id = p.id
        WHERE p.person_id = a.id)) AS data FROM app.person a)");
    EXPECT_EQ(after("UPDATE app.post SET person_id = 5 WHERE id = 1",
                    "INSERT INTO app.tag VALUES (1, 'moved')"),
              "");
    EXPECT_EQ(after("DELETE FROM app.tag WHERE post_id = 2",
                    "UPDATE app.post SET person_id = 1 WHERE id = 2"),
              "");
}

TEST_F(Concurrent, TruncationAndAChange) {
    install(kPosts);
    EXPECT_EQ(after("UPDATE app.person SET name = 'new'; ", "TRUNCATE app.tag"), "");
    EXPECT_EQ(after("TRUNCATE app.comment", "UPDATE app.person SET name = 'newer'"), "");
}

TEST_F(Concurrent, OtherIsolationLevelsAreRefused) {
    install(kPosts);
    for (const char* level : {"REPEATABLE READ", "SERIALIZABLE"}) {
        connection_.run(std::string("BEGIN ISOLATION LEVEL ") + level);
        EXPECT_EQ(connection_.sqlstate("UPDATE app.person SET name = 'new'"), "0A000");
        connection_.run("ROLLBACK");
    }
    EXPECT_EQ(differences(), "");
}

/// Changes of few rows by several sessions, compared after each round: later changes would repair
/// what earlier ones have left behind.
TEST_F(Concurrent, ManySessionsAtOnce) {
    install(kPosts);
    for (int round = 0; round < 60; ++round) {
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&, i] {
                testing::Connection connection(url_);
                connection.run("SET deadlock_timeout = '10ms'");
                const std::string n = std::to_string(round % 3 + i / 2);
                const std::string m = std::to_string((round + i) % 3);
                const std::string id = std::to_string(1000 + round * 10 + i);
                const std::string changes[] = {
                    "UPDATE app.person SET name = name || 'x' WHERE id = " + m,
                    "INSERT INTO app.comment VALUES (" + id + ", " + n + ", " + m + ", 'c')",
                    "UPDATE app.post SET person_id = " + m + " WHERE id = " + n,
                    "DELETE FROM app.comment WHERE post_id = " + n,
                    "INSERT INTO app.tag VALUES (" + n + ", 'z')",
                    "INSERT INTO app.post VALUES (" + n + ", " + m +
                        ", 'again', 1) ON CONFLICT (id) DO UPDATE SET title = excluded.title",
                    "DELETE FROM app.post WHERE id = " + n};
                // A deadlock is an answer, too: the transaction has left nothing.
                connection.send("BEGIN; " + changes[(i + round) % 7] + "; " +
                                changes[(i * 3 + round * 2) % 7] + "; SELECT pg_sleep(0.005)");
                connection.run(connection.received_sqlstate().empty() ? "COMMIT" : "ROLLBACK");
            });
        for (std::thread& thread : threads)
            thread.join();
        ASSERT_EQ(differences(), "") << round;
    }
    EXPECT_NE(connection_.run("SELECT count(*) FROM app.comment WHERE id >= 1000"), "0");
}

}  // namespace
}  // namespace fraiseql::projection
