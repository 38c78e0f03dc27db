# SPDX-License-Identifier: MIT
"""A server at work for a while: reads, writes, changes of the schema, connections that end. Memory
stays where it was, and nothing is left open. Beside other tests it is ten minutes at a pace that
leaves them their time; FRAISEQL_SOAK says how many minutes to load it instead (`./dev soak`)."""
import http.client
import json
import os
import pathlib
import re
import threading
import time
import unittest

from product import BLOG_FILES, Database, Server, run, wait_until
from streaming import Node

LOADED = os.environ.pop("FRAISEQL_SOAK", None)
MINUTES = float(LOADED or 10)
# Seconds between two requests of a client, and between two changes of the schema.
PAUSE, CHANGE = (0, 1.5) if LOADED else (0.15, 10)
# Of the time: until caches are full, connections open and the allocator has what it keeps.
WARM_UP = 0.4
# Megabytes that memory may grow by after that, whatever the time.
GROWTH = 24
CLIENTS = 4
SCHEMA = """
CREATE TABLE tb_mark (pk_mark bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
CREATE VIEW v_mark AS
    SELECT pk_mark AS id, jsonb_build_object('id', pk_mark, 'name', name) AS data FROM tb_mark;
CREATE FUNCTION fn_mark(p_name text) RETURNS bigint LANGUAGE sql AS
    'INSERT INTO tb_mark (name) VALUES (p_name) RETURNING pk_mark';
"""
READS = ("{ users(limit: 20) { id name } }",
         "{ posts(limit: 10) { title author { name } } }",
         "{ userWithStatsList(limit: 5) { name stats { postCount } recentPosts { title } } }",
         "{ nothing }", "{ users(limit: -1) { id } }")


class Soak(unittest.TestCase):
    def setUp(self):
        self.database = Database(*BLOG_FILES, sql=SCHEMA)
        self.addCleanup(self.database.close)
        self.node = Node(self.database.url)
        installed = run("db", "install", "ddl", "--database", self.database.url)
        self.assertEqual(installed.returncode, 0, installed.stderr)
        # Connections are replaced on the way, too.
        self.server = Server(command=["serve", "--database", self.database.url, "--workers", "2",
                                      "--pool-lifetime", "10", "--pool-idle", "3",
                                      "--plan-cache", "4", "--cache-memory", "4"])
        self.addCleanup(self.server.close)
        self.ended = threading.Event()
        self.problems = []
        self.requests = 0
        self.marks = 0

    def process(self, name):
        return pathlib.Path(f"/proc/{self.server.process.pid}/{name}")

    def megabytes(self):
        return int(re.search(r"VmRSS:\s+(\d+)", self.process("status").read_text())[1]) / 1024

    def files(self):
        return len(list(self.process("fd").iterdir()))

    def client(self, number):
        """Reads and writes; every so often on a new connection."""
        turn = 0
        while not self.ended.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
            for _ in range(50):
                turn += 1
                body = {"query": READS[turn % len(READS)]}
                if turn % 10 == 0:
                    body = {"query": f"{{ n{number}_{turn}: users(limit: 1) {{ id }} }}"}
                if turn % 7 == 0:
                    body = {"query": "mutation($n: String!) { mark(name: $n) { id } }",
                            "variables": {"n": f"{number}.{turn}"}}
                try:
                    connection.request("POST", "/graphql", json.dumps(body),
                                       {"Content-Type": "application/json"})
                    answer = json.loads(connection.getresponse().read())
                except (OSError, http.client.HTTPException, ValueError) as problem:
                    self.problems.append(repr(problem))
                    break
                self.requests += 1
                codes = {each["extensions"]["code"] for each in answer.get("errors", ())}
                if "SERVICE_UNAVAILABLE" in codes or "INTERNAL_SERVER_ERROR" in codes:
                    self.problems.append(json.dumps(answer)[:300])
                if "mutation" in body["query"] and not codes:
                    self.marks += 1
                if self.ended.wait(PAUSE):
                    break
            connection.close()

    def change_schema(self):
        """Another view, and none again: each makes a model."""
        turn = 0
        while not self.ended.wait(CHANGE):
            turn += 1
            self.node.query(f"CREATE VIEW v_extra{turn % 3} AS SELECT 1 AS id, "
                            "jsonb_build_object('id', 1) AS data" if turn % 2 else
                            "DROP VIEW IF EXISTS v_extra0, v_extra1, v_extra2")

    def connections(self):
        return int(self.node.query("SELECT count(*) FROM pg_stat_activity WHERE application_name "
                                   "= 'fraiseql'"))

    def test_memory_and_connections_stay_where_they_were(self):
        threads = [threading.Thread(target=self.client, args=[number])
                   for number in range(CLIENTS)] + [threading.Thread(target=self.change_schema)]
        for each in threads:
            each.start()
        try:
            time.sleep(MINUTES * 60 * WARM_UP)
            warm, files, connections = self.megabytes(), self.files(), self.connections()
            highest = warm
            end = time.monotonic() + MINUTES * 60 * (1 - WARM_UP)
            while time.monotonic() < end:
                time.sleep(1)
                highest = max(highest, self.megabytes())
        finally:
            self.ended.set()
            for each in threads:
                each.join()
        print(f"{self.requests} requests in {MINUTES:g} min; {warm:.1f} MB warm, "
              f"{self.megabytes():.1f} MB at the end, {highest:.1f} MB at most; "
              f"{connections} connections, {files} files")
        self.assertEqual(self.problems, [])
        self.assertGreater(self.requests, 100 * MINUTES)
        self.assertLess(self.megabytes() - warm, GROWTH)
        # Clients are gone; so are connections for writes that nobody needs.
        wait_until(lambda: self.files() <= files, "the end of open files", 15)
        wait_until(lambda: self.connections() <= connections, "the end of connections", 15)
        # No pool has more than it may: 2 workers with 2 and 4, and those that watch.
        self.assertLessEqual(connections, 2 * (2 + 4) + 6)
        self.assertEqual(self.node.query("SELECT count(*) FROM tb_mark"), str(self.marks))
        self.server.wait_for_log("the catalog has changed")
        retired = re.search(r"^fraiseql_pool_retired_connections_total (\d+)",
                            self.server.request("GET", "/metrics").text, re.M)
        if MINUTES >= 1:
            self.assertGreater(int(retired[1]), 0)
        self.assertEqual(self.server.stop(), 0)


if __name__ == "__main__":
    unittest.main()
