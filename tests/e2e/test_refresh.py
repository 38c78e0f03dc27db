# SPDX-License-Identifier: MIT
"""Materialized views that servers refresh: one of them at a time, and another when it is gone."""
import signal
import subprocess
import unittest

import product

SCHEMA = """
CREATE TABLE tb_sale (amount int NOT NULL);
INSERT INTO tb_sale VALUES (1);
CREATE MATERIALIZED VIEW mv_total AS
SELECT 1 AS id, sum(amount)::int AS total, pg_backend_pid() AS refreshed_by, clock_timestamp() AS at
FROM tb_sale WITH NO DATA;
CREATE UNIQUE INDEX ON mv_total (id);
COMMENT ON MATERIALIZED VIEW mv_total IS 'What was sold.
@refresh every 1s';
CREATE MATERIALIZED VIEW mv_broken AS SELECT amount AS id, 1 / (amount - 1) AS ratio FROM tb_sale
WITH NO DATA;
COMMENT ON MATERIALIZED VIEW mv_broken IS '@refresh every 1s';
CREATE FUNCTION refresh_total() RETURNS void LANGUAGE sql AS $$
    REFRESH MATERIALIZED VIEW mv_total $$;
"""


class Refreshing(unittest.TestCase):
    def setUp(self):
        self.database = product.Database(sql=SCHEMA)
        self.addCleanup(self.database.close)

    def start(self, *options):
        port = product.free_port()
        server = product.Server(port=port, command=["serve", "--database", self.database.url,
                                                    *options])
        self.addCleanup(server.close)
        return server

    def ask(self, query):
        return subprocess.run(["psql", self.database.url, "-XAtc", query], capture_output=True,
                              text=True, timeout=product.PATIENCE, check=True).stdout.strip()

    def refreshed_by(self):
        if self.ask("SELECT relispopulated FROM pg_class WHERE relname = 'mv_total'") == "f":
            return ""
        return self.ask("SELECT refreshed_by FROM mv_total")

    def last(self):
        return self.ask("SELECT at FROM mv_total")

    def leaders(self, servers):
        return [server for server in servers if "this server refreshes" in server.log()]

    def test_one_of_two_refreshes_until_it_dies(self):
        servers = [self.start(), self.start()]
        first = product.wait_until(self.refreshed_by, "the first refresh")
        seen = set()
        for _ in range(3):
            before = self.last()
            product.wait_until(lambda: self.last() != before, "another refresh")
            seen.add(self.refreshed_by())
        self.assertEqual(seen, {first})
        leaders = self.leaders(servers)
        self.assertEqual(len(leaders), 1)
        leaders[0].stop(signal.SIGKILL)
        product.wait_until(lambda: self.refreshed_by() != first, "a refresh by the other server")
        self.ask("INSERT INTO tb_sale VALUES (41)")
        survivor = next(server for server in servers if server is not leaders[0])
        product.wait_until(lambda: survivor.data("{ totals { total } }") ==
                           {"totals": [{"total": 42}]}, "the new total")

    def test_failures_are_logged_and_counted_and_stop_nothing(self):
        server = self.start()
        product.wait_until(lambda: server.log().count("mv_broken failed: division by zero") > 1,
                           "two failures")
        before = product.wait_until(self.refreshed_by, "a refresh") and self.last()
        product.wait_until(lambda: self.last() != before, "another refresh")
        metrics = server.request("GET", "/metrics").text
        self.assertRegex(metrics, r'fraiseql_refreshes_total\{outcome="failure",'
                                  r'view="public.mv_broken"\} [1-9]')
        self.assertRegex(metrics, r'fraiseql_refreshes_total\{outcome="success",'
                                  r'view="public.mv_total"\} [1-9]')
        # Without a unique index, readers wait: that is said at the start.
        server.wait_for_log("public.mv_broken is refreshed without CONCURRENTLY")
        self.assertNotIn("public.mv_total is refreshed without", server.log())

    def test_connections_come_and_go(self):
        server = self.start()
        first = product.wait_until(self.refreshed_by, "the first refresh")
        self.ask(f"SELECT pg_terminate_backend({first})")
        product.wait_until(lambda: self.refreshed_by() != first, "a refresh on a new connection")
        self.assertEqual(server.stop(), 0)

    def test_a_function_refreshes_as_a_mutation(self):
        server = self.start("--no-refresh")
        self.assertEqual(server.data("mutation { refreshTotal { success } }"),
                         {"refreshTotal": {"success": True}})
        self.assertEqual(server.data("{ totals { total } }"), {"totals": [{"total": 1}]})
        self.assertEqual(self.leaders([server]), [])

    def test_lines_that_mean_nothing_stop_the_start(self):
        for line in ("every 5", "15m", "every 0s", "every 9999d"):
            self.ask(f"COMMENT ON MATERIALIZED VIEW mv_total IS '@refresh {line}'")
            refused = product.run("serve", "--database", self.database.url)
            self.assertIn("is not understood", refused.stderr)
        self.ask("COMMENT ON MATERIALIZED VIEW mv_total IS NULL; "
                 "COMMENT ON TABLE tb_sale IS '@refresh every 5m'")
        refused = product.run("serve", "--database", self.database.url)
        self.assertIn("only a materialized view", refused.stderr)


if __name__ == "__main__":
    unittest.main()
