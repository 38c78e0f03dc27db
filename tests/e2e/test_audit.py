# SPDX-License-Identifier: MIT
"""Security events: what is told of a refusal, as lines of JSON and as rows."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from product import Database, Server, run, wait_until
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
