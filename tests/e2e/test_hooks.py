# SPDX-License-Identifier: MIT
"""Hooks of an application meet every request, over any transport: tests/programs/hooks.cpp."""
import json
import subprocess
import unittest

import product
from event_stream import EventStream
from websocket import WebSocket

SQL = """
CREATE TABLE tb_counter (id int PRIMARY KEY, n int NOT NULL);
INSERT INTO tb_counter VALUES (1, 0);
CREATE VIEW v_counter AS SELECT id, jsonb_build_object('id', id, 'n', n) AS data FROM tb_counter;
CREATE TABLE tb_banned (name text PRIMARY KEY);
"""
QUERY = "{ counter(id: 1) { n } }"
COUNTER = "subscription { counter(id: 1) { n } }"


class Hooks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.binary = str(product.EXAMPLES / "program-hooks")
        cls.database = product.Database(sql=SQL)
        cls.addClassCleanup(cls.database.close)
        installed = product.run("db", "install", "subscriptions", "--database", cls.database.url)
        assert installed.returncode == 0, installed.stderr
        cls.server = cls.serve()
        cls.addClassCleanup(cls.server.close)

    @classmethod
    def serve(cls, *settings):
        return product.Server(command=["--database", cls.database.url, "--subscription-interval",
                                       "50", "--workers", "1", *settings], binary=cls.binary)

    def sql(self, text):
        subprocess.run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", self.database.url, "-c", text],
                       check=True, timeout=60)

    def connect(self, person, server=None):
        client = WebSocket((server or self.server).port, headers={"X-Person": person})
        self.addCleanup(client.close)
        return client.initialise()

    def post(self, query, person, server=None):
        response = (server or self.server).post(json.dumps({"query": query}), {"X-Person": person})
        return json.loads(response.text)

    def stream(self, query, person, server=None):
        """Returns the first answer of an event stream."""
        events = EventStream((server or self.server).port, query, {"X-Person": person})
        self.addCleanup(events.close)
        name, answer = events.next()
        self.assertEqual(name, "next")
        return answer

    def socket(self, query, person, server=None):
        """Returns the first answer over a WebSocket."""
        message = self.connect(person, server).subscribe(query).receive()
        return message["payload"] if message["type"] == "next" else {"errors": message["payload"]}

    def transports(self):
        return self.post, self.stream, self.socket

    def code(self, answer):
        return answer["errors"][0]["extensions"]["code"]

    def test_before_plan_sees_and_refuses_whatever_comes(self):
        for ask in self.transports():
            answer = ask(QUERY, "ann")
            self.assertEqual(answer["extensions"]["before"], QUERY)
            self.assertEqual(answer["extensions"]["type"], "query")
            # It comes before the document is looked at: this is none.
            refused = ask("{ secret", "ann")
            self.assertEqual(self.code(refused), "FORBIDDEN")
            self.assertNotIn("data", refused)
            self.assertEqual(self.code(ask("{ unknown", "ann")), "GRAPHQL_PARSE_FAILED")

    def test_each_subscriber_has_answers_of_their_own(self):
        clients = {person: self.connect(person).subscribe(COUNTER) for person in ("ann", "bob")}
        for _ in range(3):
            for person, client in clients.items():
                answer = client.next()
                self.assertEqual(answer["extensions"]["person"], person)
                self.assertEqual(answer["extensions"]["type"], "subscription")
            self.sql("UPDATE tb_counter SET n = n + 1")

    def test_a_hook_ends_the_subscription_of_one(self):
        clients = {person: self.connect(person).subscribe(COUNTER) for person in ("ann", "eve")}
        for client in clients.values():
            client.next()
        self.sql("INSERT INTO tb_banned VALUES ('eve')")
        self.addCleanup(self.sql, "DELETE FROM tb_banned")
        self.sql("UPDATE tb_counter SET n = n + 1")
        self.assertIn("data", clients["ann"].next())
        refused = clients["eve"].receive()
        self.assertEqual((refused["type"], refused["payload"][0]["extensions"]["code"]),
                         ("error", "FORBIDDEN"))
        self.sql("UPDATE tb_counter SET n = n + 1")
        self.assertIn("data", clients["ann"].next())
        self.assertTrue(clients["eve"].is_silent(1))

    def test_rates_count_by_the_key_over_every_transport(self):
        server = self.serve("--rate-limit", "custom 6/1h")
        self.addCleanup(server.close)
        for ask in self.transports() * 2:
            self.assertNotIn("errors", ask(QUERY, "ann", server))
        for ask in self.transports():
            self.assertEqual(self.code(ask(QUERY, "ann", server)), "RATE_LIMITED")
        # A subscription counts once, however many answers it has.
        client = self.connect("bob", server).subscribe(COUNTER)
        for _ in range(8):
            client.next()
            self.sql("UPDATE tb_counter SET n = n + 1")
        client.next()
        for _ in range(5):
            self.assertNotIn("errors", self.post(QUERY, "bob", server))
        self.assertEqual(self.code(self.post(QUERY, "bob", server)), "RATE_LIMITED")


if __name__ == "__main__":
    unittest.main()
