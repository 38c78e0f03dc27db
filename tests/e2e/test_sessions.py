# SPDX-License-Identifier: MIT
"""Sessions of our own: registering, signing in and out, and what stops the start."""
import base64
import json
import os
import pathlib
import subprocess
import tempfile
import time
import unittest

from product import Server, run
from session_product import ACCESS, KEY, PASSWORD, REFRESH, Browser, Product


class Users(Product):
    def test_from_registration_to_the_end_of_the_session(self):
        server = self.serve()
        browser = Browser(server)
        answer = browser.post("/auth/register", email=" Ann@X.org ", password=PASSWORD, name="Ann")
        self.assertEqual((answer.status, answer.text), (202, '{"ok":true}'))
        # Not before the address is verified, and with the same words as for a wrong password.
        early = browser.post("/auth/login", email="ann@x.org", password=PASSWORD)
        wrong = browser.post("/auth/login", email="ann@x.org", password="something else")
        self.assertEqual((early.status, early.text), (401, wrong.text))
        _, token = self.mail("ann@x.org")
        self.assertEqual(browser.post("/auth/verify-address", token=token).status, 200)
        self.assertEqual(browser.post("/auth/verify-address", token=token).status, 400)

        answer = browser.post("/auth/login", email="ann@x.org", password=PASSWORD)
        self.assertEqual(answer.status, 200, answer.text)
        self.assertNotIn(browser.cookies[REFRESH], answer.text)
        self.assertNotIn(browser.cookies[ACCESS], answer.text)
        for cookie in answer.headers.get_all("Set-Cookie"):
            for attribute in ("HttpOnly", "Secure", "SameSite=Strict"):
                self.assertIn(attribute, cookie)
        me = json.loads(browser.send("GET", "/auth/me").text)
        self.assertEqual((me["email"], me["name"]), ("ann@x.org", "Ann"))
        written = json.loads(browser.graphql("mutation { write { result } }").text)
        self.assertEqual(written["data"]["write"]["result"], me["id"])
        self.assertEqual(browser.post("/auth/logout").status, 200)
        self.assertEqual(browser.cookies, {})

    def test_the_database_has_hashes_only_and_hears_no_password(self):
        server = self.serve()
        self.sign_up(server)
        browser = self.sign_in(server)
        old = browser.cookies[REFRESH]
        self.assertEqual(browser.post("/auth/refresh").status, 200)
        server.data('mutation { login(email: "ann@x.org", password: "%s") '
                    "{ result { userId } } }" % PASSWORD)
        browser.post("/auth/forgot-password", email="ann@x.org")
        stored = "".join(self.sql(f"SELECT row_to_json(t) FROM auth.{table} AS t") for table in (
            "tb_user", "tb_session", "tb_used_refresh_token", "tb_mailed_token", "tb_message"))
        self.assertIn("$argon2id$v=19$m=64,t=1,p=1$", stored)
        for secret in (PASSWORD, old, browser.cookies[REFRESH], browser.cookies[ACCESS]):
            self.assertNotIn(secret, stored)
            self.assertNotIn(secret, server.log())
        for secret in (PASSWORD, old, browser.cookies[REFRESH]):
            self.assertNotIn(secret, self.database.log())

    def test_graphql_does_the_same(self):
        server = self.serve()
        tokens = "{ result { accessToken refreshToken userId sessionId } }"

        def asked(query, token=None):
            headers = {"Authorization": "Bearer " + token} if token else {}
            return json.loads(server.post(json.dumps({"query": query}), headers).text)

        account = f'email: "bob@x.org", password: "{PASSWORD}"'
        self.assertEqual(asked("mutation { register(%s) { result } }" % account),
                         {"data": {"register": {"result": True}}})
        _, token = self.mail("bob@x.org")
        asked('mutation { verifyAddress(token: "%s") { result } }' % token)
        first = asked("mutation { a: login(%s) %s }" % (account, tokens))["data"]["a"]["result"]
        second = asked("mutation { login(%s) %s }" % (account, tokens))["data"]["login"]["result"]
        answer = asked("{ currentAccount { email } sessions { id isCurrent } }",
                       first["accessToken"])["data"]
        self.assertEqual(answer["currentAccount"]["email"], "bob@x.org")
        self.assertEqual({each["id"]: each["isCurrent"] for each in answer["sessions"]},
                         {first["sessionId"]: True, second["sessionId"]: False})
        revoked = 'mutation { revokeSession(id: "%s") { result } }' % second["sessionId"]
        for expected in (True, False):
            answer = asked(revoked, first["accessToken"])
            self.assertEqual(answer["data"]["revokeSession"]["result"], expected)
        refresh = 'mutation { refresh(refreshToken: "%s") %s }'
        error = asked(refresh % (second["refreshToken"], tokens))["errors"][0]
        self.assertEqual(error["extensions"]["code"], "UNAUTHENTICATED")
        self.assertEqual(error["path"], ["refresh"])
        third = asked(refresh % (first["refreshToken"], tokens))["data"]["refresh"]["result"]
        self.assertEqual(asked("mutation { logout { result } }", third["accessToken"]),
                         {"data": {"logout": {"result": True}}})
        error = asked("mutation { revokeSessions { result } }")["errors"][0]
        self.assertEqual(error["extensions"]["code"], "UNAUTHENTICATED")

    def test_what_signs_in_shares_no_transaction_and_is_not_stored(self):
        server = self.serve()
        login = 'login(email: "a@x", password: "b") { result { userId } }'
        error = server.error("mutation @transaction { %s write { result } }" % login)
        self.assertIn("transaction", error["message"])
        text = server.post(json.dumps({"query": "mutation { %s }" % login}),
                           {"Idempotency-Key": "k"}).text
        self.assertIn("Idempotency-Key", json.loads(text)["errors"][0]["message"])
        self.assertEqual(server.request("GET", "/auth/login").status, 405)
        self.assertEqual(self.hashes(server), 0)

    def test_new_costs_are_taken_up_when_the_user_signs_in(self):
        server = self.serve()
        self.sign_up(server)
        server.close()
        self.cost = ("--password-memory", "64", "--password-iterations", "2")
        server = self.serve()
        self.sign_in(server)
        self.assertEqual(self.hashes(server), 2)
        self.assertIn("m=64,t=2,p=1", self.sql("SELECT password_hash FROM auth.tb_user"))
        self.sign_in(server)
        self.assertEqual(self.hashes(server), 3)

    def test_claims_come_from_the_database_but_not_those_of_the_token_itself(self):
        server = self.serve()
        self.sign_up(server)
        self.sql("""UPDATE auth.tb_user SET tenant_id = 't1', roles = '{editor}',
                    claims = '{"exp": 99999999999, "sid": "x", "plan": "gold"}'""")
        browser = self.sign_in(server)
        part = browser.cookies[ACCESS].split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        self.assertEqual((claims["tenant_id"], claims["roles"], claims["plan"]),
                         ("t1", ["editor"], "gold"))
        self.assertLess(claims["exp"], time.time() + 901)
        self.assertNotEqual(claims["sid"], "x")

    def test_bad_bodies(self):
        server = self.serve()
        browser = Browser(server)
        for body in ({}, {"email": "a@x"}, {"email": 1, "password": "x"},
                     {"email": "a@x", "password": "x", "admin": "1"}):
            self.assertEqual(browser.post("/auth/login", **body).status, 400, body)
        form = browser.send("POST", "/auth/login", **{"Content-Type": "text/plain"})
        self.assertEqual(form.status, 415)
        for email, password in (("nobody", PASSWORD), ("a@x", "short"), ("a@x", "x" * 1025),
                                ("longer@x.org", "longer@x.org"), ("a\0@x", PASSWORD)):
            answer = browser.post("/auth/register", email=email, password=password)
            self.assertEqual(answer.status, 400, (email, answer.text))
        self.assertEqual(browser.post("/auth/nothing").status, 404)
        self.assertEqual(self.hashes(server), 0)


