# SPDX-License-Identifier: MIT
"""/metrics: what it counts, that it stays small, and that dashboard and alerts name it right."""
import json
import pathlib
import re
import subprocess
import unittest

from product import BLOG_FILES, Database, Server, wait_until

DEPLOY = pathlib.Path(__file__).resolve().parents[2] / "deploy"
DASHBOARD = DEPLOY / "grafana" / "fraiseql.json"
ALERTS = DEPLOY / "prometheus" / "alerts.yml"
NAME = re.compile(r"\b(?:fraiseql|process)_[a-z_]+\b")
TYPENAME = json.dumps({"query": "{ __typename }"})


class Metrics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database(*BLOG_FILES, sql="""
            CREATE MATERIALIZED VIEW mv_count AS SELECT 1 AS id, count(*) AS n FROM posts;
            CREATE UNIQUE INDEX ON mv_count (id);
            COMMENT ON MATERIALIZED VIEW mv_count IS '@refresh every 1s';""")
        cls.addClassCleanup(cls.database.close)

    def serve(self, *options):
        server = Server(command=["serve", "--database", self.database.url, *options])
        self.addCleanup(server.close)
        return server

    def scrape(self, server):
        """Returns {name with labels: value}."""
        text = server.request("GET", "/metrics").text
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}

    def settled(self, server, name, least):
        """Workers say how they are a few times a second: waits until `name` is `least` or more."""
        wait_until(lambda: self.scrape(server).get(name, 0) >= least, f"{name} >= {least}")
        return self.scrape(server)

    def test_requests_pool_plans_and_process(self):
        server = self.serve("--workers", "2")
        for _ in range(10):
            server.data("{ users(limit: 2) { id } }")
        server.post("nonsense")
        seen = self.settled(server, "fraiseql_pool_transactions_total", 10)
        self.assertGreaterEqual(seen['fraiseql_http_requests_total{status="200"}'], 10)
        self.assertEqual(seen['fraiseql_http_requests_total{status="400"}'], 1)
        self.assertGreaterEqual(seen["fraiseql_pool_statements_total"], 10)
        self.assertGreater(seen['fraiseql_pool_connections{lane="quick"}'], 0)
        self.assertEqual(seen["fraiseql_pool_queued"], 0)
        self.assertGreaterEqual(seen["fraiseql_plan_cache_hits_total"]
                                + seen["fraiseql_plan_cache_misses_total"], 10)
        self.assertGreater(seen["fraiseql_plan_cache_bytes"], 0)
        self.assertGreater(seen["process_resident_memory_bytes"], 1e6)
        self.assertGreater(seen["process_open_fds"], 5)
        for worker in "01":
            self.assertLess(seen[f'fraiseql_event_loop_lag_seconds{{worker="{worker}"}}'], 60)

    def test_what_clients_make_up_makes_no_new_series(self):
        server = self.serve()
        before = len(self.scrape(server))
        for i in range(300):
            server.post(json.dumps({"query": f"query Q{i} {{ a{i}: __typename }}"}))
            server.request("GET", f"/made/up/{i}")
        self.assertLess(len(self.scrape(server)), before + 5)

    def test_operations_that_are_not_registered(self):
        server = self.serve("--workers", "1")
        for _ in range(120):
            server.data("query Often { users(limit: 1) { id } }")
        server.data("query Once { users(limit: 1) { id } }")
        seen = self.scrape(server)
        count = "fraiseql_operation_duration_seconds_count"
        own = {name: value for name, value in seen.items()
               if name.startswith(count + '{operation="Often-')}
        self.assertEqual(list(own.values()), [21])
        self.assertEqual(seen[count + '{operation="(others)"}'], 100)
        self.assertEqual(sum(value for name, value in seen.items()
                             if name.startswith("fraiseql_operation_rows_total")), 121)
        self.assertFalse([name for name in seen if "Once" in name])

    def test_errors_by_code_and_statements(self):
        server = self.serve("--workers", "1")
        server.data("{ users(limit: 1) { id } }")
        before = self.settled(server, "fraiseql_pool_statements_total", 1)
        for _ in range(7):
            server.data("{ users(limit: 1) { id } }")
        server.graphql("{ nothing }")
        server.graphql("{")
        sent = before["fraiseql_pool_statements_total"] + 7
        seen = self.settled(server, "fraiseql_pool_statements_total", sent)
        self.assertEqual(seen["fraiseql_pool_statements_total"], sent)
        errors = "fraiseql_graphql_errors_total"
        self.assertEqual(seen[errors + '{code="GRAPHQL_VALIDATION_FAILED"}'], 1)
        self.assertEqual(seen[errors + '{code="GRAPHQL_PARSE_FAILED"}'], 1)
        self.assertEqual(seen[errors + '{code="INTERNAL_SERVER_ERROR"}'], 0)

    def test_nothing_is_counted_where_metrics_are_off(self):
        server = self.serve("--metrics", "off")
        server.data("{ users(limit: 1) { id } }")
        self.assertEqual(server.request("GET", "/metrics").status, 404)

    def test_refusals(self):
        server = self.serve("--rate-limit", "ip 3/1h", "--trusted-proxy", "127.0.0.1",
                            "--deny-address", "192.0.2.1")
        for _ in range(5):
            server.post(TYPENAME)
        server.post(TYPENAME, {"X-Forwarded-For": "192.0.2.1"})
        seen = self.scrape(server)
        self.assertEqual(seen['fraiseql_limited_requests_total{reason="rate"}'], 2)
        self.assertEqual(seen['fraiseql_limited_requests_total{reason="address"}'], 1)

    def test_the_lost_database_shows(self):
        database = Database(*BLOG_FILES)
        self.addCleanup(database.close)
        server = Server(database.url)
        self.addCleanup(server.close)
        server.data("{ users(limit: 1) { id } }")
        database.fall_over()
        self.settled(server, "fraiseql_pool_lost_connections_total", 1)
        wait_until(lambda: sum(value for name, value in self.scrape(server).items()
                               if name.startswith("fraiseql_pool_connections")) == 0,
                   "no connections")

    def test_dashboard_and_alerts_name_metrics_that_exist(self):
        server = self.serve("--refresh", "--operations", str(self.operations()),
                            "--replica", self.database.url)
        server.post(json.dumps({"documentId": "named"}))
        wait_until(lambda: any(name.startswith("fraiseql_replica_state")
                               for name in self.scrape(server)), "what is known of replicas")
        wait_until(lambda: any(name.startswith("fraiseql_refreshes_total")
                               for name in self.scrape(server)), "a refresh")
        seen = {name.partition("{")[0] for name in self.scrape(server)}
        for path in (DASHBOARD, ALERTS):
            used = set(NAME.findall(path.read_text()))
            self.assertGreater(len(used), 5)
            self.assertEqual(used - seen, set(), path)
        shown = set(NAME.findall(DASHBOARD.read_text()))
        own = {re.sub("_(bucket|sum|count)$", "", name) for name in seen
               if name.startswith("fraiseql_")}
        drawn = {re.sub("_(bucket|sum|count)$", "", name) for name in shown}
        self.assertGreater(len(own & drawn), 15)

    def operations(self):
        folder = pathlib.Path(self.database.data).parent / "operations"
        folder.mkdir(exist_ok=True)
        (folder / "named.graphql").write_text("query Named { users(limit: 1) { id } }")
        return folder

    def test_the_dashboard_is_json_with_distinct_panels(self):
        panels = json.loads(DASHBOARD.read_text())["panels"]
        self.assertEqual(len({panel["id"] for panel in panels}), len(panels))
        self.assertTrue(all(panel["targets"] for panel in panels))

    def test_prometheus_understands_the_alerts_and_the_metrics(self):
        done = subprocess.run(["promtool", "check", "rules", ALERTS], capture_output=True,
                              text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        server = self.serve()
        server.post(TYPENAME)
        done = subprocess.run(["promtool", "check", "metrics"], capture_output=True, text=True,
                              input=server.request("GET", "/metrics").text)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
