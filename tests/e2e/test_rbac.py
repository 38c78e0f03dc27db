# SPDX-License-Identifier: MIT
"""Roles and permissions in the database: who has them is asked there, and changes count at once."""
import json
import os
import subprocess
import unittest

from product import Database, Server, run, wait_until
from test_security import SECRET, as_role, bearer

SCHEMA = """
CREATE ROLE api LOGIN;
CREATE VIEW v_invoice AS SELECT 1 AS id, jsonb_build_object('id', 1, 'total', 10) AS data;
COMMENT ON VIEW v_invoice IS '@authorize permission:invoice.read
@authorize total role:accountant mask';
CREATE FUNCTION fn_context(p_all jsonb) RETURNS jsonb LANGUAGE sql STABLE AS 'SELECT p_all';
COMMENT ON FUNCTION fn_context IS '@context p_all permissions';
GRANT SELECT ON v_invoice TO api;
"""

GRANTS = """
INSERT INTO rbac.tb_role (name) VALUES ('clerk'), ('accountant'), ('chief'), ('ring');
INSERT INTO rbac.tb_permission (name) VALUES ('invoice.read');
INSERT INTO rbac.tb_role_permission VALUES ('clerk', 'invoice.read');
INSERT INTO rbac.tb_role_parent VALUES ('accountant', 'clerk'), ('chief', 'accountant'),
  ('ring', 'chief'), ('chief', 'ring'), ('ring', 'ring');
INSERT INTO rbac.tb_user_role (user_id, tenant_id, role, expires_at) VALUES
  ('carl', 't1', 'clerk', NULL), ('anna', '', 'accountant', NULL), ('rita', 't1', 'ring', NULL),
  ('past', '', 'chief', now() - interval '1 day');
"""

QUERY = "{ invoices { total } }"


class Rbac(unittest.TestCase):
    def setUp(self):
        self.database = Database(sql=SCHEMA)
        self.addCleanup(self.database.close)
        os.environ["FRAISEQL_JWT_SECRET"] = SECRET
        self.addCleanup(os.environ.pop, "FRAISEQL_JWT_SECRET")
        self.url = as_role(self.database.url, "api")

    def sql(self, text):
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.database.url,
                        "-c", text], check=True)

    def install(self):
        for _ in range(2):
            done = run("db", "install", "rbac", "--database", self.database.url)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.sql(GRANTS)

    def serve(self):
        server = Server(command=["serve", "--database", self.url, "--rbac"])
        self.addCleanup(server.close)
        return server

    def answer(self, server, **claims):
        return json.loads(server.post(json.dumps({"query": QUERY}), bearer(**claims)).text)

    def total(self, server, **claims):
        """The total that is seen, or the code of the error."""
        answer = self.answer(server, **claims)
        if "errors" in answer:
            return answer["errors"][0]["extensions"]["code"]
        return answer["data"]["invoices"][0]["total"]

    def test_it_must_be_there_and_allowed(self):
        def refusal(*options):
            done = run("serve", "--database", self.url, "--listen", "127.0.0.1:0", *options)
            self.assertNotEqual(done.returncode, 0)
            return done.stderr

        self.assertIn("db install rbac", refusal("--rbac"))
        self.install()
        self.assertIn("GRANT", refusal("--rbac"))

    def test_roles_are_inherited_per_tenant_and_changes_count(self):
        self.install()
        self.sql("GRANT USAGE ON SCHEMA rbac TO api; "
                 "GRANT EXECUTE ON FUNCTION rbac.grants_of TO api")
        server = self.serve()
        self.assertIsNone(self.total(server, sub="carl", tenant_id="t1"))
        self.assertEqual(self.total(server, sub="carl", tenant_id="t2"), "FORBIDDEN")
        self.assertEqual(self.total(server, sub="carl"), "FORBIDDEN")
        for tenant in ("t1", "t2"):
            self.assertEqual(self.total(server, sub="anna", tenant_id=tenant), 10)
        self.assertEqual(self.total(server, sub="rita", tenant_id="t1"), 10)
        self.assertEqual(self.total(server, sub="past"), "FORBIDDEN")
        self.assertEqual(self.total(server, sub="nobody' OR true --"), "FORBIDDEN")
        # Roles of the token count as well.
        self.assertEqual(self.total(server, sub="carl", tenant_id="t1", roles=["accountant"]), 10)
        token = bearer(sub="anna")
        ask = lambda: json.loads(server.post(json.dumps({"query": QUERY}), token).text)
        self.assertIn("data", ask())
        self.sql("DELETE FROM rbac.tb_user_role WHERE user_id = 'anna'")
        wait_until(lambda: "errors" in ask(), "the end of a role", 10)
        self.sql("INSERT INTO rbac.tb_user_role (user_id, role) VALUES ('anna', 'clerk')")
        wait_until(lambda: "data" in ask(), "a new role", 10)

    def test_policies_can_ask(self):
        self.install()
        self.sql("""
DO $$ BEGIN
  PERFORM set_config('app.user_id', 'rita', true), set_config('app.tenant_id', 't1', true);
  ASSERT rbac.has_role('accountant') AND rbac.has_permission('invoice.read');
  ASSERT NOT rbac.has_permission('x');
  PERFORM set_config('app.tenant_id', 't2', true);
  ASSERT NOT rbac.has_role('ring');
END $$""")


if __name__ == "__main__":
    unittest.main()
