# SPDX-License-Identifier: MIT
"""Who may see what: tokens, tenants under row-level security, and what an attacker tries."""
import base64
import concurrent.futures
import hashlib
import hmac
import http.client
import json
import os
import random
import re
import time
import unittest
import uuid

from product import Database, Server, as_role, run, wait_until

SECRET = "a secret for tests that has enough bytes"
TENANTS = [str(uuid.UUID(int=i + 1)) for i in range(8)]
ROWS = 20

SCHEMA = """
CREATE ROLE api LOGIN;
CREATE ROLE auditor NOLOGIN BYPASSRLS;
GRANT auditor TO api;
CREATE TABLE tb_note (
  id int PRIMARY KEY, tenant_id uuid NOT NULL, title text NOT NULL);
INSERT INTO tb_note SELECT i,
  ('00000000-0000-0000-0000-' || lpad(to_hex(i % 8 + 1), 12, '0'))::uuid, 'note ' || i
FROM generate_series(0, 159) i;
ALTER TABLE tb_note ENABLE ROW LEVEL SECURITY;
ALTER TABLE tb_note FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tb_note USING (
  tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
CREATE VIEW v_note WITH (security_invoker) AS
  SELECT id, tenant_id, jsonb_build_object('id', id, 'tenant_id', tenant_id, 'title', title) AS data
  FROM tb_note;
CREATE FUNCTION fn_rename_note(p_id int, p_title text) RETURNS int LANGUAGE sql
  AS $$ UPDATE tb_note SET title = p_title WHERE id = p_id RETURNING id $$;
CREATE FUNCTION fn_whoami() RETURNS text LANGUAGE sql STABLE
  AS $$ SELECT current_setting('app.user_id') || '@' || current_setting('app.tenant_id')
            || ' as ' || current_user $$;
GRANT SELECT, UPDATE ON tb_note TO api, auditor;
GRANT SELECT ON v_note TO api, auditor;
"""


