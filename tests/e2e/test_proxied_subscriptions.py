# SPDX-License-Identifier: MIT
"""Subscriptions through the proxies of deploy/: WebSockets and event streams, answer by answer."""
import http.client
import subprocess
import unittest

import product
from event_stream import EventStream
from proxies import Proxied
from websocket import Closed, WebSocket

SQL = """
CREATE TABLE tb_counter (id int PRIMARY KEY, n int NOT NULL);
INSERT INTO tb_counter VALUES (1, 0);
CREATE VIEW v_counter AS SELECT id, jsonb_build_object('id', id, 'n', n) AS data FROM tb_counter;
"""
COUNTER = "subscription { counter(id: 1) { n } }"


class ProxiedSubscriptions(Proxied):
    @classmethod
    def setUpClass(cls):
        cls.database = product.Database(sql=SQL)
        cls.addClassCleanup(cls.database.close)
        installed = product.run("db", "install", "subscriptions", "--database", cls.database.url)
        assert installed.returncode == 0, installed.stderr

    def start(self):
        server = product.Server(command=["serve", "--database", self.database.url, "--workers", "1",
                                         "--subscription-interval", "50", "--shutdown-delay", "1",
                                         "--environment", "development"])
        self.addCleanup(server.close)
        return server

    def begin(self):
        """Starts two servers behind each proxy; returns them, and {name: port of the proxy}."""
        servers = [self.start(), self.start()]
        addresses = [f"127.0.0.1:{server.port}" for server in servers]
        fronts = {"nginx": self.nginx([server.port for server in servers]),
                  "HAProxy": self.haproxy("haproxy.cfg", SERVER_A=addresses[0],
                                          SERVER_B=addresses[1])}
        for name, front in fronts.items():
            product.wait_until(lambda: self.is_open(front), f"an answer through {name}")
        return servers, fronts

    def is_open(self, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def count(self):
        done = subprocess.run(["psql", "-qAtX", self.database.url, "-c",
                               "UPDATE tb_counter SET n = n + 1 RETURNING n"],
                              capture_output=True, text=True, check=True, timeout=60)
        return int(done.stdout)

    def socket(self, port, **headers):
        client = WebSocket(port, headers=headers)
        self.addCleanup(client.close)
        self.assertEqual(client.status, 101)
        return client.initialise()

    def stream(self, port):
        """Yields the answers of an event stream, each when it comes."""
        events = EventStream(port, COUNTER)
        self.addCleanup(events.close)
        self.assertEqual(events.response.status, 200)
        name, answer = events.next()
        while name == "next":
            yield answer["data"]["counter"]["n"]
            name, answer = events.next()

    def test_each_answer_comes_through_when_it_is_there(self):
        _, fronts = self.begin()
        # A page that the proxy serves is of the same origin as the server behind it.
        sockets = [self.socket(port, Origin=f"http://127.0.0.1:{port}").subscribe(COUNTER)
                   for port in fronts.values()]
        streams = [self.stream(port) for port in fronts.values()]
        seen = [[client.next()["data"]["counter"]["n"] for client in sockets]
                + [next(stream) for stream in streams]]
        for _ in range(3):
            n = self.count()
            seen = [client.next()["data"]["counter"]["n"] for client in sockets]
            seen += [next(stream) for stream in streams]
            self.assertEqual(seen, [n] * len(seen))

    def test_a_page_of_another_origin_may_not(self):
        _, fronts = self.begin()
        for port in fronts.values():
            client = WebSocket(port, headers={"Origin": "http://evil.example"})
            self.addCleanup(client.close)
            self.assertEqual(client.status, 403)

    def test_clients_go_on_at_the_other_server(self):
        servers, fronts = self.begin()
        clients = [(port, self.socket(port).subscribe(COUNTER)) for port in fronts.values()
                   for _ in range(4)]
        for _, client in clients:
            client.next()
        self.assertEqual(servers[0].stop(), 0)
        n = self.count()
        moved = 0
        for port, client in clients:
            try:
                while client.next()["data"]["counter"]["n"] != n:
                    pass
            except Closed as closed:
                self.assertEqual(closed.code, 1001)
                moved += 1
                again = self.socket(port).subscribe(COUNTER)
                self.assertEqual(again.next()["data"]["counter"]["n"], n)
        self.assertGreater(moved, 0)
        self.assertLess(moved, len(clients))


if __name__ == "__main__":
    unittest.main()
