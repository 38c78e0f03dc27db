# SPDX-License-Identifier: MIT
"""What /admin answers: to whom, and whether it is what the server and its database do."""
import json
import subprocess
import tempfile
import threading
import time
import unittest

from product import BLOG_FILES, Database, Server, run, wait_until

TOKEN = "an-admin-token-of-more-than-32-characters"
HOSTILE = "<img src=x onerror=alert(1)>\\\"'"
SQL = f"""
CREATE EXTENSION pg_stat_statements;
CREATE UNLOGGED TABLE "{HOSTILE.replace('"', '""')}" (id int PRIMARY KEY, label text);
CREATE VIEW v_trap AS SELECT id, jsonb_build_object('id', id, 'label', label) AS data
    FROM "{HOSTILE.replace('"', '""')}";
CREATE TABLE tb_secret (id int PRIMARY KEY, note text);
CREATE MATERIALIZED VIEW mv_count AS SELECT 1 AS id, count(*) AS posts FROM posts;
CREATE VIEW v_count AS
    SELECT id, jsonb_build_object('id', id, 'posts', posts) AS data FROM mv_count;
CREATE FUNCTION slow(seconds float) RETURNS text STABLE LANGUAGE sql AS
    $$ SELECT pg_sleep(seconds)::text $$;
COMMENT ON FUNCTION slow IS '@expose';
CREATE TABLE tv_held (id int PRIMARY KEY, data jsonb NOT NULL);
INSERT INTO tv_held SELECT i, jsonb_build_object('id', i) FROM generate_series(1, 10) i;
ANALYZE tv_held;
"""
RESOURCES = ("state", "samples", "operations", "schema")


class AdminPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database(*BLOG_FILES, sql=SQL,
                                settings=["shared_preload_libraries=pg_stat_statements"])
        cls.addClassCleanup(cls.database.close)

    def serve(self, *options, token=None):
        if token:
            file = tempfile.NamedTemporaryFile("w")
            self.addCleanup(file.close)
            file.write(token)
            file.flush()
            options += ("--admin-token-file", file.name)
        server = Server(command=["serve", "--database", self.database.url, *options])
        self.addCleanup(server.close)
        return server

    def get(self, server, path, method="GET", status=200):
        response = server.request(method, f"/admin/{path}")
        self.assertEqual(response.status, status, response.text)
        self.assertEqual(response.getheader("Cache-Control"), "no-store")
        return json.loads(response.text)

    def test_production_without_a_token_has_nothing(self):
        for options in (("--environment", "production"), ("--admin", "off")):
            server = self.serve(*options)
            for path in ("/admin", "/admin/admin.js", "/admin/state", "/admin/other"):
                self.assertEqual(server.request("GET", path).status, 404, path)
            self.assertEqual(server.request("POST", "/admin/findings").status, 404)

    def test_the_page_is_for_all_and_what_it_shows_for_who_has_the_token(self):
        server = self.serve("--environment", "production", token=TOKEN)
        page = server.request("GET", "/admin")
        self.assertEqual(page.status, 200)
        policy = page.getheader("Content-Security-Policy")
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("unsafe", policy)
        self.assertIn("require-trusted-types-for 'script'", policy)
        again = server.request("GET", "/admin", headers={"If-None-Match": page.getheader("ETag")})
        self.assertEqual(again.status, 304)
        self.assertEqual(server.request("POST", "/admin").status, 405)
        # GraphiQL is another page, and off here.
        self.assertEqual(server.request("GET", "/").status, 404)
        for path in RESOURCES + ("other", "findings"):
            for headers in ({}, {"Admin-Token": TOKEN[:-1]}, {"Admin-Token": ""},
                            {"Authorization": f"Bearer {TOKEN}"}):
                with self.subTest(path, headers=headers):
                    answer = server.request("POST" if path == "findings" else "GET",
                                            f"/admin/{path}", headers=headers)
                    self.assertEqual(answer.status, 401)
                    self.assertEqual(set(json.loads(answer.text)), {"errors"})
        for path in RESOURCES:
            answer = server.request("GET", f"/admin/{path}", headers={"Admin-Token": TOKEN})
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.getheader("Cache-Control"), "no-store")
        other = server.request("GET", "/admin/other", headers={"Admin-Token": TOKEN})
        self.assertEqual(other.status, 404)

    def test_development_is_open_to_this_machine_only(self):
        server = self.serve()
        for path in ("/admin", "/admin/state"):
            self.assertEqual(server.request("GET", path).status, 200)
            for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"},
                            {"X-Forwarded-For": "10.0.0.1"}):
                with self.subTest(path, headers=headers):
                    self.assertEqual(server.request("GET", path, headers=headers).status, 404)
        for path in RESOURCES:
            self.assertEqual(server.request("POST", f"/admin/{path}").status, 405)
        self.assertEqual(server.request("GET", "/admin/findings").status, 405)

    def test_state_is_what_the_server_does(self):
        for options in ((), ("--metrics", "off")):
            server = self.serve("--workers", "2", *options)
            for _ in range(7):
                server.data("{ posts(limit: 1) { id } }")
            state = wait_until(lambda: self.state_after(server, 7), "a state with 7 requests")
            self.assertEqual(len(state["workers"]), 2)
            self.assertEqual(state["server"]["workers"], 2)
            self.assertGreater(state["server"]["residentBytes"], 1_000_000)
            self.assertLess(time.time() - state["server"]["startedAt"], 60)
            self.assertEqual(state["database"]["name"], "blog")
            self.assertEqual(state["database"]["breaker"], "closed")
            self.assertGreaterEqual(state["pool"]["transactions"], 7)
            self.assertGreater(state["pool"]["busySeconds"], 0)
            self.assertGreaterEqual(state["plans"]["documents"], 1)
            self.assertGreater(state["schema"]["relations"], 3)
            self.assertNotIn("replicas", state)

    def state_after(self, server, requests):
        state = self.get(server, "state")
        counted = sum(worker["requests"] for worker in state["workers"])
        self.assertLessEqual(counted, requests)
        return state if counted == requests else None

    def test_samples_are_of_each_second(self):
        server = self.serve("--workers", "2")
        wait_until(lambda: self.get(server, "samples"), "a sample")
        started = int(time.time() * 1000)
        for _ in range(20):
            server.data("{ posts(limit: 1) { id } }")
        server.graphql("{ unknown }")
        server.data("{ slow(seconds: 0.5) }")
        def all_counted():
            samples = self.get(server, f"samples?since={started - 1500}")
            return samples if sum(s["requests"] for s in samples) > 20 else None
        samples = wait_until(all_counted, "samples of 22 requests")
        spans = [later["at"] - earlier["at"] for earlier, later in zip(samples, samples[1:])]
        self.assertTrue(all(800 <= span <= 10_000 for span in spans), spans)
        self.assertAlmostEqual(sum(s["requests"] for s in samples), 22, delta=4)
        self.assertGreater(sum(s["errors"] for s in samples), 0.2)
        self.assertGreater(max(s.get("p99", 0) for s in samples), 0.4)
        self.assertTrue(all(s["p50"] <= s["p95"] <= s["p99"] for s in samples if "p50" in s))
        self.assertTrue(any("p50" not in s for s in self.get(server, "samples")))
        # It slept for half a second.
        self.assertGreater(sum(s["database"] for s in samples), 0.3)
        self.assertTrue(all(s["memory"] > 1_000_000 for s in samples))
        last = samples[-1]["at"]
        self.assertTrue(all(s["at"] > last for s in self.get(server, f"samples?since={last}")))

    def test_operations_are_those_of_top(self):
        server = self.serve()
        server.data("query Posts { posts(limit: 1) { id } }")
        answer = self.get(server, "operations")
        self.assertIn("db install turbo", answer["problem"]["hint"])
        counted = [row for row in answer["counted"] if row["calls"] == 1 and row["rows"] == 1]
        self.assertTrue(counted, answer)
        installed = run("db", "install", "turbo", "--database", self.database.url)
        self.assertEqual(installed.returncode, 0, installed.stderr)
        again = self.serve()
        again.data("query Posts { posts(limit: 1) { id } }")
        def named():
            found = self.get(again, "operations").get("database", {}).get("operations", [])
            return [row for row in found if row["operation"].startswith("Posts-")]
        rows = wait_until(named, "the operation in the database's counts")
        top = json.loads(run("top", "--database", self.database.url, "--once", "--format",
                             "json").stdout)
        same = next(row for row in top["operations"] if row["operation"] == rows[0]["operation"])
        self.assertEqual(set(same), set(rows[0]))
        self.assertEqual(same["calls"], rows[0]["calls"])

    def test_findings_are_those_of_check(self):
        server = self.serve()
        answers = []
        def ask():
            answers.append(self.get(server, "findings", method="POST"))
        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        checked = json.loads(run("check", "--database", self.database.url, "--json").stdout)
        def subjects(findings):
            # Connections come and go.
            return sorted((f["code"], f["subject"]) for f in findings if f["code"] != "connections")
        for answer in answers:
            self.assertEqual(subjects(answer["findings"]), subjects(checked["findings"]))
        unlogged = [f for f in checked["findings"] if f["code"] == "unlogged-table"]
        self.assertIn("<img src=x", unlogged[0]["subject"])
        order = ["error", "warning", "note"]
        ranks = [order.index(f["severity"]) for f in answers[0]["findings"]]
        self.assertEqual(ranks, sorted(ranks))

    def test_the_graph_is_what_views_read(self):
        server = self.serve()
        graph = self.get(server, "schema")
        ids = {node["name"]: node["id"] for node in graph["nodes"]}
        edges = {tuple(edge) for edge in graph["edges"]}
        for reader, read in (("public.v_trap", f"public.{HOSTILE}"),
                             ("public.v_count", "public.mv_count"),
                             ("public.mv_count", "public.posts")):
            self.assertIn((ids[reader], ids[read]), edges)
        self.assertNotIn("public.tb_secret", ids)
        self.assertTrue(all(a in ids.values() and b in ids.values() for a, b in edges))
        kinds = {node["name"]: node["kind"] for node in graph["nodes"]}
        self.assertEqual(kinds["public.mv_count"], "materialized view")
        self.assertEqual(kinds["public.slow"], "function")
        node = self.get(server, f"schema?node={ids['public.v_trap']}")
        self.assertEqual(node["types"][0]["name"], "Trap")
        sources = {field["name"]: field["source"] for field in node["types"][0]["fields"]}
        self.assertEqual(sources["label"], f"public.{HOSTILE}.label")
        self.assertIn("Query.traps", node["types"][0]["roots"])
        self.assertIn("jsonb_build_object", node["definition"])
        table = self.get(server, f"schema?node={ids['public.posts']}")
        self.assertIn("id", [column["name"] for column in table["columns"]])
        self.assertTrue(any(index["unique"] for index in table["indexes"]))
        function = self.get(server, f"schema?node={ids['public.slow']}")
        self.assertEqual(function["roots"], ["Query.slow"])
        for unknown in ("r1", "f1", "x", "r", "r99999999999", f"{ids['public.posts']}x"):
            answer = server.request("GET", f"/admin/schema?node={unknown}")
            self.assertEqual(answer.status, 404, unknown)

    def test_it_goes_on_while_the_database_is_away(self):
        database = Database(*BLOG_FILES)
        self.addCleanup(database.close)
        server = Server(database.url)
        self.addCleanup(server.close)
        server.data("{ posts(limit: 1) { id } }")
        database.fall_over()
        self.assertEqual(server.error("{ posts(limit: 1) { id } }")["extensions"]["code"],
                         "SERVICE_UNAVAILABLE")
        findings = server.request("POST", "/admin/findings")
        self.assertEqual(findings.status, 503)
        self.assertIn("could not be asked", findings.text)
        self.assertIn("message", self.get(server, "operations")["problem"])
        self.get(server, "schema")
        wait_until(lambda: self.get(server, "state")["database"]["breaker"] != "closed",
                   "an open breaker")
        self.assertTrue(self.get(server, "state")["database"]["lastError"])
        database.get_up()
        wait_until(lambda: server.request("POST", "/admin/findings").status == 200, "findings")

    def test_a_check_does_not_hold_up_the_end(self):
        server = self.serve()
        # Nobody can look at its size while it is locked.
        blocker = subprocess.Popen(
            ["psql", "-Xq", "-d", self.database.url, "-c",
             "BEGIN; LOCK TABLE tv_held; SELECT pg_sleep(20)"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(blocker.wait)
        self.addCleanup(blocker.kill)
        time.sleep(1)
        asking = threading.Thread(target=self.ask_in_vain, args=(server,))
        asking.start()
        time.sleep(1)
        started = time.monotonic()
        self.assertEqual(server.stop(), 0)
        self.assertLess(time.monotonic() - started, 15)
        asking.join()

    @staticmethod
    def ask_in_vain(server):
        try:
            server.request("POST", "/admin/findings")
        except OSError:
            pass


if __name__ == "__main__":
    unittest.main(verbosity=2)
