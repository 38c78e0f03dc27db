# SPDX-License-Identifier: MIT
"""fraiseql top: operations by database time, with a real pg_stat_statements."""
import json
import subprocess
import unittest

from product import BLOG_FILES, Database, Server, as_role, run, wait_until

USERS = "query Users { users(limit: 1) { id } }"
SAME = "query Same { users(limit: 1) { id } }"


class Top(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database(
            *BLOG_FILES, settings=["shared_preload_libraries=pg_stat_statements"], sql="""
            CREATE EXTENSION pg_stat_statements;
            CREATE FUNCTION fn_nap(seconds float) RETURNS text STABLE LANGUAGE sql AS
                $$ SELECT pg_sleep(seconds)::text $$;
            CREATE ROLE api LOGIN;""")
        cls.addClassCleanup(cls.database.close)

    def sql(self, text):
        return subprocess.run(["psql", "-XqAt", "-d", self.database.url, "-c", text], check=True,
                              capture_output=True, text=True).stdout.strip()

    def serve(self, *options):
        server = Server(command=["serve", "--database", self.database.url, "--workers", "1",
                                 *options])
        self.addCleanup(server.close)
        return server

    def top(self, *options, url=None):
        done = run("top", "--database", url or self.database.url, "--once", *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def operations(self):
        """Returns {operation: row}."""
        rows = json.loads(self.top("--format", "json"))["operations"]
        return {row["operation"]: row for row in rows}

    def named(self, start):
        """The row of the operation whose name begins so, once it is there."""
        return wait_until(lambda: next((row for name, row in self.operations().items()
                                        if name.startswith(start)), None), f"an operation {start}")

    def test_operations_by_time(self):
        refused = run("top", "--database", self.database.url, "--once")
        self.assertIn("db install turbo", refused.stderr)
        self.assertNotEqual(refused.returncode, 0)
        self.assertEqual(run("db", "install", "turbo", "--database",
                             self.database.url).returncode, 0)
        server = self.serve()
        self.sql("SELECT pg_stat_statements_reset()")
        for _ in range(5):
            server.data(USERS)
        server.data("query Nap($s: Float!) { nap(seconds: $s) }", s=0.4)
        nap = self.named("Nap-")
        self.assertEqual(nap["calls"], 1)
        self.assertGreater(nap["total_ms"], 399)
        users = self.named("Users-")
        self.assertEqual((users["calls"], users["rows"]), (5, 5))
        self.assertAlmostEqual(users["mean_ms"], users["total_ms"] / 5, delta=0.002)
        self.assertGreater(users["blocks_hit"] + users["blocks_read"], 0)
        self.assertIn("(others)", self.operations())
        shares = [row["share"] for row in self.operations().values()]
        self.assertAlmostEqual(sum(shares), 1, delta=0.01)
        self.assertEqual(shares, sorted(shares, reverse=True))
        table = self.top("--rows", "3")
        self.assertRegex(table.splitlines()[0], r"share +calls +total ms .* operation$")
        self.assertRegex(table, r"(?m)^ *[\d.]+% +1 .* Nap-[0-9a-f]{12}$")
        self.statement_of_two_operations(server)
        self.after_a_restart_and_on_another_server(server)
        self.what_other_roles_send()

    def statement_of_two_operations(self, server):
        for _ in range(3):
            server.data(SAME)
        both = self.named("Same-")
        self.assertRegex(both["operation"], "^Same-[0-9a-f]{12}, Users-[0-9a-f]{12}$")
        self.assertEqual(both["calls"], 8)

    def after_a_restart_and_on_another_server(self, server):
        self.assertEqual(server.stop(), 0)
        other = self.serve()
        other.data(USERS)
        self.assertEqual(self.named("Same-")["calls"], 9)

    def what_other_roles_send(self):
        self.sql("GRANT USAGE ON SCHEMA turbo TO api")
        refused = run("top", "--database", as_role(self.database.url, "api"), "--once")
        self.assertIn("GRANT SELECT ON turbo.tb_statement", refused.stderr)
        self.sql("GRANT SELECT ON turbo.tb_statement TO api")
        self.assertIn("GRANT pg_read_all_stats",
                      self.top(url=as_role(self.database.url, "api")))

    def test_without_the_extension(self):
        database = Database(sql="SELECT 1")
        self.addCleanup(database.close)
        refused = run("top", "--database", database.url, "--once")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("CREATE EXTENSION pg_stat_statements", refused.stderr)
        subprocess.run(["psql", "-Xq", "-d", database.url, "-c",
                        "CREATE EXTENSION pg_stat_statements"], check=True)
        refused = run("db", "install", "turbo", "--database", database.url)
        refused = run("top", "--database", database.url, "--once")
        self.assertIn("shared_preload_libraries", refused.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
