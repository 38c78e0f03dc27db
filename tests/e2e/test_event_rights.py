# SPDX-License-Identifier: MIT
"""Streams of code end when who subscribed may not see them any more: tests/programs/rights.cpp."""
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
SQL = """
CREATE TABLE tb_note (id int PRIMARY KEY);
CREATE VIEW v_note AS SELECT id, jsonb_build_object('id', id) AS data FROM tb_note;
"""
GRANT = "INSERT INTO rbac.tb_user_role (user_id, tenant_id, role) VALUES ('ann', '', 'keeper')"


def bearer(lifetime=3600, **claims):
    token = tokens.signed(SECRET, sub="ann", exp=int(time.time()) + lifetime, **claims)
    return {"Authorization": f"Bearer {token}"}


class EventRights(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = product.Database(sql=SQL)
        cls.addClassCleanup(cls.database.close)
        for module in ("subscriptions", "rbac"):
            done = product.run("db", "install", module, "--database", cls.database.url)
            assert done.returncode == 0, done.stderr
        cls.sql("INSERT INTO rbac.tb_role (name) VALUES ('keeper')")
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.secret = pathlib.Path(folder.name, "secret")
        cls.secret.write_bytes(SECRET)
        os.chmod(cls.secret, 0o600)
        cls.server = product.Server(binary=str(product.EXAMPLES / "program-rights"), command=[
            "--database", cls.database.url, "--workers", "1", "--rbac", "--jwt-leeway", "0",
            "--jwt-secret-file", str(cls.secret), "--jwt-tenant-claim", "tenant"])
        cls.addClassCleanup(cls.server.close)

    def setUp(self):
        self.nothing_runs()

    @classmethod
    def sql(cls, text):
        subprocess.run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", cls.database.url, "-c", text],
                       check=True, timeout=60)

    def socket(self, query, headers):
        client = WebSocket(self.server.port, headers=headers)
        self.addCleanup(client.close)
        return client.initialise().subscribe(query)

    def stream(self, query, headers):
        events = EventStream(self.server.port, query, headers)
        self.addCleanup(events.close)
        return events

    def refusal_of_socket(self, client):
        """The code of the error that ends it; events may still be under way."""
        message = client.receive()
        while message["type"] == "next":
            message = client.receive()
        self.assertEqual(message["type"], "error", message)
        return message["payload"][0]["extensions"]["code"]

    def refusal_of_stream(self, events):
        name, answer = events.next()
        while name == "next" and "errors" not in answer:
            name, answer = events.next()
        self.assertEqual(name, "next")
        self.assertEqual(events.next()[0], "complete")
        return answer["errors"][0]["extensions"]["code"]

    def running(self):
        return self.server.data("{ running }")["running"]

    def nothing_runs(self):
        product.wait_until(lambda: self.running() == 0, "the end of all resolvers")

    def test_they_end_with_the_role(self):
        self.sql(GRANT)
        self.addCleanup(self.sql, "DELETE FROM rbac.tb_user_role")
        query = "subscription { secrets }"
        # Roles are asked for now and then.
        product.wait_until(lambda: "next" == self.socket(query, bearer()).receive()["type"],
                           "the role")
        client, events = self.socket(query, bearer()), self.stream(query, bearer())
        self.assertEqual(client.next(), {"data": {"secrets": 1}})
        self.assertEqual(events.next(), ("next", {"data": {"secrets": 1}}))
        self.sql("DELETE FROM rbac.tb_user_role")
        self.assertEqual(self.refusal_of_socket(client), "FORBIDDEN")
        self.assertEqual(self.refusal_of_stream(events), "FORBIDDEN")
        self.nothing_runs()

    def test_they_end_with_the_tenant(self):
        self.addCleanup(self.server.data, "mutation { sell(yes: false) }")
        headers = bearer(tenant="old") | {"X-Address": "acme"}
        client, events = (open_one("subscription { beats }", headers)
                          for open_one in (self.socket, self.stream))
        self.assertEqual(client.next(), {"data": {"beats": 1}})
        self.assertEqual(events.next(), ("next", {"data": {"beats": 1}}))
        self.server.data("mutation { sell(yes: true) }")
        self.assertEqual(self.refusal_of_socket(client), "FORBIDDEN")
        self.assertEqual(self.refusal_of_stream(events), "FORBIDDEN")
        self.nothing_runs()

    def test_they_end_with_the_token_wherever_they_wait(self):
        for query in ("subscription { beats }", "subscription { silence }"):
            with self.subTest(query):
                client, events = (open_one(query, bearer(lifetime=4))
                                  for open_one in (self.socket, self.stream))
                product.wait_until(lambda: self.running() == 2, "both resolvers")
                self.assertEqual(client.closed(), 4403)
                name = "next"
                while name == "next":
                    name, answer = events.next()
                self.assertIn(name, ("complete", "end"))
                self.nothing_runs()


if __name__ == "__main__":
    unittest.main()
