# SPDX-License-Identifier: MIT
"""Whether a server says that it is ready, and why not."""
import json
import pathlib
import tempfile
import unittest

import product
import streaming

SCHEMA = """
CREATE TABLE tb_item (id int PRIMARY KEY);
CREATE VIEW v_item AS SELECT id, jsonb_build_object('id', id) AS data FROM tb_item;
CREATE TABLE migration (version int PRIMARY KEY);
"""
MIGRATED = "SELECT EXISTS (SELECT FROM migration WHERE version = 2)"


class Readiness(unittest.TestCase):
    def setUp(self):
        self.database = product.Database(sql=SCHEMA)
        self.addCleanup(self.database.close)
        self.node = streaming.Node(self.database.url)

    def serve(self, *options):
        server = product.Server(command=["serve", "--database", self.database.url, *options])
        self.addCleanup(server.close)
        return server

    def state(self, server):
        response = server.request("GET", "/ready")
        answer = json.loads(response.text)
        self.assertEqual(response.status, 200 if answer["status"] == "ready" else 503)
        return answer.get("reason", "ready")

    def expect(self, server, state):
        product.wait_until(lambda: state in self.state(server), state)

    def test_a_migration(self):
        server = self.serve("--ready-if", MIGRATED)
        self.expect(server, "--ready-if is not true")
        self.node.query("INSERT INTO migration VALUES (2)")
        self.expect(server, "ready")
        self.node.query("DELETE FROM migration")
        self.expect(server, "--ready-if is not true")
        # Whoever asks is answered all the same.
        self.assertEqual(server.data("{ items { id } }")["items"], [])

    def test_a_table_that_is_not_there_yet(self):
        self.node.query("DROP TABLE migration")
        server = self.serve("--ready-if", MIGRATED)
        server.wait_for_log("not ready until it is there")
        self.expect(server, "--ready-if fails: relation \"migration\" does not exist")
        self.node.query("CREATE TABLE migration AS SELECT 2 AS version")
        self.expect(server, "ready")

    def test_what_is_no_such_query(self):
        for query, said in (
                ("DELETE FROM migration", "syntax error"),
                ("WITH gone AS (DELETE FROM migration RETURNING 1) SELECT true",
                 "data-modifying statement"),
                ("SELECT true INTO kept", "INTO"),
                ("SELECT true FROM migration FOR UPDATE", "read-only transaction"),
                ("SELECT nextval('serial') > 0", "read-only transaction"),
                ("SELECT 1", "cannot be matched"), ("SELECT true, false", "one column"),
                ("SELECT true; SELECT true", "syntax error"),
                ("SELECT true), false), (SELECT pg_sleep(0)), coalesce((SELECT true",
                 "more than one query"),
                ("SELECT", "one column")):
            self.node.query("CREATE SEQUENCE IF NOT EXISTS serial;"
                            "INSERT INTO migration VALUES (1) ON CONFLICT DO NOTHING")
            with self.subTest(query=query):
                done = product.run("serve", "--database", self.database.url, "--listen",
                                   "127.0.0.1:0", "--ready-if", query)
                self.assertEqual(done.returncode, 1, done.stdout)
                self.assertIn("--ready-if", done.stderr)
                self.assertIn(said, done.stderr)
        self.assertEqual(self.node.query("SELECT count(*) FROM migration"), "1")

    def test_a_start_while_the_database_is_away(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        cache = str(pathlib.Path(folder.name) / "catalog")
        self.serve("--schema-cache", cache).stop()
        self.node.query("CREATE VIEW v_later AS SELECT 1 AS id,"
                        " jsonb_build_object('id', 1) AS data")
        self.database.fall_over()
        server = self.serve("--schema-cache", cache)
        self.expect(server, "the database is not reachable")
        self.database.get_up()
        states = set()
        product.wait_until(lambda: states.add(self.state(server)) or "ready" in states, "ready")
        # By then it is the schema of now.
        self.assertEqual(len(server.data("{ laters { id } }")["laters"]), 1)


if __name__ == "__main__":
    unittest.main()
