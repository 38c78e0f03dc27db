# SPDX-License-Identifier: MIT
"""What administrators are told of the components of a server: while all is well, while the database
or a replica is away, and while it stops."""
import json
import os
import signal
import subprocess
import tempfile
import unittest

import product
import streaming

TOKEN = "an-admin-token-that-is-long-enough-for-anybody"
SCHEMA = """
CREATE TABLE tb_item (id int PRIMARY KEY);
CREATE VIEW v_item AS SELECT id, jsonb_build_object('id', id) AS data FROM tb_item;
"""
ALWAYS = {"server", "database", "schema", "pool", "workers", "plans", "answers", "operations",
          "tokens", "limits"}


class Health(unittest.TestCase):
    def serve(self, *options):
        kept = os.environ.get("FRAISEQL_ADMIN_TOKEN")
        os.environ["FRAISEQL_ADMIN_TOKEN"] = TOKEN
        try:
            server = product.Server(command=["serve", *options])
        finally:
            del os.environ["FRAISEQL_ADMIN_TOKEN"]
            if kept is not None:
                os.environ["FRAISEQL_ADMIN_TOKEN"] = kept
        self.addCleanup(server.close)
        return server

    def health(self, server):
        response = server.request("GET", "/health/detailed", headers={"Admin-Token": TOKEN})
        said = json.loads(response.text)
        self.assertEqual(response.status, 200 if said["status"] == "ready" else 503)
        self.assertEqual(response.getheader("Cache-Control"), "no-store")
        return said

    def until(self, server, test, what):
        def look():
            said = self.health(server)
            return test(said) and said
        return product.wait_until(look, what)

    def component(self, server, name, state):
        return self.until(server, lambda said: said["components"][name]["state"] == state,
                          f"{name} {state}")

    def database(self):
        database = product.Database(sql=SCHEMA)
        self.addCleanup(database.close)
        return database

    def test_all_is_well(self):
        server = self.serve("--database", self.database().url)
        self.until(server, lambda said: said["components"]["pool"]["numbers"]["quick"] > 0
                   and said["status"] == "ready", "ready")
        said = self.health(server)
        self.assertNotIn("reason", said)
        self.assertFalse(said["draining"])
        components = said["components"]
        self.assertEqual(set(components), ALWAYS)
        self.assertEqual({each["state"] for each in components.values()}, {"ok"})
        numbers = {name: each["numbers"] for name, each in components.items()}
        self.assertEqual(numbers["database"]["breaker"], "closed")
        self.assertRegex(numbers["schema"]["version"], "^[0-9a-f]{16}$")
        self.assertGreaterEqual(numbers["schema"]["ageSeconds"], 0)
        self.assertEqual(numbers["schema"]["relations"], 1)
        self.assertGreater(numbers["server"]["uptimeSeconds"], 0)
        version = product.run("version").stdout.split()[1]
        self.assertEqual(numbers["server"]["version"], version)
        self.assertEqual(len(numbers["workers"]), numbers["server"]["workers"])

    def test_the_numbers_are_those_of_the_admin_page(self):
        server = self.serve("--database", self.database().url)
        state = json.loads(server.request("GET", "/admin/state",
                                          headers={"Admin-Token": TOKEN}).text)
        components = self.health(server)["components"]
        self.assertEqual(set(state), set(components))
        for name, part in state.items():
            if isinstance(part, dict):
                self.assertEqual(set(part), set(components[name]["numbers"]), name)

    def test_another_schema_is_another_version(self):
        database = self.database()
        server = self.serve("--database", database.url, "--schema-poll", "1")
        before = self.health(server)["components"]["schema"]["numbers"]
        streaming.query(database.url, "CREATE VIEW v_later AS SELECT 1 AS id,"
                        " jsonb_build_object('id', 1) AS data")
        after = self.until(server, lambda said: said["components"]["schema"]["numbers"][
            "version"] != before["version"], "another version")["components"]["schema"]["numbers"]
        self.assertEqual(after["relations"], 2)
        self.assertGreater(after["servedSince"], before["servedSince"])

    def test_it_is_for_administrators(self):
        server = self.serve("--database", self.database().url)
        for headers in ({}, {"Admin-Token": TOKEN + "x"}, {"Authorization": f"Bearer {TOKEN}"}):
            response = server.request("GET", "/health/detailed", headers=headers)
            self.assertEqual(response.status, 401)
            self.assertNotIn("components", response.text)
        product.wait_until(lambda: server.log().count('"event":"access.admin_refused"') == 3,
                           "the events")
        self.assertEqual(server.request("POST", "/health/detailed",
                                        headers={"Admin-Token": TOKEN}).status, 405)

    def test_it_is_not_there_where_nothing_is_for_administrators(self):
        server = product.Server(command=["serve", "--database", self.database().url,
                                         "--environment", "production"])
        self.addCleanup(server.close)
        response = server.request("GET", "/health/detailed")
        self.assertEqual(response.status, 404)
        self.assertEqual(json.loads(response.text),
                         json.loads(server.request("GET", "/health/elsewhere").text.replace(
                             "/health/elsewhere", "/health/detailed")))

    def test_the_database_is_away_and_comes_back(self):
        database = self.database()
        server = self.serve("--database", database.url)
        self.until(server, lambda said: said["status"] == "ready", "ready")
        database.fall_over()
        said = self.until(server, lambda said: said["components"]["database"]["state"] == "down"
                          and said["components"]["database"]["numbers"]["breaker"] != "closed",
                          "the end of the database")
        self.assertIn("the database is not reachable", said["reason"])
        self.assertEqual(said["reason"], said["components"]["database"]["reason"])
        self.assertTrue(said["components"]["database"]["numbers"]["lastError"])
        self.assertEqual(said["components"]["schema"]["state"], "ok")
        self.assertEqual(server.request("GET", "/health").status, 200)
        database.get_up()
        self.until(server, lambda said: said["status"] == "ready" and
                   said["components"]["database"]["numbers"]["breaker"] == "closed", "ready again")

    def test_a_replica_is_away(self):
        nodes = streaming.Replicated(SCHEMA)
        self.addCleanup(nodes.close)
        options = [word for each in nodes.standbys for word in ("--replica", each.url)]
        server = self.serve("--database", nodes.primary.url, *options)
        said = self.component(server, "replicas", "ok")
        self.assertEqual([each["state"] for each in said["components"]["replicas"]["numbers"]],
                         ["following", "following"])
        self.assertIn("lagSeconds", said["components"]["replicas"]["numbers"][0])
        nodes.standbys[0].stop()
        said = self.component(server, "replicas", "degraded")
        self.assertIn("1 of 2 replicas can be read from", said["components"]["replicas"]["reason"])
        # Requests should come here all the same.
        self.assertEqual(said["status"], "ready")
        self.assertEqual(server.request("GET", "/ready").status, 200)
        nodes.standbys[0].start()
        self.component(server, "replicas", "ok")

    def test_it_stops(self):
        server = self.serve("--database", self.database().url, "--shutdown-delay", "600")
        self.until(server, lambda said: said["status"] == "ready", "ready")
        server.process.send_signal(signal.SIGTERM)
        said = self.until(server, lambda said: said["draining"], "the drain")
        self.assertEqual(said["reason"], "the server is stopping")
        self.assertEqual(said["components"]["server"]["state"], "down")
        self.assertEqual(said["components"]["database"]["state"], "ok")
        self.assertEqual(json.loads(server.request("GET", "/ready").text)["reason"],
                         "the server is stopping")
        # A second signal ends it at once.
        self.assertEqual(server.stop(), 0)

    def test_a_condition_of_the_operator(self):
        server = self.serve("--database", self.database().url, "--ready-if",
                            "SELECT EXISTS (SELECT FROM tb_item)")
        said = self.until(server, lambda said: "condition" in said["components"], "the condition")
        self.assertEqual(said["components"]["condition"],
                         {"state": "down", "reason": "the query of --ready-if is not true"})

    def test_a_certificate_that_ends_soon(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                            "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost", "-days",
                            "2", "-keyout", f"{folder}/key", "-out", f"{folder}/certificate"],
                           check=True, capture_output=True)
            port = product.free_port()
            process = subprocess.Popen(
                [product.BINARY, "serve", "--database", self.database().url, "--listen",
                 f"127.0.0.1:{port}", "--tls-certificate", f"{folder}/certificate", "--tls-key",
                 f"{folder}/key"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env=os.environ | {"FRAISEQL_ADMIN_TOKEN": TOKEN})
            self.addCleanup(process.wait, product.PATIENCE)
            self.addCleanup(process.terminate)

            def ask():
                done = subprocess.run(["curl", "-sk", "-H", f"Admin-Token: {TOKEN}",
                                       f"https://127.0.0.1:{port}/health/detailed"],
                                      capture_output=True, text=True, check=False)
                return done.returncode == 0 and json.loads(done.stdout)
            certificate = product.wait_until(ask, "an answer")["components"]["certificate"]
        self.assertEqual(certificate["state"], "degraded")
        self.assertRegex(certificate["reason"], r"^the certificate expires in \d+ hours$")
        self.assertLess(certificate["numbers"]["secondsLeft"], 2 * 86400)
        self.assertGreater(certificate["numbers"]["secondsLeft"], 86400)
        self.assertIn("/CN=localhost", certificate["numbers"]["subject"])


if __name__ == "__main__":
    unittest.main()
