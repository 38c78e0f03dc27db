# SPDX-License-Identifier: MIT
"""GraphQL mounted into somebody else's Boost.Asio program: examples/existing-server."""
import json
import signal
import subprocess
import tempfile
import threading
import unittest

import product


class Program(product.Server):
    """The example, which is no `fraiseql serve`: it takes a database and a port."""

    def __init__(self, url, environment=None):
        self.host = "127.0.0.1"
        self.port = product.free_port()
        self.log_file = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [str(product.EXAMPLES / "example-existing-server"), url, str(self.port)],
            stdin=subprocess.DEVNULL, stdout=self.log_file, stderr=subprocess.STDOUT,
            env=environment)
        product.wait_until(self.answers, "an answer from /")

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError(f"it ended with {self.process.returncode}:\n{self.log()}")
        try:
            return self.request("GET", "/").status == 200
        except OSError:
            return False


class ExistingServer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = product.Database(*product.BLOG_FILES)
        cls.server = Program(cls.database.url)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()
        cls.database.close()

    def test_its_own_pages_and_graphql_share_a_port_and_a_process(self):
        visitor = int(self.server.request("GET", "/").text.split()[1])
        data = self.server.data("{ visits posts(limit: 1) { title } }")
        self.assertEqual(data["visits"], visitor)
        self.assertEqual(len(data["posts"]), 1)

    def test_answers_have_the_headers_and_statuses_of_the_server(self):
        answer = self.server.post(json.dumps({"query": "{ visits }"}), {"X-Request-Id": "mine"})
        self.assertEqual(answer.getheader("X-Request-Id"), "mine")
        self.assertEqual(answer.getheader("X-Content-Type-Options"), "nosniff")
        self.assertEqual(self.server.request("PUT", "/graphql").status, 405)
        self.assertEqual(self.server.request("GET", "/graphql-typo").status, 404)

    def test_many_clients_at_a_time(self):
        answers = []

        def ask():
            for _ in range(20):
                answers.append(len(self.server.data("{ posts(limit: 3) { title } }")["posts"]))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(product.PATIENCE)
        self.assertEqual(answers, [3] * 160)


class Life(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = product.Database(*product.BLOG_FILES)

    @classmethod
    def tearDownClass(cls):
        cls.database.close()

    def test_it_stops_cleanly(self):
        server = Program(self.database.url)
        self.addCleanup(server.close)
        self.assertIn("visits", server.data("{ visits }"))
        self.assertEqual(server.stop(signal.SIGTERM), 0)

    def test_settings_come_from_the_environment_too(self):
        environment = {"PATH": "/usr/bin:/bin", "FRAISEQL_RATE_LIMIT": "ip 2/1h"}
        server = Program(self.database.url, environment)
        self.addCleanup(server.close)
        statuses = [server.post(json.dumps({"query": "{ visits }"})).status for _ in range(3)]
        self.assertEqual(statuses, [200, 200, 429])

    def test_bodies_are_bounded_by_the_servers_own_limit(self):
        environment = {"PATH": "/usr/bin:/bin", "FRAISEQL_MAX_BODY_BYTES": "2048"}
        server = Program(self.database.url, environment)
        self.addCleanup(server.close)
        answer = server.post(json.dumps({"query": "{" + " " * 2048 + "visits }"}))
        self.assertEqual(answer.status, 413, answer.text)

    def test_what_cannot_start_says_why(self):
        run = subprocess.run([product.EXAMPLES / "example-existing-server",
                              "postgres:///blog?host=/nowhere&connect_timeout=1", "1"],
                             capture_output=True, text=True, timeout=60,
                             env={"PATH": "/usr/bin:/bin", "FRAISEQL_STARTUP_WAIT": "0"})
        self.assertEqual(run.returncode, 1)
        self.assertIn("/nowhere", run.stderr)
        environment = {"PATH": "/usr/bin:/bin", "FRAISEQL_LISTEN": "127.0.0.1:1"}
        run = subprocess.run([product.EXAMPLES / "example-existing-server", self.database.url,
                              "1"], capture_output=True, text=True, timeout=60, env=environment)
        self.assertEqual(run.returncode, 1)
        self.assertIn("--listen has no effect", run.stderr)


if __name__ == "__main__":
    unittest.main()