class Configuration(Product):
    def refusal(self, *options, url=None):
        done = run("serve", "--database", url or self.url, "--listen", "127.0.0.1:0", *options)
        self.assertNotEqual(done.returncode, 0)
        return done.stderr

    def test_what_cannot_work_stops_the_start(self):
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as key:
            self.assertIn("two session keys", self.refusal("--session-key-file", key.name))
            os.environ["FRAISEQL_SESSION_KEY"] = "short"
            self.assertIn("--session-key-file", self.refusal())
            os.environ.pop("FRAISEQL_SESSION_KEY")
            key.write("-----BEGIN PRIVATE KEY-----\nnone\n-----END PRIVATE KEY-----\n")
            key.flush()
            self.assertIn("Ed25519", self.refusal("--session-key-file", key.name))
        os.environ["FRAISEQL_SESSION_KEY"] = KEY
        self.assertIn("KiB", self.refusal("--password-memory", "8", "--password-lanes", "64"))
        self.sql("REVOKE USAGE ON SCHEMA auth FROM api")
        self.assertIn("db install auth", self.refusal())
        self.sql("GRANT USAGE ON SCHEMA auth TO api;"
                 "ALTER FUNCTION auth.begin_password_change RENAME TO begin")
        self.assertIn("no auth.begin_password_change", self.refusal())
        self.sql("DROP SCHEMA auth CASCADE")
        self.assertIn("db install auth", self.refusal())

    def test_an_ed25519_key_signs_what_others_can_verify(self):
        os.environ.pop("FRAISEQL_SESSION_KEY")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        key = pathlib.Path(folder.name) / "key.pem"
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True)
        server = self.serve("--session-key-file", str(key))
        self.sign_up(server)
        browser = self.sign_in(server)
        self.assertEqual(browser.send("GET", "/auth/me").status, 200)

    def test_without_a_key_there_are_no_sessions(self):
        os.environ.pop("FRAISEQL_SESSION_KEY")
        server = Server(command=["serve", "--database", self.url])
        self.addCleanup(server.close)
        self.assertEqual(server.request("POST", "/auth/login", "{}").status, 404)
        login = 'mutation { login(email: "a@x", password: "b") { result { userId } } }'
        error = server.error(login)
        self.assertEqual(error["extensions"]["code"], "FORBIDDEN")

    def test_the_servers_role_reads_no_table_and_sends_no_mail(self):
        for statement in ("SELECT FROM auth.tb_user", "SELECT FROM auth.tb_session",
                          "SELECT auth.claim_messages()", "SELECT auth.revoke_all(NULL)"):
            with self.assertRaises(subprocess.CalledProcessError, msg=statement):
                self.sql(statement, self.url)

    def test_what_session_lines_must_be(self):
        for line, shape in (("@session logn", "(p_answer jsonb)"), ("@session login", "()"),
                            ("@session login", "(p_answer text)")):
            self.sql(f"CREATE FUNCTION fn_x{shape} RETURNS int LANGUAGE sql AS 'SELECT 1'; "
                     f"COMMENT ON FUNCTION fn_x IS '{line}'")
            self.assertIn("@session", self.refusal())
            self.sql("DROP FUNCTION fn_x")

if __name__ == "__main__":
    unittest.main()
