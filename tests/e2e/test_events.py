# SPDX-License-Identifier: MIT
"""Subscriptions that code answers, and resolvers that fail: tests/programs/events.cpp."""
import http.client
import json
import os
import pathlib
import subprocess
import tempfile
import time
import unittest

import product
import tokens
from event_stream import EventStream
from websocket import WebSocket

SECRET = b"a secret for tokens that nobody else knows"
SANITIZED = os.environ.get("SANITIZED")
SQL = """
CREATE TABLE tb_counter (id int PRIMARY KEY, n int NOT NULL);
INSERT INTO tb_counter VALUES (1, 0);
CREATE VIEW v_counter AS SELECT id, jsonb_build_object('id', id, 'n', n) AS data FROM tb_counter;
CREATE TABLE tb_row (id int PRIMARY KEY, body text NOT NULL);
"""


def token(*roles):
    return tokens.signed(SECRET, sub="ann", roles=list(roles))


class EventsServer(unittest.TestCase):
    """One server of the program, and clients of it."""

    @classmethod
    def setUpClass(cls):
        cls.database = product.Database(sql=SQL)
        cls.addClassCleanup(cls.database.close)
        installed = product.run("db", "install", "subscriptions", "--database", cls.database.url)
        assert installed.returncode == 0, installed.stderr
        cls.server = cls.serve()
        cls.addClassCleanup(cls.server.close)

    @classmethod
    def serve(cls, *settings):
        return product.Server(command=["--database", cls.database.url, "--workers", "1",
                                       "--subscription-interval", "50", "--environment",
                                       "production", *settings],
                              binary=str(product.EXAMPLES / "program-events"))

    @classmethod
    def tearDownClass(cls):
        # Leaks are found at the end of the process.
        code = cls.server.stop()
        if code != 0:
            raise AssertionError(f"the server ended with {code}:\n{cls.server.log()}")

    def connect(self, server=None, **headers):
        client = WebSocket((server or self.server).port, headers=headers)
        self.addCleanup(client.close)
        return client.initialise()

    def stream(self, query, server=None, **headers):
        events = EventStream((server or self.server).port, query, headers)
        self.addCleanup(events.close)
        return events

    def running(self, server=None):
        return (server or self.server).data("{ running }")["running"]

    def nothing_runs(self, server=None):
        product.wait_until(lambda: self.running(server) == 0, "the end of all resolvers")

    def assert_complete(self, client):
        self.assertEqual(client.receive(), {"type": "complete", "id": "1"})


