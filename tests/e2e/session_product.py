# SPDX-License-Identifier: MIT
"""What the tests of sessions share: a server with users, and a browser with cookies."""
import json
import os
import re
import subprocess
import unittest

from product import Database, Server, run, wait_until
from test_security import as_role

KEY = "a session key for tests that has enough bytes"
CHEAP = ("--password-memory", "64", "--password-iterations", "1")
PASSWORD = "correct horse battery"
SCHEMA = """
CREATE ROLE api LOGIN;
CREATE VIEW v_note AS SELECT 1 AS id, jsonb_build_object('id', 1) AS data;
CREATE TABLE tb_log (who text);
CREATE FUNCTION fn_write() RETURNS text LANGUAGE sql AS
  $$ INSERT INTO tb_log VALUES (current_setting('app.user_id')) RETURNING who $$;
GRANT SELECT ON v_note TO api;
GRANT INSERT, SELECT ON tb_log TO api;
"""
ACCESS, REFRESH = "__Host-fraiseql_access", "__Secure-fraiseql_refresh"


class Browser:
    """Keeps cookies, and says which page asks."""

    def __init__(self, server, origin=None):
        self.server = server
        self.origin = origin or f"http://127.0.0.1:{server.port}"
        self.cookies = {}

    def send(self, method, path, body=None, **headers):
        if self.origin:
            headers.setdefault("Origin", self.origin)
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
            body = json.dumps(body)
        if cookies := "; ".join(f"{name}={value}" for name, value in self.cookies.items()):
            headers["Cookie"] = cookies
        response = self.server.request(method, path, body, headers)
        for line in response.headers.get_all("Set-Cookie") or []:
            name, value = line.split(";")[0].split("=", 1)
            self.cookies.pop(name, None)
            if value:
                self.cookies[name] = value
        return response

    def post(self, path, **body):
        return self.send("POST", path, body)

    def graphql(self, query, **headers):
        return self.send("POST", "/graphql", {"query": query}, **headers)


class Product(unittest.TestCase):
    options = ()
    cost = CHEAP

    def setUp(self):
        self.database = Database(sql=SCHEMA, settings=(
            "log_min_duration_statement=0", "log_parameter_max_length=-1"))
        self.addCleanup(self.database.close)
        os.environ["FRAISEQL_SESSION_KEY"] = KEY
        self.addCleanup(os.environ.pop, "FRAISEQL_SESSION_KEY", None)
        done = run("db", "install", "auth", "--database", self.database.url, "--role", "api")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.url = as_role(self.database.url, "api")

    def serve(self, *options):
        server = Server(command=["serve", "--database", self.url, *self.cost, *self.options,
                                 *options])
        self.addCleanup(server.close)
        # Both workers have to know which sessions were revoked, and each connection meets one.
        wait_until(lambda: all(server.request("GET", "/ready").status == 200 for _ in range(8)),
                   "a server that is ready")
        return server

    def sql(self, text, url=None):
        done = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d",
                               url or self.database.url, "-c", text], check=True,
                              capture_output=True, text=True)
        return done.stdout.strip()

    def mail(self, email):
        """Returns (kind, token) of the mail to that address, which has to be the only one."""
        found = []
        for line in self.sql("SELECT id, kind, email, token FROM auth.claim_messages()").split():
            number, kind, address, token = line.split("|")
            self.sql(f"SELECT auth.acknowledge_message({number})")
            if address == email:
                found.append((kind, token))
        self.assertEqual(len(found), 1, found)
        return found[0]

    def sign_up(self, server, email="ann@x.org", password=PASSWORD):
        browser = Browser(server)
        response = browser.post("/auth/register", email=email, password=password)
        self.assertEqual(response.status, 202, response.text)
        kind, token = self.mail(email)
        self.assertEqual(kind, "verification")
        self.assertEqual(browser.post("/auth/verify-address", token=token).status, 200)

    def sign_in(self, server, email="ann@x.org", password=PASSWORD):
        browser = Browser(server)
        response = browser.post("/auth/login", email=email, password=password)
        self.assertEqual(response.status, 200, response.text)
        return browser

    def hashes(self, server):
        text = server.request("GET", "/metrics").text
        return int(float(re.search(r"^fraiseql_password_hashes_total (\S+)", text, re.M)[1]))

    def is_refused(self, browser):
        """Whether the access token no longer counts, or does not within the promised time."""
        return wait_until(lambda: browser.graphql("{ __typename }").status == 401, "refusal", 15)
