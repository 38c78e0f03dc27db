# SPDX-License-Identifier: MIT
"""Starting, stopping, and a database that comes and goes."""
import concurrent.futures
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

from product import BLOG_FILES, Database, Server, free_port, run, wait_until

SLOW_AND_ODD_VIEWS = """
    CREATE TABLE note (id int PRIMARY KEY, body jsonb NOT NULL);
    INSERT INTO note VALUES (1, '{"any": [1, 2]}');
    CREATE VIEW v_note AS SELECT id, body AS data FROM note;
    CREATE VIEW v_slow AS
        SELECT n.id, jsonb_build_object('id', n.id, 'slept', slept::text) AS data
        FROM note n, LATERAL (SELECT pg_sleep(1) AS slept OFFSET 0) s;
"""


class Starting(unittest.TestCase):
    def expect_refusal(self, *words, arguments):
        result = run("serve", *arguments)
        self.assertNotEqual(result.returncode, 0)
        self.assertGreater(result.returncode, 0, "not by a signal")
        for word in words:
            self.assertIn(word, result.stderr)
        self.assertLess(len(result.stderr.splitlines()), 12, "one message, not a flood")

    def test_without_a_database(self):
        self.expect_refusal("--database", arguments=["--listen", f"127.0.0.1:{free_port()}"])

    def test_bad_connection_string(self):
        for url in ("postgres://host:notaport/db", "postgres://[::1/db", "nonsense"):
            with self.subTest(url):
                self.expect_refusal("postgres://user:", arguments=["--database", url])

    def test_database_that_is_down(self):
        port = free_port()
        url = f"postgres://someone:secret@127.0.0.1:{port}/shop"
        self.expect_refusal(str(port), arguments=["--database", url])
        result = run("serve", "--database", url)
        self.assertNotIn("secret", result.stdout + result.stderr)

    def test_unknown_option(self):
        self.expect_refusal("--lisen", arguments=["--database", "postgres:///x", "--lisen", "1"])

    def test_mistyped_words_are_named_and_mended(self):
        environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        for words, wrong, hint in (
                ("", "needs a command", "serve, demo, schema"),
                ("serv", 'no command "serv"', 'Did you mean "serve"?'),
                ("serve --databse postgres:///x", "no option --databse", '"--database"?'),
                ("serve", "which database", "--database postgres:///shop, or set DATABASE_URL"),
                ("serve --database postgres:///x more", '"more"', "fraiseql serve --help"),
                ("--database postgres:///x serve", "no option --database", "behind the command"),
                ("db", "`fraiseql db` needs a command", "install, verify"),
                ("db instal turbo", 'no command "instal"', 'Did you mean "install"?'),
                ("turbo add --database postgres:///x a", "file is required", "turbo add --help")):
            with self.subTest(words):
                result = run(*words.split(), env=environment)
                self.assertEqual(result.returncode, 2)
                self.assertIn(wrong, result.stderr)
                self.assertIn(hint, result.stderr)

    def test_bad_listen_address(self):
        for address in ("127.0.0.1:99999", "127.0.0.1", "nowhere.invalid:80"):
            with self.subTest(address):
                database = f"postgres://127.0.0.1:{free_port()}/x"
                self.expect_refusal(arguments=["--database", database, "--listen", address])

    def test_help_and_version(self):
        self.assertIn("serve", run("--help").stdout)
        self.assertIn("--listen", run("serve", "--help").stdout)
        self.assertRegex(run("version").stdout, r"fraiseql \d+\.\d+\.\d+")