class Events(EventsServer):
    def test_each_value_is_an_answer_cut_to_the_selection(self):
        client = self.connect(**{"X-Person": "ann"})
        client.subscribe("subscription { t: ticks(count: 3, pause: 1) { n: number person } }")
        for i in (1, 2, 3):
            self.assertEqual(client.next(), {"data": {"t": {"n": i, "person": "ann"}}})
        self.assert_complete(client)
        self.nothing_runs()

    def test_they_come_as_server_sent_events(self):
        events = self.stream("subscription { ticks(count: 2, pause: 1) { number } }")
        for i in (1, 2):
            self.assertEqual(events.next(), ("next", {"data": {"ticks": {"number": i}}}))
        self.assertEqual(events.next()[0], "complete")
        self.nothing_runs()

    def test_values_may_be_null_or_come_from_the_database(self):
        client = self.connect()
        client.subscribe("subscription { gaps }")
        self.assertEqual([client.next()["data"]["gaps"] for _ in "12"], [None, 2])
        self.assert_complete(client)
        client.subscribe("subscription { counts(count: 2) }")
        self.assertEqual([client.next()["data"]["counts"] for _ in "12"], [1, 1])
        self.assert_complete(client)

    def test_statements_of_a_stream_have_deadlines_of_their_own(self):
        server = self.serve("--timeout", "30" if SANITIZED else "3")
        self.addCleanup(server.close)
        client = self.connect(server)
        # Together they take longer than any request may.
        client.subscribe("subscription { counts(count: 12) }")
        self.assertEqual([client.next()["data"]["counts"] for _ in range(12)], [1] * 12)
        self.assert_complete(client)

    def test_arguments_and_selections_are_checked_as_all_others(self):
        client = self.connect()
        for query, code in (("subscription { ticks(count: 1) { number } }",
                             "GRAPHQL_VALIDATION_FAILED"),
                            ("subscription { ticks(count: 1, pause: 1) { x } }",
                             "GRAPHQL_VALIDATION_FAILED"),
                            ("subscription { gaps ticks(count: 1, pause: 1) { number } }",
                             "GRAPHQL_VALIDATION_FAILED"),
                            ("subscription { refused(atLeast: 5) }", "TOO_MANY")):
            with self.subTest(query):
                message = client.subscribe(query).receive()
                self.assertEqual(message["type"], "error")
                self.assertEqual(message["payload"][0]["extensions"]["code"], code)
        self.assertEqual(message["payload"][0]["path"], ["refused"])
        error = self.server.error("subscription { gaps }")
        self.assertIn("more than one answer", error["message"])

    def test_what_a_stream_throws_is_the_last_that_the_client_hears(self):
        client = self.connect()
        client.subscribe('subscription { failing(how: "at once") }')
        error = client.receive()
        self.assertEqual(error["type"], "error")
        self.assertEqual(error["payload"][0]["message"], "Not today.")
        self.assertEqual(error["payload"][0]["extensions"]["hint"], "Try tomorrow.")
        for how, code in (("later", "NOT_ANY_MORE"), ("hidden", "INTERNAL_SERVER_ERROR"),
                          ("number", "INTERNAL_SERVER_ERROR")):
            with self.subTest(how):
                client.subscribe(f'subscription {{ failing(how: "{how}") }}')
                self.assertEqual(client.next(), {"data": {"failing": 1}})
                error = client.receive()
                self.assertEqual(error["type"], "error")
                self.assertEqual(error["payload"][0]["extensions"]["code"], code)
                self.assertNotIn("password", json.dumps(error))
        product.wait_until(lambda: "the password is wrong in the resolver of Subscription.failing"
                           in self.server.log(), "a line in the log")
        events = self.stream('subscription { failing(how: "later") }')
        self.assertEqual(events.next(), ("next", {"data": {"failing": 1}}))
        name, data = events.next()
        self.assertEqual((name, data["errors"][0]["message"]), ("next", "Not any more."))
        self.assertEqual(events.next()[0], "complete")
        self.nothing_runs()

    def test_clients_end_them_wherever_they_wait(self):
        for query in ("subscription { silence }",
                      "subscription { ticks(count: 1000000, pause: 100000) { number } }"):
            with self.subTest(query):
                client = self.connect().subscribe(query)
                product.wait_until(lambda: self.running() == 1, "a resolver")
                client.send({"type": "complete", "id": "1"})
                self.nothing_runs()
                self.connect().subscribe(query).close()
                client = self.connect().subscribe(query)
                product.wait_until(lambda: self.running() == 1, "a resolver")
                client.close()
                self.nothing_runs()
                events = self.stream(query)
                product.wait_until(lambda: self.running() == 1, "a resolver")
                events.close()
                self.nothing_runs()

    def test_a_stream_is_no_further_than_its_client(self):
        client = WebSocket(self.server.port, receive_buffer=4096)
        self.addCleanup(client.close)
        client.initialise().subscribe("subscription { flood(size: 10000) }")
        client.next()
        # The client takes no more. What is under way fills the buffers of both ends.
        seen = [self.server.data("{ made }")["made"]]

        def stands_still():
            time.sleep(0.5)
            seen.append(self.server.data("{ made }")["made"])
            return seen[-1] == seen[-2]
        product.wait_until(stands_still, "the resolver to wait for its client")
        for _ in range(200):
            client.next()
        product.wait_until(lambda: self.server.data("{ made }")["made"] > seen[-1],
                           "more events for who takes them")
        client.close()
        self.nothing_runs()

    def test_fast_streams_leave_others_their_turn(self):
        for i in range(3):
            client = self.connect()
            client.subscribe("subscription { flood(size: 10) }")
            client.next()
        self.assertEqual(self.server.data("{ counter(id: 1) { n } }"), {"counter": {"n": 0}})

    def test_rules_and_limits_hold_for_them(self):
        with tempfile.TemporaryDirectory() as folder:
            secret = pathlib.Path(folder, "secret")
            secret.write_bytes(SECRET)
            os.chmod(secret, 0o600)
            server = self.serve("--jwt-secret-file", str(secret), "--max-subscriptions", "1",
                                "--jwt-roles-claim", "roles")
            self.addCleanup(server.close)
            client = self.connect(server, Authorization=f"Bearer {token('keeper')}")
            client.subscribe("subscription { secrets }")
            product.wait_until(lambda: self.running(server) == 1, "a resolver")
            message = client.subscribe("subscription { silence }", name="2").receive()
            self.assertEqual(message["payload"][0]["extensions"]["code"], "RATE_LIMITED")
            other = self.connect(server, Authorization=f"Bearer {token('guest')}")
            message = other.subscribe("subscription { secrets }").receive()
            self.assertEqual(message["payload"][0]["extensions"]["code"], "FORBIDDEN")
            self.assertEqual(self.running(server), 1)

    def test_computed_fields_follow_what_they_are_made_of(self):
        ann, bob = (self.connect(**{"X-Person": name}) for name in ("ann", "bob"))
        for name, client in (("ann", ann), ("bob", bob)):
            client.subscribe("subscription { counter(id: 1) { label } }")
            self.assertEqual(client.next(), {"data": {"counter": {"label": name + " 0"}}})
        subprocess.run(["psql", "-qAtX", self.database.url, "-c",
                        "UPDATE tb_counter SET n = 7"], check=True, timeout=60)
        self.addCleanup(subprocess.run, ["psql", "-qAtX", self.database.url, "-c",
                                         "UPDATE tb_counter SET n = 0"], check=True, timeout=60)
        for name, client in (("ann", ann), ("bob", bob)):
            self.assertEqual(client.next(), {"data": {"counter": {"label": name + " 70"}}})

    def test_a_server_stops_while_they_are_open(self):
        server = self.serve()
        self.addCleanup(server.close)
        clients = []
        for query in ("subscription { silence }", "subscription { flood(size: 1000) }",
                      "subscription { ticks(count: 9, pause: 100000) { number } }",
                      "subscription { counts(count: 1000) }"):
            clients.append(self.connect(server).subscribe(query))
            clients.append(self.stream(query, server))
        product.wait_until(lambda: self.running(server) == 8, "all resolvers")
        self.assertEqual(server.stop(), 0)
        self.assertNotIn("terminate", server.log())

    @unittest.skipIf(SANITIZED, "sanitizers keep what was freed")
    def test_200_000_rows_are_copied_in_little_memory(self):
        def most_memory():
            status = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
            return int(status.split("VmHWM:")[1].split()[0])
        self.assertEqual(self.server.data("mutation { import(count: 2) }"), {"import": 2})
        subprocess.run(["psql", "-qAtX", self.database.url, "-c", "TRUNCATE tb_row"], check=True,
                       timeout=60)
        before = most_memory()
        self.assertEqual(self.server.data("mutation { import(count: 200000) }"),
                         {"import": 200000})
        # They are 21 MB as text.
        self.assertLess(most_memory() - before, 15_000)
        count = subprocess.run(["psql", "-qAtX", self.database.url, "-c",
                                "SELECT count(*), sum(length(body)) FROM tb_row"],
                               capture_output=True, text=True, check=True, timeout=60)
        self.assertEqual(count.stdout.strip(), "200000|20000000")


