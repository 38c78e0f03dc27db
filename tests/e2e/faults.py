# SPDX-License-Identifier: MIT
"""A server and a database that things befall, and what has to hold whatever it is."""
import contextlib
import json
import time
import unittest

import product
import streaming

DURABLE = ["fsync=on", "synchronous_commit=on", "full_page_writes=on"]
SCHEMA = """
CREATE TABLE tb_item (pk_item bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
CREATE VIEW v_item AS
    SELECT pk_item AS id, json_build_object('id', pk_item, 'name', name) AS data FROM tb_item;
CREATE VIEW v_slow AS
    SELECT 1 AS id, json_build_object('id', 1, 'slept', (pg_sleep(20) IS NULL)) AS data;
CREATE FUNCTION fn_add(p_name text) RETURNS bigint LANGUAGE sql AS
    'INSERT INTO tb_item (name) VALUES (p_name) RETURNING pk_item';
COMMENT ON FUNCTION fn_add IS '@returns Item';
CREATE ROLE plain LOGIN;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO plain;
"""
ADD = "mutation Add($name: String!) { add(name: $name) { id } }"
READ = "{ items { id } }"
# As docs/deployment.md states it.
RECOVERY = 10


class Faulty(unittest.TestCase):
    settings = DURABLE

    def begin(self, *options, url=None, **given):
        self.database = product.Database(sql=SCHEMA, settings=self.settings, **given)
        self.addCleanup(self.database.close)
        self.node = streaming.Node(self.database.url)
        self.server = product.Server(command=[
            "serve", "--database", url(self.database) if url else self.database.url, *options])
        self.addCleanup(self.server.close)
        self.acknowledged = []

    def ask(self, query, variables=None, headers=None):
        """Returns the HTTP response, the parsed answer and how long it took."""
        began = time.monotonic()
        response = self.server.post(json.dumps({"query": query, "variables": variables or {}}),
                                    headers)
        return response, json.loads(response.text), time.monotonic() - began

    def add(self, name):
        """Returns the error's code, or None where the write was acknowledged."""
        answer = self.ask(ADD, {"name": name})[1]
        if "errors" in answer:
            return answer["errors"][0]["extensions"]["code"]
        self.acknowledged.append(name)
        return None

    def read_code(self):
        answer = self.ask(READ)[1]
        return answer["errors"][0]["extensions"]["code"] if "errors" in answer else None

    def metric(self, name):
        lines = self.server.request("GET", "/metrics").text.splitlines()
        return [float(line.split()[-1]) for line in lines if line.startswith(name)][0]

    def expect_recovery(self, seconds=RECOVERY):
        """Reads, writes, readiness and new connections are back in time; then nobody is refused any
        more."""
        began = time.monotonic()
        product.wait_until(lambda: self.read_code() is None and self.add("back") is None
                           and self.server.request("GET", "/ready").status == 200
                           and self.metric("fraiseql_database_breaker_state") == 0,
                           "recovery", seconds)
        for number in range(20):
            codes = (self.read_code(), self.add(f"after {number}"))
            self.assertEqual(codes, (None, None), self.server.log()[-3000:])
        # What was sent when the network was cut may still be looked after.
        product.wait_until(lambda: self.metric("fraiseql_database_breaker_state") == 0,
                           "a breaker that is closed for good")
        return time.monotonic() - began

    def expect_nothing_lost(self):
        rows = self.node.query("SELECT name FROM tb_item").splitlines()
        self.assertEqual(set(self.acknowledged) - set(rows), set())

    def get_up(self):
        """What outlives its postmaster for a moment keeps the next one from starting, and a busy
        disk its recovery from ending."""
        pid_file = self.database.data / "postmaster.pid"

        def is_up():
            if self.database.revived.poll() is not None:
                self.database.get_up()
            said = []
            with contextlib.suppress(FileNotFoundError):
                said = pid_file.read_text().split()
            return said[:1] == [str(self.database.revived.pid)] and said[-1] == "ready"

        product.wait_until(is_up, "PostgreSQL to start", 4 * product.PATIENCE)