def encoded(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def token(secret=SECRET, header=None, **claims):
    """Returns a token; it expires in an hour where the claims do not say otherwise."""
    claims = {"exp": int(time.time()) + 3600, "sub": "someone"} | claims
    head = encoded(json.dumps(header or {"alg": "HS256"}).encode())
    text = head + "." + encoded(json.dumps(claims).encode())
    return text + "." + encoded(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest())


def bearer(**claims):
    return {"Authorization": "Bearer " + token(**claims)}


class Secured(unittest.TestCase):
    options = []

    @classmethod
    def setUpClass(cls):
        cls.database = Database(sql=SCHEMA)
        cls.addClassCleanup(cls.database.close)
        os.environ["FRAISEQL_JWT_SECRET"] = SECRET
        cls.addClassCleanup(os.environ.pop, "FRAISEQL_JWT_SECRET")
        cls.url = as_role(cls.database.url, "api")
        cls.server = Server(command=["serve", "--database", cls.url, *cls.options])
        cls.addClassCleanup(cls.server.close)

    def ask(self, query, headers=None, **variables):
        body = json.dumps({"query": query, "variables": variables})
        return self.server.post(body, headers)

    def data(self, query, headers=None, **variables):
        response = json.loads(self.ask(query, headers, **variables).text)
        self.assertNotIn("errors", response, query)
        return response["data"]


class Tokens(Secured):
    def test_no_token_is_anonymous_and_sees_nothing(self):
        self.assertEqual(self.data("{ notes { id } }"), {"notes": []})
        self.assertEqual(self.data("{ whoami }"), {"whoami": "@ as api"})

    def test_claims_reach_postgresql(self):
        headers = bearer(sub="ann", tenant_id=TENANTS[3])
        self.assertEqual(self.data("{ whoami }", headers), {"whoami": f"ann@{TENANTS[3]} as api"})
        hostile = "x', true); DROP TABLE tb_note; --"
        self.assertEqual(self.data("{ whoami }", bearer(sub=hostile)),
                         {"whoami": f"{hostile}@ as api"})

    def test_a_bad_token_is_always_401(self):
        good = token(tenant_id=TENANTS[0])
        bad = [
            "", "Bearer", "Bearer x", "Basic dTpw", good, "Bearer " + good + "x",
            "Bearer " + token("another secret, just as long as it must be"),
            "Bearer " + token(header={"alg": "none"}), "Bearer " + good.rsplit(".", 1)[0] + ".",
            "Bearer " + token(exp=int(time.time()) - 60), "Bearer " + token(exp="never"),
            "Bearer " + token(nbf=int(time.time()) + 600), "Bearer " + token(aud="another"),
            "Bearer " + token(header={"alg": "HS256", "crit": ["exp"]}),
        ]
        for header in bad:
            response = self.ask("{ notes { id } }", {"Authorization": header})
            self.assertEqual(response.status, 401, header)
            self.assertTrue(response.getheader("WWW-Authenticate").startswith("Bearer"), header)
            error = json.loads(response.text)["errors"][0]
            self.assertEqual(error["extensions"]["code"], "UNAUTHENTICATED", header)
            self.assertNotIn("data", json.loads(response.text))

    def test_of_two_authorization_headers_neither_counts(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port)
        self.addCleanup(connection.close)
        connection.putrequest("POST", "/graphql")
        body = b'{"query":"{ notes { id } }"}'
        for name, value in (("Content-Type", "application/json"), ("Content-Length", len(body)),
                            ("Authorization", "Bearer " + token()),
                            ("Authorization", "Bearer " + token(tenant_id=TENANTS[0]))):
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        response.read()
        self.assertEqual(response.status, 401)

    def test_another_tenants_row_can_be_neither_read_nor_written(self):
        mine = bearer(tenant_id=TENANTS[1])
        self.assertIsNone(self.data("{ note(id: 2) { id } }", mine)["note"])
        owner = bearer(tenant_id=TENANTS[2])
        theirs = self.data("{ note(id: 2) { title } }", owner)
        self.ask('mutation { renameNote(id: 2, title: "stolen") { __typename } }', mine)
        self.assertEqual(self.data("{ note(id: 2) { title } }", owner), theirs)


class Isolation(Secured):
    options = ["--workers", "2"]

    def test_tenants_never_meet_under_many_mixed_requests(self):
        """Few pooled, pipelined connections; every answer must be the asking tenant's own."""
        wide = "{ notes(limit: 1000) { tenantId } }"
        twice = "{ a: notes(limit: 1000) { tenantId } b: notes(limit: 1000) { tenantId } }"
        counted = "{ notesConnection(first: 1) { totalCount nodes { tenantId } } }"
        write = 'mutation { renameNote(id: %d, title: "new") { __typename } }'
        headers = {tenant: bearer(tenant_id=tenant, sub="u") for tenant in TENANTS}

        def client(seed):
            choice = random.Random(seed)
            connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
            for _ in range(420):
                tenant = choice.choice([*TENANTS, None])
                query = choice.choice([wide, wide, twice, counted, "{ nonsense }", "{ whoami }",
                                       write % choice.randrange(160)])
                sent = {"Content-Type": "application/json"} | (headers[tenant] if tenant else {})
                connection.request("POST", "/graphql", json.dumps({"query": query}), sent)
                answer = connection.getresponse().read().decode()
                seen = re.findall(r'"tenantId" ?: ?"([^"]*)"', answer)
                rows = {wide: ROWS, twice: 2 * ROWS, counted: 1}.get(query)
                if rows:
                    self.assertEqual(seen, [tenant] * rows if tenant else [], answer[:300])
                if query == counted:
                    self.assertRegex(answer, rf'"totalCount" ?: ?{ROWS if tenant else 0}\b')
                if query == "{ whoami }":
                    self.assertIn(f'"{"u" if tenant else ""}@{tenant or ""} as api"', answer)
            connection.close()
            return True

        with concurrent.futures.ThreadPoolExecutor(24) as pool:
            self.assertTrue(all(pool.map(client, range(24))))


class DatabaseRoles(Secured):
    options = ["--database-role-claim", "db_role", "--database-roles", "auditor,api"]

    def test_a_claim_switches_the_role_of_one_transaction(self):
        self.assertEqual(self.data("{ whoami }", bearer(db_role="auditor")),
                         {"whoami": "someone@ as auditor"})
        for _ in range(10):
            self.assertEqual(self.data("{ whoami }"), {"whoami": "@ as api"})

    def test_only_listed_roles_can_be_named(self):
        for role in ("postgres", "none", "", "AUDITOR"):
            self.assertEqual(self.ask("{ whoami }", bearer(db_role=role)).status, 401, role)


class RequiredTokens(Secured):
    options = ["--require-token", "--jwt-audience", "notes",
               "--jwt-setting", "app.tenant_id=org.id"]

    def test_no_token_is_401(self):
        response = self.ask("{ notes { id } }")
        self.assertEqual(response.status, 401)
        self.assertEqual(response.getheader("WWW-Authenticate"), "Bearer")

    def test_the_audience_must_fit(self):
        self.assertEqual(self.ask("{ notes { id } }", bearer()).status, 401)
        self.assertEqual(self.ask("{ notes { id } }", bearer(aud="other")).status, 401)
        headers = bearer(aud=["x", "notes"], org={"id": TENANTS[0]})
        self.assertEqual(len(self.data("{ notes { id } }", headers)["notes"]), ROWS)

    def test_health_needs_no_token(self):
        self.assertEqual(self.server.request("GET", "/health").status, 200)
        wait_until(lambda: self.server.request("GET", "/ready").status == 200,
                   "connections to be opened")


class RowLevelSecurity(unittest.TestCase):
    """`check rls`: an escape of each kind, and none where all is well."""
    LEAKS = """
    CREATE VIEW v_open AS SELECT id, jsonb_build_object('id', id) AS data FROM tb_note;
    CREATE VIEW v_nested WITH (security_invoker) AS SELECT id, data FROM v_open;
    CREATE MATERIALIZED VIEW mv_copy AS
      SELECT id, jsonb_build_object('id', id) AS data FROM tb_note;
    CREATE FUNCTION fn_root() RETURNS int LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT 1';
    GRANT SELECT ON v_open, v_nested, mv_copy TO api;
    """

    def check(self, sql, role="api"):
        database = Database(sql=sql)
        self.addCleanup(database.close)
        self.url = as_role(database.url, role)
        result = run("check", "rls", "--json", "--database", self.url)
        found = json.loads(result.stdout)["findings"]
        return result.returncode, {(each["subject"], each["code"]) for each in found}

    def test_nothing_escapes_where_all_is_well(self):
        self.assertEqual(self.check(SCHEMA), (0, set()))

    def test_finds_every_way_past_and_refuses_to_serve_it(self):
        code, found = self.check(SCHEMA + self.LEAKS)
        self.assertEqual(code, 1)
        self.assertEqual(found, {
            ("public.v_open", "view-bypasses-rls"), ("public.v_nested", "view-bypasses-rls"),
            ("public.mv_copy", "stored-copy"), ("public.fn_root", "definer-bypasses-rls"),
            ("public.fn_root", "definer-without-search-path")})
        refused = run("serve", "--database", self.url, "--environment", "production")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("public.v_open", refused.stderr)
        server = Server(command=["serve", "--database", self.url, "--environment", "production",
                                 "--allow-rls-bypass", "v_open,v_nested,public.mv_copy"])
        server.close()


class Configuration(unittest.TestCase):
    def refused(self, *options, secret=None):
        environment = dict(os.environ) | ({"FRAISEQL_JWT_SECRET": secret} if secret else {})
        result = run("serve", "--database", "postgres:///nowhere", *options, env=environment)
        self.assertEqual(result.returncode, 1, result.stdout)
        return result.stderr

    def test_what_could_not_take_effect_refuses_to_boot(self):
        self.assertIn("no key", self.refused("--require-token"))
        self.assertIn("no key", self.refused("--jwt-audience", "x"))
        self.assertIn("at least 32", self.refused(secret="too short"))
        self.assertIn("several sources", self.refused("--jwks-file", "x", secret=SECRET))
        self.assertIn("not a URL", self.refused("--jwks-file", "https://issuer/jwks.json"))
        self.assertIn("cannot be read", self.refused("--jwks-file", "/nonexistent"))
        self.assertIn("lower-case", self.refused("--jwt-setting", "role=role", secret=SECRET))
        self.assertIn('"keycloak"', self.refused("--jwt-preset", "keycloack", secret=SECRET))
        self.assertIn("--database-roles",
                      self.refused("--database-role-claim", "role", secret=SECRET))
        self.assertNotIn(SECRET, self.refused("--jwt-preset", "x", secret=SECRET))


if __name__ == "__main__":
    unittest.main(verbosity=2)