class Serving(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database(*BLOG_FILES, sql=SLOW_AND_ODD_VIEWS)
        cls.addClassCleanup(cls.database.close)

    def serve(self):
        server = Server(self.database.url)
        self.addCleanup(server.close)
        return server

    def test_port_in_use(self):
        server = self.serve()
        result = run("serve", "--database", self.database.url,
                     "--listen", f"127.0.0.1:{server.port}")
        self.assertGreater(result.returncode, 0)
        self.assertIn(str(server.port), result.stderr)
        self.assertIn("in use", result.stderr.lower())

    def test_view_that_cannot_be_typed(self):
        server = self.serve()
        server.wait_for_log("v_note")
        self.assertEqual(len(server.data("{ users(limit: 1) { id } }")["users"]), 1)

    def test_graphiql_is_the_front_page(self):
        server = self.serve()
        page = server.request("GET", "/")
        self.assertEqual(page.status, 200)
        self.assertTrue(page.headers["Content-Type"].startswith("text/html"))
        self.assertIn("assets/app.js", page.text)
        script = server.request("GET", "/assets/app.js")
        self.assertTrue(script.headers["Content-Type"].startswith("text/javascript"))

    def test_sigterm_ends_cleanly(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number):
                server = self.serve()
                server.data("{ users(limit: 1) { id } }")
                started = time.monotonic()
                self.assertEqual(server.stop(number), 0, server.log())
                self.assertLess(time.monotonic() - started, 5)

    def test_requests_in_flight_are_answered_before_the_end(self):
        server = self.serve()
        with concurrent.futures.ThreadPoolExecutor() as pool:
            answer = pool.submit(server.data, "{ slows(limit: 1) { id slept } }")
            time.sleep(0.4)
            self.assertEqual(server.stop(), 0)
            self.assertEqual(answer.result()["slows"], [{"id": "1", "slept": ""}])

    def test_many_clients_at_once(self):
        server = self.serve()
        query = "query Q($n: Int) { users(limit: $n) { id name } }"
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            counts = list(pool.map(lambda n: len(server.data(query, n=n)["users"]),
                                   [1 + i % 20 for i in range(400)]))
        self.assertEqual(counts, [1 + i % 20 for i in range(400)])


class DatabaseGoesAway(unittest.TestCase):
    def test_errors_while_it_is_away_and_answers_after(self):
        database = Database(*BLOG_FILES)
        self.addCleanup(database.close)
        server = Server(database.url)
        self.addCleanup(server.close)
        query = "{ users(limit: 1) { id } }"
        before = server.data(query)

        database.fall_over()
        error = server.error(query)
        self.assertEqual(error["extensions"]["code"], "SERVICE_UNAVAILABLE")
        self.assertNotIn("postgres@", error["message"])
        self.assertEqual(server.request("GET", "/health").status, 200, "alive, if not ready")
        self.assertEqual(server.error("{ usres }")["extensions"]["code"],
                         "GRAPHQL_VALIDATION_FAILED", "what needs no database still works")

        database.get_up()
        wait_until(lambda: server.graphql(query).get("data") == before, "recovery")


class StartsWithoutTheDatabase(unittest.TestCase):
    QUERY = "{ users(limit: 1) { id } }"

    def setUp(self):
        self.database = Database(*BLOG_FILES)
        self.addCleanup(self.database.close)

    def serve(self, *options):
        server = Server(command=["serve", "--database", self.database.url, *options])
        self.addCleanup(server.close)
        return server

    def test_waits_for_a_database_that_is_coming_up(self):
        self.database.fall_over()
        with concurrent.futures.ThreadPoolExecutor() as pool:
            started = pool.submit(self.serve, "--startup-wait", "30")
            time.sleep(0.5)
            self.assertFalse(started.done())
            self.database.get_up()
            server = started.result()
        server.wait_for_log("Trying again for 30 seconds")
        server.data(self.QUERY)

    def test_starts_from_the_schema_of_the_last_time(self):
        with tempfile.TemporaryDirectory() as folder:
            cache = pathlib.Path(folder) / "schema.json"
            first = self.serve("--schema-cache", str(cache))
            before = first.data(self.QUERY)
            first.stop()
            self.assertEqual(cache.stat().st_mode & 0o777, 0o600)

            self.database.fall_over()
            second = self.serve("--schema-cache", str(cache))
            second.wait_for_log("until the database is there")
            self.assertEqual(second.request("GET", "/ready").status, 503)
            self.assertEqual(second.error("{ usres }")["extensions"]["code"],
                             "GRAPHQL_VALIDATION_FAILED")
            self.assertEqual(second.error(self.QUERY)["extensions"]["code"], "SERVICE_UNAVAILABLE")
            self.database.get_up()
            wait_until(lambda: second.graphql(self.QUERY).get("data") == before, "recovery")

            cache.chmod(0o666)
            refused = run("serve", "--database", self.database.url, "--schema-cache", str(cache))
            self.assertEqual(refused.returncode, 1)
            self.assertIn("Others may write", refused.stderr)

    def test_a_cache_that_is_too_old_is_replaced(self):
        with tempfile.TemporaryDirectory() as folder:
            cache = pathlib.Path(folder) / "schema.json"
            self.serve("--schema-cache", str(cache)).stop()
            before = cache.read_text()
            subprocess.run(["psql", "-qX", "-d", self.database.url, "-c",
                            "CREATE VIEW v_late AS SELECT 1 AS id"], check=True)
            server = self.serve("--schema-cache", str(cache))
            self.assertEqual(server.data("{ lates { id } }"), {"lates": [{"id": "1"}]})
            self.assertNotEqual(cache.read_text(), before)


class Demo(unittest.TestCase):
    def test_serves_the_blog_and_leaves_nothing(self):
        server = Server(command=["demo"])
        self.addCleanup(server.close)
        self.assertEqual(len(server.data("{ users(limit: 50) { id } }")["users"]), 50)
        server.wait_for_log(str(server.port))
        self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
