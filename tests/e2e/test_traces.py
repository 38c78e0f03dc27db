# SPDX-License-Identifier: MIT
"""Traces: headers in and out, what is sampled, spans at a collector, the trace in SQL."""
import json
import pathlib
import re
import secrets
import subprocess
import tempfile
import unittest

from collector import Collector
from product import BLOG_FILES, Database, Server, run, wait_until
from websocket import WebSocket

USERS = json.dumps({"query": "query Users { users(limit: 1) { id } }"})


def traceparent(sampled=True, trace=None):
    trace = trace or secrets.token_hex(16)
    parent = secrets.token_hex(8)
    return trace, parent, f"00-{trace}-{parent}-{'01' if sampled else '00'}"


class Traces(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database(*BLOG_FILES, settings=["log_statement=all"], sql="""
            CREATE FUNCTION fn_fail(why text) RETURNS text LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'XX001'; END $$;
            CREATE FUNCTION fn_nap(seconds float) RETURNS text STABLE LANGUAGE sql AS
                $$ SELECT pg_sleep(seconds)::text $$;""")
        cls.addClassCleanup(cls.database.close)

    def setUp(self):
        self.collector = Collector()
        self.addCleanup(self.collector.close)
        self.addCleanup(lambda: self.assertEqual(self.collector.problems, []))

    def serve(self, *options, endpoint=None):
        server = Server(command=["serve", "--database", self.database.url, "--workers", "1",
                                 "--otlp-endpoint", endpoint or self.collector.url, *options])
        self.addCleanup(server.close)
        return server

    def sql(self, text):
        subprocess.run(["psql", "-qAtX", self.database.url, "-c", text], check=True, timeout=60)

    def metric(self, server, name):
        text = server.request("GET", "/metrics").text
        return float(re.search(rf"^{name} (\S+)$", text, re.MULTILINE)[1])

    def test_spans_of_a_request(self):
        server = self.serve("--trace-sample", "1", "--otlp-service-name", "shop")
        trace, parent, header = traceparent()
        response = server.post(USERS, {"traceparent": header, "tracestate": "a=1,b=2",
                                       "User-Agent": "tests/1", "X-Request-Id": "r-1"})
        self.assertEqual(response.status, 200)
        spans = self.collector.trace(trace, 6)
        self.assertEqual(len(spans), 6)
        root, = [span for span in spans if span["kind"] == "server"]
        self.assertEqual((root["name"], root["parent"], root["state"], root["remote"]),
                         ("POST /graphql", parent, "a=1,b=2", True))
        self.assertEqual(response.headers["traceresponse"], f"00-{trace}-{root['id']}-01")
        self.assertEqual(response.headers["X-Request-Id"], "r-1")
        expected = {"http.request.method": "POST", "http.route": "/graphql", "url.scheme": "http",
                    "http.response.status_code": 200, "client.address": "127.0.0.1",
                    "user_agent.original": "tests/1", "graphql.operation.name": "Users",
                    "graphql.operation.type": "query", "fraiseql.request.id": "r-1"}
        self.assertEqual({name: root[name] for name in expected}, expected)
        self.assertRegex(root["fraiseql.operation"], "^Users-[0-9a-f]{12}$")
        others = [span for span in spans if span is not root]
        self.assertEqual({span["parent"] for span in others}, {root["id"]})
        self.assertEqual(len({span["id"] for span in spans}), 6)
        self.assertTrue(all(root["start"] <= span["start"] <= span["end"] <= root["end"]
                            for span in others))
        internal = sorted((span for span in others if span["kind"] == "internal"),
                          key=lambda span: span["start"])
        self.assertEqual([span["name"] for span in internal], ["parse", "plan", "queue", "write"])
        client, = [span for span in others if span["kind"] == "client"]
        expected = {"name": "SELECT blog", "db.system.name": "postgresql", "db.namespace": "blog",
                    "db.system": "postgresql", "db.operation.name": "SELECT"}
        self.assertEqual({name: client[name] for name in expected}, expected)
        self.assertNotIn("db.query.text", client)
        resource = self.collector.resources[0]
        self.assertEqual((resource["service.name"], resource["telemetry.sdk.language"]),
                         ("shop", "cpp"))
        self.assertIn("service.version", resource)
        self.assertRegex(resource["service.instance.id"], "^[0-9a-f]{32}$")

    def test_each_answer_of_a_subscription_is_a_trace(self):
        installed = run("db", "install", "subscriptions", "--database", self.database.url)
        self.assertEqual(installed.returncode, 0, installed.stderr)
        server = self.serve("--trace-sample", "1", "--trace-sql-comments")
        trace, _, header = traceparent()
        client = WebSocket(server.port, headers={"traceparent": header, "X-Request-Id": "ignored"})
        self.addCleanup(client.close)
        client.initialise().subscribe("subscription Users { users(limit: 1) { id name } }")
        client.next()
        self.sql("UPDATE users SET name = name || '.'")
        client.next()

        def answers(spans):
            roots = [span for span in spans if "graphql.operation.name" in span]
            return len([root for root in roots if root["trace"] != trace]) == 2
        self.collector.wait_for(answers)
        roots = [span for span in self.collector.spans if "graphql.operation.name" in span]
        first, = [root for root in roots if root["trace"] == trace]
        later = [root for root in roots if root is not first]
        self.assertEqual({root["graphql.operation.type"] for root in roots}, {"subscription"})
        self.assertEqual({root["fraiseql.request.id"] for root in roots},
                         {first["fraiseql.request.id"]})
        self.assertEqual({root["parent"] for root in later}, {None})
        for root in later:
            statement, = [span for span in self.collector.spans
                          if span["trace"] == root["trace"] and span["kind"] == "client"]
            self.assertEqual(statement["parent"], root["id"])

    def test_malformed_parents_begin_new_traces(self):
        server = self.serve("--trace-sample", "1")
        trace, _, header = traceparent()
        for wrong in ("nonsense", header.upper(), header + "-x", header[:-1],
                      f"00-{'0' * 32}-{'1' * 16}-01"):
            response = server.post(USERS, {"traceparent": wrong, "tracestate": "a=1"})
            answered = response.headers["traceresponse"].split("-")[1]
            self.assertNotEqual(answered, trace)
            root, = [span for span in self.collector.trace(answered, 6)
                     if span["kind"] == "server"]
            self.assertEqual((root["parent"], root["state"], root["remote"]), (None, "", False))
        malformed = {"traceparent": header, "tracestate": "A=1"}
        self.assertIn(trace, server.post(USERS, malformed).headers["traceresponse"])
        self.assertEqual({span["state"] for span in self.collector.trace(trace, 6)}, {""})

    def test_strangers_do_not_decide_what_is_sampled(self):
        server = self.serve("--trace-sample", "0", "--trace-trusted", "192.0.2.0/24")
        for _ in range(20):
            response = server.post(USERS, {"traceparent": traceparent()[2]})
            self.assertIsNone(response.headers["traceresponse"])
        server = self.serve("--trace-sample", "1", "--trace-trusted", "192.0.2.0/24")
        response = server.post(USERS, {"traceparent": traceparent(False)[2]})
        self.assertIsNotNone(response.headers["traceresponse"])

    def test_trusted_callers_decide_what_is_sampled(self):
        server = self.serve("--trace-sample", "0", "--trace-trusted", "127.0.0.0/8")
        trace, _, header = traceparent()
        self.assertIn(trace, server.post(USERS, {"traceparent": header}).headers["traceresponse"])
        self.collector.trace(trace, 6)
        self.assertIsNone(server.post(USERS).headers["traceresponse"])
        server = self.serve("--trace-sample", "1", "--trace-trusted", "127.0.0.0/8")
        header = traceparent(sampled=False)[2]
        self.assertIsNone(server.post(USERS, {"traceparent": header}).headers["traceresponse"])
        self.assertIsNotNone(server.post(USERS).headers["traceresponse"])

    def test_a_share_is_sampled(self):
        server = self.serve("--trace-sample", "0.2")
        sampled = sum("traceresponse" in server.post(USERS).headers for _ in range(400))
        # Five standard deviations each way.
        self.assertGreater(sampled, 40)
        self.assertLess(sampled, 120)

    def test_errors_and_statements(self):
        server = self.serve("--trace-sample", "1", "--trace-statements")
        response = server.post('{"query": "mutation { fail(why: \\"s3cret\\") { __typename } }"}')
        trace = response.headers["traceresponse"].split("-")[1]
        spans = self.collector.trace(trace, 6)
        client, = [span for span in spans if span["kind"] == "client"]
        self.assertTrue(client["failed"])
        self.assertEqual((client["error.type"], client["db.response.status_code"]),
                         ("XX001", "XX001"))
        self.assertIn("fn_fail", client["db.query.text"])
        self.assertNotIn("s3cret", json.dumps(spans))
        root, = [span for span in spans if span["kind"] == "server"]
        self.assertEqual(root["fraiseql.error.code"], "INTERNAL_SERVER_ERROR")
        refused = server.post("nonsense")
        root, = [span for span in self.collector.trace(
            refused.headers["traceresponse"].split("-")[1], 2) if span["kind"] == "server"]
        self.assertEqual(root["http.response.status_code"], 400)
        self.assertFalse(root["failed"])
        self.assertRegex(refused.headers["X-Request-Id"], "^[0-9a-f]{16}$")

    def test_values_do_not_get_into_spans(self):
        server = self.serve("--trace-sample", "1", "--trace-statements")
        query = '{ users(where: {name: {eq: "s3cret-1"}}) { id } other: users(limit: 1) { id } }'
        response = server.post(json.dumps({"query": query}))
        spans = self.collector.trace(response.headers["traceresponse"].split("-")[1], 6)
        self.assertNotIn("s3cret", json.dumps(spans))

    def test_the_trace_in_sql(self):
        server = self.serve("--trace-sample", "0", "--trace-trusted", "127.0.0.1",
                            "--trace-sql-comments")
        trace, _, header = traceparent()
        for _ in range(2):
            self.assertNotIn("errors", server.post(USERS, {"traceparent": header}).text)
        spans = [span for span in self.collector.trace(trace, 12) if span["kind"] == "client"]
        log = self.database.log()
        for span in spans:
            self.assertIn(f"/*traceparent='00-{trace}-{span['id']}-01'*/", log)
        # All others are prepared, and have no comment.
        server.post(USERS)
        server.post(USERS)
        self.assertEqual(len(re.findall("traceparent=", self.database.log())),
                         len(re.findall("traceparent=", log)))

    def test_the_trace_of_what_runs_now(self):
        server = self.serve("--trace-sample", "1", "--trace-sql-comments")
        trace, _, header = traceparent()
        slow = subprocess.Popen(
            ["curl", "-s", f"http://127.0.0.1:{server.port}/graphql", "-H", f"traceparent: {header}",
             "-H", "Content-Type: application/json", "-d", '{"query": "{ nap(seconds: 3) }"}'],
            stdout=subprocess.PIPE)
        self.addCleanup(slow.stdout.close)
        self.addCleanup(slow.wait)
        active = ["psql", "-XqAt", "-d", self.database.url, "-c",
                  "SELECT query FROM pg_stat_activity WHERE state = 'active'"]
        wait_until(lambda: trace in subprocess.run(active, capture_output=True, text=True,
                                                   check=True).stdout, "the trace in the activity")

    def test_a_collector_that_comes_later(self):
        closed = Collector()
        port = closed.server.server_port
        closed.close()
        server = self.serve("--trace-sample", "1", endpoint=closed.url)
        server.post(USERS)
        wait_until(lambda: self.metric(server, "fraiseql_span_export_failures_total") > 0,
                   "a failure")
        server.wait_for_log("spans are not exported")
        late = Collector(port)
        self.addCleanup(late.close)
        late.wait_for(lambda spans: len(spans) >= 6)
        wait_until(lambda: self.metric(server, "fraiseql_spans_exported_total") == 6, "a count")
        self.assertEqual(self.metric(server, "fraiseql_spans_dropped_total"), 0)
        server.wait_for_log("takes spans again")

    def test_attempts_again_where_the_collector_asks_for_it(self):
        self.collector.statuses, self.collector.retry_after = [503, 429], 1
        server = self.serve("--trace-sample", "1")
        server.post(USERS)
        self.collector.wait_for(lambda spans: len(spans) == 6)
        times = [at for _, _, at in self.collector.requests]
        self.assertEqual(len(times), 3)
        self.assertGreater(times[1] - times[0], 0.9)

    def test_what_the_collector_refuses_is_given_up(self):
        self.collector.status = 400
        server = self.serve("--trace-sample", "1")
        server.post(USERS)
        wait_until(lambda: self.metric(server, "fraiseql_spans_dropped_total") == 6, "a drop")
        self.assertEqual(len(self.collector.requests), 1)

    def test_a_slow_collector_delays_nobody_and_costs_bounded_memory(self):
        self.collector.delay = 60
        server = self.serve("--trace-sample", "1")
        many = f"for i in $(seq 200); do printf 'url = http://127.0.0.1:{server.port}/graphql\\n" \
               f"data = @{self.body()}\\nheader = Content-Type: application/json\\n" \
               "output = /dev/null\\nnext\\n'; done | sed '$d' | curl -s -K -"
        for _ in range(24):
            subprocess.run(["bash", "-c", many], check=True, timeout=60)
        # 256 records are on their way, 4,096 wait.
        self.assertGreater(self.metric(server, "fraiseql_spans_dropped_total"), 0)
        self.assertEqual(server.stop(), 0)

    def body(self):
        file = tempfile.NamedTemporaryFile("w", suffix=".json")
        self.addCleanup(file.close)
        file.write('{"query": "{ __typename }"}')
        file.flush()
        return file.name

    def test_what_waits_is_sent_at_the_end(self):
        server = self.serve("--trace-sample", "1")
        server.post(USERS)
        self.assertEqual(server.stop(), 0)
        self.assertEqual(len(self.collector.spans), 6)

    def test_headers_for_the_collector(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "headers"
            path.write_text("Authorization: Bearer abc\nX-Tenant: t\n")
            server = self.serve("--trace-sample", "1", "--otlp-headers-file", str(path))
            server.post(USERS)
            self.collector.wait_for(lambda spans: spans)
            headers = self.collector.requests[0][1]
            self.assertEqual((headers["Authorization"], headers["X-Tenant"]), ("Bearer abc", "t"))
            path.write_text("no header\n")
            self.assertIn("line 1", self.refusal("--otlp-endpoint", self.collector.url,
                                                 "--otlp-headers-file", str(path)))

    def refusal(self, *options):
        done = run("serve", "--database", self.database.url, "--listen", "127.0.0.1:0", *options)
        self.assertNotEqual(done.returncode, 0)
        return done.stderr

    def test_what_has_no_effect_is_refused(self):
        self.assertIn("--otlp-endpoint", self.refusal("--trace-sql-comments"))
        self.assertIn("--otlp-endpoint", self.refusal("--trace-trusted", "127.0.0.1"))
        self.assertIn("password", self.refusal("--otlp-endpoint", "http://me:s3cret@127.0.0.1"))
        self.assertIn("http://", self.refusal("--otlp-endpoint", "collector:4317"))
        self.assertIn("1", self.refusal("--trace-sample", "1.5"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
