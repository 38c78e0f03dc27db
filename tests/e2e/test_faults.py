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
from faults import READ, Faulty


class Faults(Faulty):
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
        product.wait_until(lambda: self.metric("fraiseql_database_breaker_openings_total") > 0,
                           "the opening in the metrics")
        self.server.wait_for_log("cannot connect to the database")
        self.assertEqual(self.ask(READ, headers=given)[1]["errors"][0]["extensions"]["code"],
                         "SERVICE_UNAVAILABLE")
        self.database.get_up()
        self.expect_recovery()
        self.expect_nothing_lost()
        self.server.wait_for_log("connected to the database again")

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
        self.expect_recovery()
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
