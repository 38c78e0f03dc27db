# SPDX-License-Identifier: MIT
"""The log: its forms and levels, the access log, and what is told of slow operations."""
import json
import re
import unittest

from collector import Collector
from product import BLOG_FILES, Database, Server, run, wait_until

USERS = json.dumps({"query": "query Users { users(limit: 1) { id } }"})
NAP = "query Nap($s: Float!, $name: String!) { nap(seconds: $s) " \
      "users(where: {name: {eq: $name}}) { id } }"


class Logs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database(*BLOG_FILES, sql="""
            CREATE FUNCTION fn_fail(why text) RETURNS text LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'XX001'; END $$;
            CREATE FUNCTION fn_nap(seconds float) RETURNS text STABLE LANGUAGE sql AS
                $$ SELECT pg_sleep(seconds)::text $$;
            CREATE FUNCTION fn_write(seconds float) RETURNS text LANGUAGE sql AS
                $$ SELECT pg_sleep(seconds)::text $$;""")
        cls.addClassCleanup(cls.database.close)

    def serve(self, *options):
        server = Server(command=["serve", "--database", self.database.url, "--workers", "1",
                                 *options])
        self.addCleanup(server.close)
        return server

    def entries(self, server, start=""):
        """The JSON lines whose message begins with `start`; not the audit's, which are events."""
        lines = [line for line in server.log().splitlines() if line.startswith("{")]
        return [each for each in map(json.loads, lines)
                if "event" not in each and each.get("message", "").startswith(start)]

    def entry(self, server, start):
        found = wait_until(lambda: self.entries(server, start), f"an entry {start}…")
        self.assertEqual(len(found), 1, found)
        return found[0]

    def test_json(self):
        server = self.serve("--log-format", "json")
        started = self.entry(server, "serving")
        self.assertEqual((started["level"], started["port"]), ("info", server.port))
        self.assertRegex(started["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        answer = server.post('{"query": "mutation { fail(why: \\"s3cret\\") { __typename } }"}',
                             {"X-Request-Id": "r-7"})
        reference = json.loads(answer.text)["errors"][0]["extensions"]["reference"]
        failed = self.entry(server, "error ")
        self.assertEqual((failed["level"], failed["reference"], failed["sqlstate"],
                          failed["request_id"]), ("error", reference, "XX001", "r-7"))
        self.assertNotIn("s3cret", server.log())
        self.assertEqual(server.stop(), 0)
        self.assertEqual(self.entry(server, "stopping")["level"], "info")

    def test_people_read_lines(self):
        server = self.serve()
        server.post('{"query": "mutation { fail(why: \\"x\\") { __typename } }"}')
        wait_until(lambda: re.search(r"^\S+Z error [0-9a-f]+: no \(SQLSTATE XX001\) in: ",
                                     server.log(), re.MULTILINE), "the line")
        self.assertEqual(self.entries(server), [])

    def test_levels(self):
        server = self.serve("--log-level", "error", "--log-format", "json")
        server.post('{"query": "mutation { fail(why: \\"x\\") { __typename } }"}')
        self.entry(server, "error ")
        self.assertEqual(server.stop(), 0)
        self.assertEqual({each["level"] for each in self.entries(server)}, {"error"})

    def test_every_answer(self):
        server = self.serve("--log-format", "json", "--access-log")
        server.post(USERS, {"X-Request-Id": "r-1"})
        server.post('{"query": "{ nothing }"}')
        server.request("GET", "/health")
        server.request("GET", "/made/up")
        found = wait_until(lambda: len(self.entries(server, "answered")) == 3
                           and self.entries(server, "answered"), "three entries")
        self.assertEqual((found[0]["method"], found[0]["route"], found[0]["status"],
                          found[0]["request_id"], found[0]["client"]),
                         ("POST", "/graphql", 200, "r-1", "127.0.0.1"))
        self.assertRegex(found[0]["operation"], "^Users-[0-9a-f]{12}$")
        self.assertGreater(found[0]["duration_ms"], 0)
        self.assertGreater(found[0]["bytes"], 10)
        self.assertEqual(found[1]["error"], "GRAPHQL_VALIDATION_FAILED")
        self.assertEqual((found[2]["status"], "route" in found[2]), (404, False))

    def test_slow_operations(self):
        collector = Collector()
        self.addCleanup(collector.close)
        server = self.serve("--log-format", "json", "--slow-operation", "200ms",
                            "--otlp-endpoint", collector.url, "--trace-sample", "1")
        server.data(NAP, s=0, name="s3cret-1")
        answer = server.post(json.dumps({"query": NAP, "variables": {"s": 0.3,
                                                                     "name": "s3cret-2"}}),
                             {"X-Request-Id": "r-9"})
        slow = self.entry(server, "slow operation ")
        self.assertEqual((slow["level"], slow["operation_name"], slow["request_id"]),
                         ("warning", "Nap", "r-9"))
        self.assertRegex(slow["operation"], "^Nap-[0-9a-f]{12}$")
        self.assertIn(slow["trace_id"], answer.headers["traceresponse"])
        self.assertGreater(slow["duration_ms"], 299)
        self.assertGreater(slow["database_ms"], 299)
        for phase in ("parse_ms", "plan_ms", "queue_ms"):
            self.assertLess(slow[phase], slow["duration_ms"])
        statements = " ".join(each["sql"] for each in slow["statements"])
        self.assertIn("fn_nap", statements)
        types = sorted(kind for each in slow["statements"] for kind in each["parameters"])
        self.assertEqual(len(types), 2)
        self.assertIn("text", " ".join(types))
        self.assertTrue(any("Scan" in line for line in slow["plan"]), slow["plan"])
        self.assertTrue(all(re.search(r"\(cost [\d.]+, rows \d+\)$", line)
                            for line in slow["plan"]))
        self.assertNotIn("s3cret", server.log())
        metrics = server.request("GET", "/metrics").text
        self.assertIn("\nfraiseql_slow_operations_total 1\n", metrics)

    def test_plans_are_asked_for_now_and_then(self):
        server = self.serve("--log-format", "json", "--slow-operation", "50")
        for _ in range(3):
            server.data("{ nap(seconds: 0.1) }")
        found = wait_until(lambda: len(self.entries(server, "slow")) == 3
                           and self.entries(server, "slow"), "three entries")
        self.assertEqual(sum("plan" in each for each in found), 1)

    def test_what_writes_is_not_planned_again(self):
        server = self.serve("--log-format", "json", "--slow-operation", "50ms")
        server.data("mutation { write(seconds: 0.1) { __typename } }")
        slow = self.entry(server, "slow operation anonymous-")
        self.assertNotIn("plan", slow)
        self.assertIn("fn_write", slow["statements"][0]["sql"])

    def test_what_has_no_effect_is_refused(self):
        for options in (("--log-level", "error", "--slow-operation", "1s"),
                        ("--log-level", "warning", "--access-log")):
            done = run("serve", "--database", self.database.url, "--listen", "127.0.0.1:0",
                       *options)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("--log-level", done.stderr)
        done = run("serve", "--database", self.database.url, "--slow-operation", "5 parsecs")
        self.assertIn("--slow-operation", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
