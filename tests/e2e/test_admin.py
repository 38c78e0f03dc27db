# SPDX-License-Identifier: MIT
"""/admin/explain: who gets in, whose rows it sees, and that it changes nothing."""
import json
import os
import subprocess
import tempfile
import unittest

import product
import tokens

TOKEN = "an-admin-token-of-more-than-32-characters"
SECRET = "a secret of at least thirty-two bytes"
SQL = """
CREATE TABLE tb_note (id int PRIMARY KEY, owner text);
INSERT INTO tb_note SELECT i, 'o' || i % 10 FROM generate_series(1, 100) i;
ALTER TABLE tb_note ENABLE ROW LEVEL SECURITY;
ALTER TABLE tb_note FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON tb_note USING (owner = current_setting('app.user_id', true));
CREATE VIEW v_note WITH (security_invoker) AS
    SELECT id, jsonb_build_object('id', id, 'owner', owner) AS data FROM tb_note;
CREATE FUNCTION fn_write() RETURNS int LANGUAGE sql AS
    $$ INSERT INTO users (email, name) VALUES ('x@x.example', 'x'); SELECT 1 $$;
CREATE FUNCTION slow(n int) RETURNS int LANGUAGE sql STABLE AS 'SELECT n FROM pg_sleep(60)';
COMMENT ON FUNCTION slow IS '@expose';
CREATE ROLE app LOGIN;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO app;
GRANT INSERT ON users TO app;
"""


def bearer(**claims):
    return tokens.signed(SECRET, **claims)


def nodes(plan):
    yield plan
    for child in plan["children"]:
        yield from nodes(child)


class Admin(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = product.Database(*product.BLOG_FILES, sql=SQL)
        cls.addClassCleanup(cls.database.close)
        cls.url = cls.database.url.replace("postgres@", "app@")

    def serve(self, *options, **environment):
        with product.environment(**environment):
            server = product.Server(command=["serve", "--database", self.url, *options])
        self.addCleanup(server.close)
        return server

    def explain(self, server, query="{ posts { id } }", headers=None, **options):
        body = {"query": query, "extensions": {"explain": options}}
        return server.request("POST", "/admin/explain", json.dumps(body),
                              {"Content-Type": "application/json"} | (headers or {}))

    def test_production_without_a_token_has_no_such_resource(self):
        server = self.serve("--environment", "production")
        other = server.request("POST", "/admin/other", "{}", {"Content-Type": "application/json"})
        for headers in ({}, {"Admin-Token": ""}, {"Admin-Token": TOKEN}):
            answer = self.explain(server, headers=headers)
            self.assertEqual(answer.status, 404)
            self.assertEqual(answer.text, other.text.replace("other", "explain"))

    def test_only_the_admin_token_opens_it(self):
        server = self.serve("--environment", "production", FRAISEQL_ADMIN_TOKEN=TOKEN,
                            FRAISEQL_JWT_SECRET=SECRET)
        principal = {"Authorization": "Bearer " + bearer(sub="o1", roles=["admin"])}
        for headers in ({}, principal, {"Admin-Token": ""}, {"Admin-Token": TOKEN + "x"},
                        {"Admin-Token": TOKEN[:-1]}, {"Authorization": "Bearer " + TOKEN}):
            with self.subTest(headers):
                answer = self.explain(server, headers=headers)
                self.assertEqual(answer.status, 401)
                self.assertNotIn("SELECT", answer.text)
        answer = self.explain(server, headers={"Admin-Token": TOKEN})
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.getheader("Cache-Control"), "no-store")
        self.assertIn("SELECT", json.loads(answer.text)["statements"][0]["sql"])

    def test_the_token_may_come_from_a_file(self):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(TOKEN + "\n")
            file.flush()
            server = self.serve("--admin-token-file", file.name)
            self.assertEqual(self.explain(server).status, 401)
            self.assertEqual(self.explain(server, headers={"Admin-Token": TOKEN}).status, 200)

    def test_weak_tokens_stop_the_start(self):
        for token in ("", "short", " " * 40):
            with self.subTest(token):
                result = subprocess.run(
                    [product.BINARY, "serve", "--database", self.database.url], text=True,
                    capture_output=True, timeout=product.PATIENCE,
                    env=os.environ | {"FRAISEQL_ADMIN_TOKEN": token})
                self.assertEqual(result.returncode, 1)
                self.assertIn("admin token", result.stderr)

    def test_development_is_open_to_this_machine_only(self):
        server = self.serve()
        self.assertEqual(self.explain(server).status, 200)
        for headers in ({"Host": "evil.example"}, {"Host": "localhost.evil.example"},
                        {"Origin": "http://evil.example"}, {"X-Forwarded-For": "10.0.0.1"},
                        {"Forwarded": "for=10.0.0.1"}):
            with self.subTest(headers):
                self.assertEqual(self.explain(server, headers=headers).status, 404)
        # A page of another site cannot send JSON without asking first.
        self.assertEqual(self.explain(server, headers={"Content-Type": "text/plain"}).status, 415)
        self.assertEqual(server.request("GET", "/admin/explain?query={__typename}").status, 405)

    def test_rows_are_those_of_the_caller(self):
        server = self.serve(FRAISEQL_ADMIN_TOKEN=TOKEN, FRAISEQL_JWT_SECRET=SECRET)
        kept = []
        for headers in ({"Authorization": "Bearer " + bearer(sub="o1")}, {}):
            answer = self.explain(server, "{ notes { id } }", headers | {"Admin-Token": TOKEN},
                                  analyze=True)
            plan = json.loads(answer.text)["statements"][0]["plan"]["root"]
            kept.append([node["actual"]["rows"] for node in nodes(plan) if "relation" in node])
        self.assertEqual(kept, [[10], [0]])
        forged = self.explain(server, headers={"Admin-Token": TOKEN, "Authorization": "Bearer x"})
        self.assertEqual(forged.status, 401)

    def test_nothing_is_written(self):
        server = self.serve()
        users = '{ usersAggregate(where: {name: {eq: "x"}}) { count } }'
        for options in ({}, {"analyze": True}, {"analyze": True, "analyzeMutations": True}):
            answer = self.explain(server, "mutation { write { result } }", **options)
            self.assertEqual(answer.status, 200, answer.text)
            measured = "actual" in json.loads(answer.text)["statements"][0]["plan"]["root"]
            self.assertEqual(measured, "analyzeMutations" in options)
            self.assertEqual(server.data(users)["usersAggregate"][0]["count"], 0)

    def test_what_is_wrong_is_said(self):
        server = self.serve()
        answer = self.explain(server, "{ usres { id } }")
        self.assertEqual(answer.status, 400)
        self.assertIn("Did you mean", answer.text)
        self.assertEqual(self.explain(server, "{ posts { id } }", analyse=True).status, 400)
        self.assertEqual(self.explain(server, "{ posts { id } }", analyze=1).status, 400)

    def test_it_ends_in_time(self):
        server = self.serve("--timeout", "1")
        answer = self.explain(server, "{ slow(n: 1) }", analyze=True)
        self.assertEqual(answer.status, 504, answer.text)
        self.assertEqual(server.data("{ __typename }"), {"__typename": "Query"})


if __name__ == "__main__":
    unittest.main()