class Attacks(EventsServer):
    """Resolvers that throw and never end, while clients go, time passes and the server stops."""

    def test_whatever_is_thrown_wherever_is_an_error(self):
        for field in ("throwsFirst", "throwsLater"):
            for what, code in (("failure", "NO"), ("number", "INTERNAL_SERVER_ERROR"),
                               ("error", "INTERNAL_SERVER_ERROR")):
                with self.subTest(f"{field} {what}"):
                    error = self.server.error(f'{{ {field}(what: "{what}") }}')
                    self.assertEqual(error["extensions"]["code"], code)
                    self.assertEqual(error["path"], [field])
                    self.assertNotIn("password", error["message"])

    def test_resolvers_end_when_their_client_has_gone(self):
        for query in ("{ neverEnds }", "{ sleepsInTheDatabase }",
                      "{ neverEnds sleepsInTheDatabase a: neverEnds }"):
            with self.subTest(query):
                connection = http.client.HTTPConnection("127.0.0.1", self.server.port)
                connection.request("POST", "/graphql", json.dumps({"query": query}),
                                   {"Content-Type": "application/json"})
                product.wait_until(lambda: self.running() > 0, "a resolver")
                connection.close()
                self.nothing_runs()

    def test_resolvers_end_at_their_deadline(self):
        server = self.serve("--timeout", "1")
        self.addCleanup(server.close)
        for query in ("{ neverEnds }", "{ sleepsInTheDatabase }"):
            self.assertEqual(server.error(query)["extensions"]["code"], "TIMEOUT")
            self.nothing_runs(server)

    def accepts(self, server):
        try:
            return server.request("GET", "/health").status == 200
        except OSError:
            return False

    def test_a_server_stops_in_the_middle_of_resolvers(self):
        server = self.serve()
        self.addCleanup(server.close)
        for query in ("{ neverEnds }", "{ sleepsInTheDatabase }", "{ neverEnds b: neverEnds }"):
            connection = http.client.HTTPConnection("127.0.0.1", server.port)
            self.addCleanup(connection.close)
            connection.request("POST", "/graphql", json.dumps({"query": query}),
                               {"Content-Type": "application/json"})
        product.wait_until(lambda: self.running(server) == 4, "all resolvers")
        # The second signal ends the wait for what was asked before the first one.
        server.process.terminate()
        product.wait_until(lambda: not self.accepts(server), "a server that takes no more requests")
        server.process.terminate()
        self.assertGreaterEqual(server.process.wait(60), 0)
        self.assertNotIn("terminate called", server.log())


if __name__ == "__main__":
    unittest.main()
