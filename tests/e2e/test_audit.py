# SPDX-License-Identifier: MIT
"""Security events: what is told of a refusal, as lines of JSON and as rows."""
import json
import os
import pathlib
import re
import socket
import subprocess
import tempfile
import time
import unittest

from product import BINARY, Database, Server, run, wait_until
from test_security import SECRET, as_role, bearer

SCHEMA = """
CREATE ROLE api LOGIN;
CREATE VIEW v_note AS SELECT 1 AS id, jsonb_build_object('id', 1) AS data;
COMMENT ON VIEW v_note IS '@authorize role:reader';
GRANT SELECT ON v_note TO api;
"""


class Audit(unittest.TestCase):
    def setUp(self):
        self.database = Database(sql=SCHEMA)
        self.addCleanup(self.database.close)
        os.environ["FRAISEQL_JWT_SECRET"] = SECRET
        self.addCleanup(os.environ.pop, "FRAISEQL_JWT_SECRET")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name) / "audit.jsonl"
        self.url = as_role(self.database.url, "api")

    def serve(self, *options):
        server = Server(command=["serve", "--database", self.url, *options])
        self.addCleanup(server.close)
        return server

    def sql(self, text):
        done = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", self.database.url,
                               "-c", text], check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def event(self, name):
        """The event of that name, which has to be there once."""
        def find():
            lines = self.file.read_text().splitlines()
            return [each for each in map(json.loads, lines) if each["event"] == name]

        found = wait_until(find, name)
        self.assertEqual(len(found), 1)
        return found[0]

    def test_on_a_terminal_they_are_for_people(self):
        ours, theirs = os.openpty()
        process = subprocess.Popen([BINARY, "serve", "--database", self.url, "--listen",
                                    "127.0.0.1:0"], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        try:
            said = b""
            while b"config.started" not in said:
                said += os.read(ours, 4096)
        finally:
            process.terminate()
            process.wait(30)
            os.close(ours)
        self.assertRegex(said.decode(), r"\d\dZ config\.started( |$)")
        self.assertNotIn('"event"', said.decode())

    def test_a_refused_token(self):
        server = self.serve("--audit-log", str(self.file))
        headers = {"Authorization": "Bearer no.such.token", "X-Request-Id": "req-1"}
        server.post('{"query": "{ __typename }"}', headers)
        event = self.event("auth.token_refused")
        self.assertEqual((event["address"], event["request_id"]), ("127.0.0.1", "req-1"))
        self.assertNotIn("no.such", json.dumps(event))

    def test_a_forbidden_field_names_who_asked(self):
        server = self.serve("--audit-log", str(self.file))
        server.post('{"query": "{ notes { id } }"}', bearer(sub="ann", tenant_id="t1"))
        event = self.event("access.refused")
        self.assertEqual((event["user"], event["tenant"], event["detail"]),
                         ("ann", "t1", "FORBIDDEN"))
        self.assertRegex(event["request_id"], "^[0-9a-f]{16}$")

    def test_limits(self):
        server = self.serve("--audit-log", str(self.file), "--max-root-fields", "1")
        server.post('{"query": "{ a: __typename b: __typename }"}')
        self.assertEqual(self.event("limit.complexity")["detail"], "QUERY_TOO_COMPLEX")

    def test_names_of_requests_cannot_forge_lines(self):
        server = self.serve("--audit-log", str(self.file))
        server.post("{}", {"Authorization": "x", "X-Request-Id": 'a","event":"auth.signed_in'})
        self.assertRegex(self.event("auth.token_refused")["request_id"], "^[0-9a-f]{16}$")

    def test_the_start_says_what_is_open_but_no_secret(self):
        config = self.file.with_name("fraiseql.toml")
        config.write_text('[rate]\nlimit = ["user 10/1h"]\n')
        self.serve("--config", str(config), "--audit-log", str(self.file), "--environment",
                   "production", "--introspection", "on", "--allow-rls-bypass", "v_note",
                   "--cors-origin", "https://app.example")
        event = self.event("config.started")
        for part in ("production: on introspection; off GraphiQL, error details, /admin",
                     "/metrics for private addresses", "tokens optional", "sessions off",
                     "in the clear", "operations any", "rates user 10/1h",
                     "origins https://app.example", "past row-level security v_note",
                     f"settings file {config}"):
            self.assertIn(part, event["detail"])
        self.assertNotIn(SECRET, self.file.read_text())

    def changes(self, word):
        """What `config.changed` says with that word, once it does."""
        def find():
            lines = [json.loads(line) for line in self.file.read_text().splitlines()]
            return [each["detail"] for each in lines
                    if each["event"] == "config.changed" and word in each["detail"]]

        return wait_until(find, word)

    def test_another_schema(self):
        self.serve("--audit-log", str(self.file), "--schema-poll", "1")
        self.sql("CREATE VIEW v_tag AS SELECT 1 AS id, jsonb_build_object('id', 1) AS data; "
                 "GRANT SELECT ON v_tag TO api")
        self.assertIn("safe: ", self.changes("Tag")[0])
        self.sql("DROP VIEW v_tag")
        self.assertTrue(self.changes(" breaking: "))
        self.sql("COMMENT ON VIEW v_note IS '@authorize nonsense'")
        self.assertIn("still serving the last one", self.changes("cannot be served")[0])

    def test_registered_operations(self):
        folder = self.file.parent / "operations"
        folder.mkdir()
        (folder / "one.graphql").write_text("{ notes { id } }")
        self.serve("--audit-log", str(self.file), "--operations", str(folder))
        (folder / "two.graphql").write_text("query Two { notes { id } }")
        (folder / "one.graphql").unlink()
        news = self.changes("registered operations: ")
        self.assertIn("added two", "".join(news))
        self.assertIn("removed one", "".join(news))
        # What was there at the start is no change.
        self.assertNotIn("added one", "".join(news))

    def test_bytes_that_are_no_request(self):
        server = self.serve("--audit-log", str(self.file))
        smuggled = (b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"
                    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
        self.send(server, smuggled)
        event = self.event("input.suspicious")
        self.assertEqual(event["address"], "127.0.0.1")
        self.assertRegex(event["detail"], "^400: The request is not HTTP: ")
        self.assertNotIn("request_id", event)

    def test_heads_that_are_too_large(self):
        server = self.serve("--audit-log", str(self.file))
        self.send(server, b"GET / HTTP/1.1\r\nHost: x\r\nX: " + 20000 * b"s3cret")
        self.assertRegex(self.event("input.suspicious")["detail"], "^431: The request head is")
        self.assertNotIn("s3cret", self.file.read_text())

    def test_floods_of_them_are_counted_rather_than_recorded(self):
        server = self.serve("--audit-log", str(self.file), "--workers", "1")

        def recorded():
            lines = map(json.loads, self.file.read_text().splitlines())
            return [each["detail"] for each in lines if each["event"] == "input.suspicious"]

        began = time.monotonic()
        for _ in range(200):
            self.send(server, b"GET / HTTP/1.0\n\n")
        seconds = time.monotonic() - began
        time.sleep(1.1)
        self.send(server, b"GET / HTTP/1.0\n\n")
        found = wait_until(lambda: (all := recorded()) and "more" in all[-1] and all, "the last")
        self.assertLessEqual(len(found), 10 * (int(seconds) + 1) + 1)
        left_out = sum(int(more) for each in found for more in re.findall(r"and (\d+) more", each))
        self.assertEqual(len(found) + left_out, 201)

    def send(self, server, data):
        with socket.create_connection(("127.0.0.1", server.port), 30) as connection:
            try:
                connection.sendall(data)
                while connection.recv(4096):
                    pass
            except ConnectionError:
                pass  # It need not take what it has refused already.

    def test_without_a_file_lines_go_to_the_standard_error(self):
        server = self.serve()
        server.post("{}", {"Authorization": "x"})
        wait_until(lambda: '"event":"auth.token_refused"' in server.log(), "the line")

    def test_rows(self):
        refusal = run("serve", "--database", self.url, "--listen", "127.0.0.1:0", "--audit-rows")
        self.assertIn("db install audit", refusal.stderr)
        for _ in range(2):
            done = run("db", "install", "audit", "--database", self.database.url, "--role", "api")
            self.assertEqual(done.returncode, 0, done.stderr)
        server = self.serve("--audit-rows", "--audit-log", str(self.file))
        server.post('{"query": "{ notes { id } }"}', bearer(sub="o'b\"x", tenant_id="t1"))
        rows = "SELECT event, user_id, address FROM audit.tb_event"
        started = "SELECT 1 FROM audit.tb_event WHERE event = 'config.started'"
        wait_until(lambda: self.sql(started), "a row")
        rows += " WHERE event <> 'config.started'"
        wait_until(lambda: self.sql(rows), "a row")
        self.assertEqual(self.sql(rows), "access.refused|o'b\"x|127.0.0.1")
        denied = run_sql(self.url, "SELECT FROM audit.tb_event")
        self.assertIn("permission denied", denied.stderr)
        denied = run_sql(self.url, "SELECT audit.purge('0')")
        self.assertIn("permission denied", denied.stderr)


def run_sql(url, text):
    return subprocess.run(["psql", "-XqAt", "-d", url, "-c", text], capture_output=True, text=True)


if __name__ == "__main__":
    unittest.main()
