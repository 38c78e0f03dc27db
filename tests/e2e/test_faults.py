# SPDX-License-Identifier: MIT
"""What may befall a database: errors are honest, nothing acknowledged is lost, and service is back
within the seconds that docs/deployment.md states."""
import json
import os
import pathlib
import signal
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
RECOVERY = 5


class Faults(unittest.TestCase):
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
        """Reads, writes and readiness are back in time; then nobody is refused any more."""
        began = time.monotonic()
        product.wait_until(lambda: self.read_code() is None and self.add("back") is None
                           and self.server.request("GET", "/ready").status == 200,
                           "recovery", seconds)
        for number in range(20):
            self.assertIsNone(self.read_code())
            self.assertIsNone(self.add(f"after {number}"))
        product.wait_until(lambda: self.metric("fraiseql_database_breaker_state") == 0,
                           "a closed breaker in the metrics")
        return time.monotonic() - began

    def expect_nothing_lost(self):
        rows = self.node.query("SELECT name FROM tb_item").splitlines()
        self.assertEqual(set(self.acknowledged) - set(rows), set())

    def test_a_database_that_is_away_is_refused_at_once(self):
        self.begin()
        self.assertIsNone(self.add("before"))
        self.database.fall_over()
        product.wait_until(lambda: self.read_code() is not None, "an error")
        for _ in range(50):
            response, answer, took = self.ask(READ)
            self.assertEqual(answer["errors"][0]["extensions"]["code"], "SERVICE_UNAVAILABLE")
            self.assertLess(took, 2)
        given = {"Accept": "application/graphql-response+json"}
        ready = self.server.request("GET", "/ready")
        self.assertEqual(ready.status, 503)
        self.assertIn("circuit breaker", ready.text)
        self.assertEqual(ready.getheader("Retry-After"), "1")
        self.assertGreater(self.metric("fraiseql_database_breaker_openings_total"), 0)
        self.assertIn("cannot connect to the database", self.server.log())
        self.assertEqual(self.ask(READ, headers=given)[1]["errors"][0]["extensions"]["code"],
                         "SERVICE_UNAVAILABLE")
        self.database.get_up()
        self.expect_recovery()
        self.expect_nothing_lost()
        self.assertIn("connected to the database again", self.server.log())

    def test_a_database_that_hangs(self):
        self.begin("--timeout", "30")
        self.assertIsNone(self.add("before"))
        self.assertIsNone(self.read_code())
        stopped = self.node.processes()
        self.addCleanup(lambda: [os.kill(each, signal.SIGCONT) for each in stopped
                                 if pathlib.Path(f"/proc/{each}").exists()])
        self.node.signal_all(signal.SIGSTOP)
        # The first ones find out, by their own patience.
        answer = self.ask(READ, headers={"Request-Timeout": "1000"})[1]
        self.assertIn(answer["errors"][0]["extensions"]["code"], ("TIMEOUT", "SERVICE_UNAVAILABLE"))
        product.wait_until(lambda: self.ask(READ, headers={"Request-Timeout": "500"})[1]["errors"][
            0]["extensions"]["code"] == "SERVICE_UNAVAILABLE", "an open breaker", 15)
        product.wait_until(lambda: self.metric("fraiseql_database_breaker_state") > 0,
                           "the breaker in the metrics")
        for each in stopped:
            os.kill(each, signal.SIGCONT)
        self.expect_recovery(10)
        self.expect_nothing_lost()

    def test_one_backend_that_hangs(self):
        self.begin("--workers", "1", "--pool-quick", "2")
        self.assertIsNone(self.read_code())
        victim = int(self.node.query("SELECT pid FROM pg_stat_activity WHERE application_name = "
                                     "'fraiseql' AND state = 'idle' AND query ~ '(tb|v)_item' "
                                     "LIMIT 1"))
        os.kill(victim, signal.SIGSTOP)
        self.addCleanup(lambda: os.kill(victim, signal.SIGCONT))
        codes = [self.ask(READ, headers={"Request-Timeout": "500"})[1] for _ in range(6)]
        self.assertTrue(any("errors" in each for each in codes))
        # The connection is given up, though the server lives; others serve all the while.
        product.wait_until(lambda: "does not answer on this connection" in self.server.log(),
                           "a new connection", 20)
        self.expect_recovery()

    def test_a_slow_statement_is_no_outage(self):
        self.begin()
        began = time.monotonic()
        answer = self.ask("{ slows { id } }", headers={"Request-Timeout": "3500"})[1]
        self.assertEqual(answer["errors"][0]["extensions"]["code"], "TIMEOUT")
        self.assertLess(time.monotonic() - began, 10)
        self.assertEqual(self.metric("fraiseql_database_breaker_openings_total"), 0)
        product.wait_until(lambda: self.node.query(
            "SELECT count(*) FROM pg_stat_activity WHERE query ~ 'v_slow' AND state = 'active' "
            "AND pid <> pg_backend_pid()") == "0", "the end of the statement")

    def test_no_connection_is_left(self):
        self.begin("--workers", "1", url=lambda it: product.as_role(it.url, "plain"))
        self.assertIsNone(self.read_code())
        self.node.query("ALTER ROLE plain CONNECTION LIMIT 1")
        # Writes need a connection that is not open yet; queries have theirs.
        self.assertEqual(self.add("none left"), "SERVICE_UNAVAILABLE")
        self.assertIsNone(self.read_code())
        self.assertEqual(self.metric("fraiseql_database_breaker_state"), 0)
        self.node.query("ALTER ROLE plain CONNECTION LIMIT -1")
        self.expect_recovery()
        self.expect_nothing_lost()

    def test_settings_that_cannot_fit(self):
        self.begin()
        done = product.run("serve", "--database", self.database.url, "--workers", "16",
                           "--pool-quick", "64", "--listen", "127.0.0.1:0")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("Lower --workers or --pool-quick", done.stdout + done.stderr)

    def test_the_deadline_of_a_client(self):
        self.begin("--timeout", "5")
        response, answer, _ = self.ask(READ, headers={"Request-Timeout": "soon"})
        self.assertEqual(response.status, 400)
        self.assertIn("milliseconds", json.dumps(answer))
        self.assertNotIn("errors", self.ask(READ, headers={"Request-Timeout": "99999999"})[1])
        _, answer, took = self.ask("{ slows { id } }", headers={"Request-Timeout": "300"})
        self.assertEqual(answer["errors"][0]["extensions"]["code"], "TIMEOUT")
        self.assertLess(took, 4)


if __name__ == "__main__":
    unittest.main()
