# SPDX-License-Identifier: MIT
"""The catalog changes while the server runs: what was is served until what is can be."""
import concurrent.futures
import subprocess
import threading
import unittest

from product import BLOG_FILES, Database, Server, run, wait_until

FIELDS = """{ __type(name: "Tag") { fields { name } } }"""


def psql(database, sql):
    subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", database.url, "-c", sql],
                   check=True)


class SchemaChanges(unittest.TestCase):
    def setUp(self):
        self.database = Database(*BLOG_FILES, sql="""
            CREATE TABLE tb_tag (id int PRIMARY KEY, name text NOT NULL, rank int);
            INSERT INTO tb_tag VALUES (1, 'one', 10);
            CREATE VIEW v_tag AS SELECT id, jsonb_build_object('id', id, 'name', name) AS data
                                 FROM tb_tag;""")
        self.addCleanup(self.database.close)

    def serve(self, *options):
        server = Server(command=["serve", "--database", self.database.url, *options])
        self.addCleanup(server.close)
        return server

    def fields(self, server):
        known = server.data(FIELDS)["__type"]
        return known and [field["name"] for field in known["fields"]]

    def with_rank(self):
        psql(self.database, """CREATE OR REPLACE VIEW v_tag AS
            SELECT id, jsonb_build_object('id', id, 'name', name, 'rank', rank) AS data
            FROM tb_tag""")

    def test_a_view_changes_under_load_and_nobody_fails(self):
        server = self.serve("--schema-poll", "1")
        stopping = threading.Event()

        def ask():
            while not stopping.is_set():
                server.data("{ tags { id name } }")

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            clients = [pool.submit(ask) for _ in range(4)]
            try:
                self.with_rank()
                wait_until(lambda: "rank" in self.fields(server), "the new field")
                self.assertEqual(server.data("{ tags { rank } }"), {"tags": [{"rank": 10}]})
            finally:
                stopping.set()
            for client in clients:
                client.result()
        psql(self.database, "DROP VIEW v_tag")
        wait_until(lambda: self.fields(server) is None, "the end of the type")
        self.assertEqual(server.error("{ tags { id } }")["extensions"]["code"],
                         "GRAPHQL_VALIDATION_FAILED")

    def test_event_triggers_tell_at_once(self):
        self.assertEqual(run("db", "install", "ddl", "--database", self.database.url).returncode, 0)
        server = self.serve("--schema-poll", "3600")
        self.with_rank()
        wait_until(lambda: "rank" in self.fields(server), "the new field")

    def test_what_must_not_be_served_is_not(self):
        server = self.serve("--schema-poll", "1", "--environment", "production")
        psql(self.database, "ALTER TABLE tb_tag ENABLE ROW LEVEL SECURITY")
        wait_until(lambda: "still serving the last one" in server.log(), "the refusal")
        psql(self.database, """ALTER TABLE tb_tag DISABLE ROW LEVEL SECURITY;
                               CREATE VIEW v_label AS SELECT id, name FROM tb_tag""")
        wait_until(lambda: "errors" not in server.graphql("{ labels { name } }"), "the new view")

    def test_what_does_not_concern_it_is_not_looked_at_twice(self):
        server = self.serve("--schema-poll", "1")
        psql(self.database, "CREATE TEMP TABLE passing (id int); ANALYZE tb_tag")
        self.with_rank()
        wait_until(lambda: "rank" in self.fields(server), "the new field")
        server.wait_for_log("the catalog has changed")
        self.assertEqual(server.log().count("the catalog has changed"), 1, server.log())


if __name__ == "__main__":
    unittest.main()
