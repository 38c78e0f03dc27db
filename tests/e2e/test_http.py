# SPDX-License-Identifier: MIT
"""HTTP at its edges: framing that could be read in two ways, slow clients, other origins."""
import json
import os
import re
import socket
import time
import unittest

from product import BLOG_FILES, Database, Server, run, wait_until

QUERY = b'{"query":"{ __typename }"}'
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n"
WRITE = ('mutation { createPost(userId: "00000000-0000-0000-0000-000000000000", title: "t", '
         'content: "c") { id } }')


def post(*fields, body=QUERY, line=b"POST /graphql HTTP/1.1", host=b"Host: x"):
    """Returns the bytes of a request with these header fields, as they are."""
    head = [line, host, b"Content-Type: application/json", *fields]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


class Raw(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database(*BLOG_FILES)
        cls.addClassCleanup(cls.database.close)
        cls.server = Server(cls.database.url)
        cls.addClassCleanup(cls.server.close)

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.server.port), 40)
        self.addCleanup(connection.close)
        return connection

    def exchange(self, sent):
        """Returns all that comes back until the server closes."""
        connection = self.connect()
        received = b""
        try:
            connection.sendall(sent)
            while part := connection.recv(65536):
                received += part
        except ConnectionError:
            pass  # It need not take what it has refused already.
        return received

    def statuses(self, sent):
        return [int(code) for code in re.findall(rb"HTTP/1\.1 (\d+) ", self.exchange(sent))]


class Framing(Raw):
    def test_what_two_parsers_could_read_in_two_ways_is_refused(self):
        length = b"Content-Length: %d" % len(QUERY)
        chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(QUERY), QUERY)
        cases = {
            "both framings": post(length, b"Transfer-Encoding: chunked", body=chunked),
            "both, the other way round": post(b"Transfer-Encoding: chunked", length, body=chunked),
            "two lengths": post(length, b"Content-Length: 5"),
            "the same length twice": post(length, length),
            "a list of lengths": post(b"Content-Length: 26, 26"),
            "a signed length": post(b"Content-Length: +26"),
            "a length in hexadecimal": post(b"Content-Length: 0x1a"),
            "a folded line": post(b"X-Folded: a\r\n b", length),
            "a fold that hides a framing": post(b"X-Folded: a\r\n\tTransfer-Encoding: chunked",
                                                length),
            "a bare line feed": post(length).replace(b"\r\n", b"\n"),
            "one bare line feed": post(length).replace(b"Host: x\r\n", b"Host: x\n"),
            "a bare carriage return": post(b"X-A: a\rTransfer-Encoding: chunked", length),
            "a NUL": post(b"X-A: a\0b", length),
            "a blank before the colon": post(b"Content-Length : 26"),
            "an encoding that is none": post(b"Transfer-Encoding: xchunked", body=chunked),
            "two encodings": post(b"Transfer-Encoding: gzip, chunked", body=chunked),
            "chunked twice": post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked",
                                  body=chunked),
            "chunked in HTTP/1.0": post(b"Transfer-Encoding: chunked", body=chunked,
                                        line=b"POST /graphql HTTP/1.0"),
            "no host": post(length, host=b"X-A: b"),
            "two hosts": post(length, b"Host: y"),
            "a chunk size that is none": post(b"Transfer-Encoding: chunked", body=b"1g\r\nx"),
            "a huge chunk size": post(b"Transfer-Encoding: chunked", body=b"f" * 17 + b"\r\nx"),
            "a length in the trailer": post(b"Transfer-Encoding: chunked",
                                            body=b"0\r\nContent-Length: 5\r\n\r\n"),
            "a chunk without its end": post(b"Transfer-Encoding: chunked",
                                            body=b"1\r\nxy\r\n0\r\n\r\n"),
        }
        for name, sent in cases.items():
            with self.subTest(name):
                # One refusal, then the end: what follows is never a request.
                self.assertIn(self.statuses(sent + HIDDEN), ([400], [413]))

    def test_chunk_extensions_and_trailers_are_read_over(self):
        body = b'%x;name="a;b"\r\n%s\r\n0;last\r\nX-Trailer: 5\r\n\r\n' % (len(QUERY), QUERY)
        sent = post(b"Transfer-Encoding: chunked", b"Connection: close", body=body)
        received = self.exchange(sent)
        self.assertIn(b" 200 OK", received)
        self.assertIn(b"Query", received)

    def test_endless_heads_extensions_and_trailers_are_cut_off(self):
        length = b"Content-Length: %d" % len(QUERY)
        chunked = b"Transfer-Encoding: chunked"
        for name, sent in {
                "a large field": post(b"X-A: " + b"a" * 100_000, length),
                "many fields": post(*[b"X-%d: a" % i for i in range(1000)], length),
                "a long target": post(length, line=b"POST /" + b"a" * 100_000 + b" HTTP/1.1"),
                "a long extension": post(chunked, body=b"1;" + b"a" * 100_000),
                "a long trailer": post(chunked, body=b"0\r\n" + b"X-A: b\r\n" * 20_000)}.items():
            with self.subTest(name):
                self.assertIn(self.statuses(sent), ([431], [400]))

    def test_clients_that_never_finish_are_let_go(self):
        heads = {self.connect(): b"GET /health HTTP/1.1\r\nHost: x\r\n" for _ in range(50)}
        for connection, first in heads.items():
            connection.sendall(first)
        started = time.monotonic()
        slow = list(heads)
        # Each byte comes before the next wait would end: only a limit for the whole head helps.
        while time.monotonic() - started < 30 and slow:
            for connection in list(slow):
                try:
                    connection.sendall(b"X")
                    connection.settimeout(0.01)
                    if b"408" in connection.recv(1000):
                        slow.remove(connection)
                except TimeoutError:
                    pass
                except ConnectionError:
                    slow.remove(connection)
            time.sleep(0.2)
        self.assertEqual(slow, [])
        self.assertGreater(time.monotonic() - started, 5)
        self.assertEqual(self.server.request("GET", "/health").status, 200)


