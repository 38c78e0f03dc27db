# SPDX-License-Identifier: MIT
"""GraphQL over WebSocket (graphql-transport-ws): the protocol, and clients that break its rules."""
import pathlib
import re
import time
import unittest

from product import BLOG_FILES, Database, Server, wait_until
from websocket import BINARY, PING, PONG, TEXT, Closed, WebSocket

QUERY = "{ posts(limit: 1) { id } }"


class Sockets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database(*BLOG_FILES)
        cls.addClassCleanup(cls.database.close)
        cls.server = Server(command=["serve", "--database", cls.database.url, "--workers", "2",
                                     "--socket-init-timeout", "1",
                                     "--max-socket-operations", "3"])
        cls.addClassCleanup(cls.server.close)

    def connect(self, **options):
        client = WebSocket(self.server.port, **options)
        self.addCleanup(client.close)
        return client

    def metric(self, name):
        text = self.server.request("GET", "/metrics").text
        return float(re.search(rf"^{name} (\S+)$", text, re.M)[1])


class Protocol(Sockets):
    def test_answers_queries(self):
        client = self.connect().initialise()
        client.subscribe("query ($n: Int) { posts(limit: $n) { id } }", variables={"n": 2})
        self.assertEqual(len(client.next()["data"]["posts"]), 2)
        self.assertEqual(client.receive(), {"type": "complete", "id": "1"})

    def test_gives_the_answer_of_http(self):
        query = "{ posts(limit: 3) { id title author { name } } }"
        client = self.connect().initialise().subscribe(query)
        self.assertEqual(client.next(), self.server.graphql(query))

    def test_answers_mutations(self):
        client = self.connect().initialise()
        client.subscribe("mutation { __typename }")
        self.assertEqual(client.next(), {"data": {"__typename": "Mutation"}})

    def test_tells_errors(self):
        client = self.connect().initialise().subscribe("{ nothing }")
        message = client.receive()
        self.assertEqual((message["type"], message["id"]), ("error", "1"))
        self.assertEqual(message["payload"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED")
        client.subscribe(QUERY)
        client.next()

    def test_many_operations_at_once(self):
        client = self.connect().initialise()
        for name in "abc":
            client.subscribe(QUERY, name)
        messages = [client.receive() for _ in range(6)]
        self.assertEqual(sorted(m["type"] for m in messages), ["complete"] * 3 + ["next"] * 3)

    def test_bounds_operations(self):
        client = self.connect().initialise()
        slow = "{ posts { id } }"
        for name in range(200):
            client.subscribe(slow, str(name))
        codes = set()
        for _ in range(200):
            message = client.receive()
            if message["type"] == "next":
                client.receive()
            elif message["type"] == "error":
                codes.add(message["payload"][0]["extensions"]["code"])
        self.assertEqual(codes - {"RATE_LIMITED"}, set())

    def test_negotiates_the_subprotocol(self):
        client = self.connect(protocol="graphql-ws, graphql-transport-ws")
        self.assertEqual(client.status, 101)
        self.assertIn("Sec-WebSocket-Protocol: graphql-transport-ws\r\n", client.head + "\r\n")
        self.assertNotIn("Extensions", client.head)

    def test_closes_where_there_is_no_subprotocol(self):
        for protocol in ("graphql-ws", None):
            client = self.connect(protocol=protocol)
            self.assertEqual(client.status, 101)
            self.assertNotIn("Sec-WebSocket-Protocol", client.head)
            self.assertEqual(client.closed(), 4406)

    def test_answers_pings(self):
        client = self.connect()
        client.send({"type": "ping", "payload": {"a": 1}})
        self.assertEqual(client.receive(), {"type": "pong", "payload": {"a": 1}})
        client.send_bytes(client.frame(b"there?", PING))
        self.assertEqual(client.receive_frame(), (PONG, b"there?"))

    def test_close_codes(self):
        init = {"type": "connection_init"}
        subscribe = {"type": "subscribe", "id": "1", "payload": {"query": "{ slow: __typename }"}}
        for messages, code in (
                (["no JSON"], 4400), ([{"type": "start"}], 4400), ([subscribe], 4401),
                ([init, init], 4429), ([init, {"type": "subscribe", "id": "1"}], 4400)):
            client = self.connect()
            for message in messages:
                client.send(message)
            self.assertEqual(client.closed(), code, messages)

    def test_a_name_is_used_once_at_a_time(self):
        client = self.connect().initialise()
        both = client.frame('{"type":"subscribe","id":"1","payload":{"query":"{ posts { id } }"}}')
        client.send_bytes(both + both)
        self.assertEqual(client.closed(), 4409)

    def test_waits_for_the_initialisation_only_so_long(self):
        client = self.connect()
        began = time.monotonic()
        self.assertEqual(client.closed(), 4408)
        self.assertLess(time.monotonic() - began, 5)

    def test_a_page_of_this_origin_may_connect(self):
        own = f"http://127.0.0.1:{self.server.port}"
        self.assertEqual(self.connect(headers={"Origin": own}).status, 101)

    def test_a_page_of_another_origin_may_not(self):
        for origin in ("https://evil.example", "null", f"http://127.0.0.1:{self.server.port}.evil"):
            self.assertEqual(self.connect(headers={"Origin": origin}).status, 403)

    def test_refuses_other_handshakes(self):
        for headers, status in (({"Sec-WebSocket-Version": "8"}, 426),
                                ({"Sec-WebSocket-Key": "short"}, 400),
                                ({"Connection": "keep-alive"}, 400)):
            self.assertEqual(self.connect(headers=headers).status, status, headers)
        self.assertEqual(self.connect(path="/elsewhere").status, 404)

    def test_counts(self):
        opened = self.metric("fraiseql_websockets_opened_total")
        client = self.connect().initialise()
        self.assertEqual(self.metric("fraiseql_websockets_opened_total"), opened + 1)
        self.assertGreaterEqual(self.metric("fraiseql_websockets"), 1)
        client.close()
        wait_until(lambda: self.metric("fraiseql_websockets") == 0, "the end of all sockets")


class Attacks(Sockets):
    """Each is answered with the code that says what was wrong, and leaves nothing behind."""

    def assert_closed(self, code, *frames):
        client = self.connect().initialise()
        try:
            for frame in frames:
                client.send_bytes(frame)
        except (ConnectionResetError, BrokenPipeError):
            pass
        self.assertEqual(client.closed(), code)
        self.assertEqual(self.connect().initialise().subscribe(QUERY).next().keys(), {"data"})

    def test_frames_that_are_not_masked(self):
        self.assert_closed(1002, WebSocket.frame('{"type":"ping"}', masked=False))

    def test_extensions_that_nobody_agreed_on(self):
        self.assert_closed(1002, WebSocket.frame('{"type":"ping"}', reserved=4))

    def test_invalid_utf_8(self):
        self.assert_closed(1007, WebSocket.frame(b'{"type":"ping\xff"}'))

    def test_binary(self):
        self.assert_closed(1003, WebSocket.frame(b"\0\1", BINARY))

    def test_a_frame_of_two_gigabytes(self):
        self.assert_closed(1009, WebSocket.frame(b"x" * 100, length=1 << 31))

    def test_a_frame_longer_than_there_are_bytes(self):
        self.assert_closed(1009, WebSocket.frame(b"x" * 100, length=(1 << 63) - 1))

    def test_a_message_in_too_many_fragments(self):
        fragment = WebSocket.frame(b"x" * 1000, opcode=0, final=False)
        self.assert_closed(1009, WebSocket.frame(b"x", final=False), fragment * 2000)

    def test_empty_fragments_for_ever(self):
        client = self.connect().initialise()
        client.send_bytes(WebSocket.frame(b'{"type":', final=False))
        before = self.memory()
        for _ in range(100):
            client.send_bytes(WebSocket.frame(b"", opcode=0, final=False) * 1000)
        client.send_bytes(WebSocket.frame(b'"ping"}', opcode=0))
        self.assertEqual(client.receive(), {"type": "pong"})
        self.assertLess(self.memory() - before, 8 << 20)

    def test_a_flood_of_pings_that_nobody_reads_answers_of(self):
        client = self.connect(receive_buffer=4096).initialise()
        before = self.memory()
        flood = WebSocket.frame(b"x" * 125, PING) * 500
        client.socket.settimeout(5)
        try:
            for _ in range(400):
                client.send_bytes(flood)
        except OSError:
            pass
        self.assertLess(self.memory() - before, 64 << 20)
        client.close()

    def test_a_flood_of_initialisations(self):
        init = WebSocket.frame('{"type":"connection_init"}')
        self.assert_closed(4429, init * 1000)

    def test_connections_that_never_speak(self):
        silent = [self.connect() for _ in range(50)]
        self.assertEqual({client.closed() for client in silent}, {4408})

    def memory(self):
        status = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) << 10


class Stopping(unittest.TestCase):
    def setUp(self):
        self.database = Database(*BLOG_FILES)
        self.addCleanup(self.database.close)

    def test_says_goodbye(self):
        server = Server(self.database.url)
        self.addCleanup(server.close)
        with WebSocket(server.port) as client:
            client.initialise()
            server.process.terminate()
            with self.assertRaises(Closed) as closed:
                client.receive()
            self.assertEqual(closed.exception.code, 1001)
            client.send_bytes(client.frame(b"\x03\xe9", 8))
            self.assertEqual(server.process.wait(30), 0)

    def test_does_not_wait_for_clients_that_say_nothing(self):
        server = Server(self.database.url)
        self.addCleanup(server.close)
        with WebSocket(server.port) as client:
            client.initialise()
            began = time.monotonic()
            self.assertEqual(server.stop(), 0)
            self.assertLess(time.monotonic() - began, 8)


if __name__ == "__main__":
    unittest.main()