class SimpleRequests(Raw):
    """What a form of another page can send without asking changes nothing."""

    def test_no_form_can_send_an_operation(self):
        body = json.dumps({"query": WRITE})
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; b=x",
                     "text/plain; application/json", "application/json2"):
            response = self.server.post(body, {"Content-Type": kind})
            self.assertEqual(response.status, 415, kind)
        response = self.server.request("POST", "/graphql", body)
        self.assertEqual(response.status, 415)

    def test_get_reads_only(self):
        response = self.server.request("GET", "/graphql?query=" + WRITE.replace(" ", "%20")
                                       .replace('"', "%22"), headers={"Accept": "application/json"})
        self.assertEqual(response.status, 405)


class Origins(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database(*BLOG_FILES)
        cls.addClassCleanup(cls.database.close)

    def serve(self, *options):
        server = Server(command=["serve", "--database", self.database.url, *options])
        self.addCleanup(server.close)
        return server

    def preflight(self, server, origin, method="POST"):
        return server.request("OPTIONS", "/graphql", headers={
            "Origin": origin, "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": "content-type"})

    def test_nothing_is_said_without_being_asked(self):
        server = self.serve()
        self.assertEqual(self.preflight(server, "https://a.example").status, 405)
        response = server.post(QUERY, {"Origin": "https://a.example"})
        self.assertFalse([name for name in response.headers if name.startswith("Access-Control")])
        self.assertEqual(response.headers["Cache-Control"], "no-store")

    def test_listed_origins_and_no_others(self):
        server = self.serve("--cors-origin", "https://a.example,http://localhost:3000",
                            "--cors-credentials")
        for origin in ("https://a.example", "http://localhost:3000"):
            answer = self.preflight(server, origin)
            self.assertEqual(answer.status, 204)
            self.assertEqual(answer.headers["Access-Control-Allow-Origin"], origin)
            self.assertEqual(answer.headers["Access-Control-Allow-Credentials"], "true")
            self.assertIn("Content-Type", answer.headers["Access-Control-Allow-Headers"])
            self.assertIn("POST", answer.headers["Access-Control-Allow-Methods"])
            self.assertGreater(int(answer.headers["Access-Control-Max-Age"]), 0)
            answer = server.post(QUERY, {"Origin": origin})
            self.assertEqual(answer.headers["Access-Control-Allow-Origin"], origin)
            self.assertIn("Origin", answer.headers["Vary"])
        for origin in ("https://b.example", "null", "https://a.example.evil.example",
                       "http://a.example", "https://a.example:444", "https://A.example",
                       "https://xa.example", "*"):
            for answer in (self.preflight(server, origin), server.post(QUERY, {"Origin": origin})):
                self.assertNotIn("Access-Control-Allow-Origin", answer.headers, origin)
                self.assertIn("Origin", answer.headers["Vary"])
        self.assertIn("Origin", server.post(QUERY).headers["Vary"])

    def test_errors_can_be_read_as_well(self):
        server = self.serve("--cors-origin", "https://a.example")
        answer = server.post("nonsense", {"Origin": "https://a.example"})
        self.assertEqual(answer.status, 400)
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"], "https://a.example")
        self.assertNotIn("Access-Control-Allow-Credentials", answer.headers)

    def test_all_origins_without_cookies(self):
        server = self.serve("--cors-origin", "*")
        answer = server.post(QUERY, {"Origin": "https://a.example"})
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"], "*")

    def test_what_would_open_too_much_stops_the_start(self):
        for options, said in ((["--cors-origin", "null"], "any page in a sandbox"),
                              (["--cors-origin", "*", "--cors-credentials"], "act for its user"),
                              (["--cors-origin", "*,https://a.example"], "leaves nothing"),
                              (["--cors-origin", "https://a.example/"], "is not an origin"),
                              (["--cors-origin", "a.example"], "is not an origin"),
                              (["--cors-origin", "https://*.example"], "is not an origin"),
                              (["--cors-origin", "https://A.example"], "is not an origin"),
                              (["--cors-origin", "https://a.example:443"], "is not an origin"),
                              (["--cors-credentials"], "no origin"),
                              (["--trusted-proxy", "0.0.0.0/0"], "believe everybody"),
                              (["--trusted-proxy", "10.0.0.1/8"], "bits behind"),
                              (["--forwarded-header", "Forwarded"], "no proxy")):
            done = run("serve", "--database", self.database.url, *options)
            self.assertEqual(done.returncode, 1, options)
            self.assertIn(said, done.stderr)


class Posture(unittest.TestCase):
    """What is open to strangers: by environment, or by its own switch."""
    TOKEN = "an-admin-token-of-more-than-32-characters"

    @classmethod
    def setUpClass(cls):
        cls.database = Database(*BLOG_FILES, sql="""
            CREATE FUNCTION fn_broken() RETURNS int LANGUAGE plpgsql STABLE AS
              $$ BEGIN RETURN (SELECT 1 / 0); END $$;""")
        cls.addClassCleanup(cls.database.close)

    def open_of(self, *options, headers=None):
        """Returns what a stranger finds open."""
        server = Server(command=["serve", "--database", self.database.url, *options])
        self.addCleanup(server.close)
        found = set()
        if "errors" not in server.graphql("{ __schema { queryType { name } } }"):
            found.add("introspection")
        if server.request("GET", "/").status == 200:
            found.add("graphiql")
        if "division" in json.dumps(server.graphql("{ broken }")):
            found.add("error-details")
        body = json.dumps({"query": "{ __typename }"})
        admin = server.request("POST", "/admin/explain", body,
                               {"Content-Type": "application/json"} | (headers or {}))
        if admin.status == 200:
            found.add("admin")
        if server.request("GET", "/metrics").status == 200:
            found.add("metrics")
        if server.request("GET", "/metrics", headers={"X-Forwarded-For": "8.8.8.8"}).status == 200:
            found.add("metrics through a proxy")
        line = wait_until(lambda: re.search(r"(development|production): on (.*); off (.*)",
                                            server.log()), "the line about switches")
        for name, word in (("introspection", "introspection"), ("graphiql", "GraphiQL")):
            self.assertEqual(word in line[2], name in found, line[0])
        return found

    def test_each_environment_has_its_own(self):
        everything = {"introspection", "graphiql", "error-details", "admin", "metrics"}
        self.assertEqual(self.open_of(), everything | {"metrics through a proxy"})
        self.assertEqual(self.open_of("--environment", "production"), {"metrics"})

    def test_each_switch_does_its_own(self):
        production = ["--environment", "production"]
        self.assertEqual(self.open_of(*production, "--introspection", "on"),
                         {"introspection", "metrics"})
        self.assertEqual(self.open_of(*production, "--graphiql", "on"), {"graphiql", "metrics"})
        self.assertEqual(self.open_of(*production, "--error-details", "on", "--metrics", "on"),
                         {"error-details", "metrics", "metrics through a proxy"})
        self.assertEqual(self.open_of("--introspection", "off", "--graphiql", "off",
                                      "--error-details", "off", "--admin", "off", "--metrics",
                                      "off"), set())

    def test_admin_needs_its_token_in_production(self):
        os.environ["FRAISEQL_ADMIN_TOKEN"] = self.TOKEN
        self.addCleanup(os.environ.pop, "FRAISEQL_ADMIN_TOKEN")
        production = ["--environment", "production"]
        self.assertEqual(self.open_of(*production), {"metrics"})
        self.assertEqual(self.open_of(*production, headers={"Admin-Token": self.TOKEN}),
                         {"metrics", "admin"})
        done = run("serve", "--database", self.database.url, "--admin", "off")
        self.assertIn("leaves nothing to the admin token", done.stderr)

    def test_admin_without_a_token_stops_the_start(self):
        done = run("serve", "--database", self.database.url, "--environment", "production",
                   "--admin", "on")
        self.assertEqual(done.returncode, 1)
        self.assertIn("needs an admin token", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
