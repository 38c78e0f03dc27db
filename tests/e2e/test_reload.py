# SPDX-License-Identifier: MIT
"""Settings that are read again while a server runs: each one that says so takes effect, all else is
named, and what is wrong changes nothing."""
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import threading
import unittest
import urllib.parse

import product

SCHEMA = """
CREATE TABLE tb_item (id int PRIMARY KEY);
INSERT INTO tb_item SELECT generate_series(1, 5);
CREATE VIEW v_item AS SELECT id, jsonb_build_object('id', id,
    'inside', jsonb_build_object('id', id),
    'parts', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', p.id)), '[]')
              FROM tb_item p WHERE p.id = i.id)) AS data FROM tb_item i;
CREATE VIEW v_nap AS
    SELECT 1 AS id, jsonb_build_object('id', 1, 'nap', pg_sleep(1.5)::text) AS data;
CREATE VIEW v_said AS SELECT 1 AS id, jsonb_build_object('sql', current_query()) AS data;
CREATE VIEW v_secret AS SELECT 1 AS id, jsonb_build_object('id', 1) AS data;
COMMENT ON VIEW v_secret IS '@authorize role:reader';
CREATE FUNCTION fn_broken() RETURNS int LANGUAGE plpgsql STABLE AS
    $$ BEGIN RETURN 1 / (random() * 0)::int; END $$;
"""
TOKEN = "an-admin-token-that-is-long-enough-for-anybody"
OTHER_TOKEN = "another-admin-token-that-is-long-enough-too-yes"
ORIGIN = {"Origin": "https://a.example"}
TRACED = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}
# RFC 7517, appendix A.1.
KEY = {"kty": "EC", "crv": "P-256", "kid": "1",
       "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
       "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}
# Of all servers here: none of it reloads.
BASE = 'workers = 1\nenvironment = "development"\notlp-endpoint = "http://127.0.0.1:9"\n'


class Reloaded(unittest.TestCase):
    """One database, and a server with a settings file."""

    @classmethod
    def setUpClass(cls):
        cls.database = product.Database(sql=SCHEMA)
        cls.addClassCleanup(cls.database.close)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.file = self.folder / "shop.toml"
        (self.folder / "token").write_text(TOKEN)

    def serve(self, text="", *options, path=None):
        self.file.write_text(BASE + text)
        self.server = product.Server(command=["serve", "--database", self.database.url, "--config",
                                              str(path or self.file), *options])
        self.addCleanup(self.server.close)
        return self.server

    def hang_up(self):
        self.server.process.send_signal(signal.SIGHUP)

    def said(self, text, times=1):
        product.wait_until(lambda: self.server.log().count(text) >= times, f"{times} × {text!r}")

    def ask(self, query, headers=None, padding=0):
        """The status of the answer, and what it says."""
        body = json.dumps({"query": query}) + " " * padding
        response = self.server.post(body, headers)
        return response, json.loads(response.text)

    def code(self, query):
        """The code of the first error; nothing where there is none."""
        errors = self.ask(query)[1].get("errors")
        return errors and errors[0]["extensions"]["code"]

    def status(self, path, headers=None):
        return self.server.request("GET", path, headers=headers).status


class EachSetting(Reloaded):
    # Each: what the file has besides, the change, how to see it, and what is seen then; before, and
    # after it was taken back, that is something else.
    def items(self):
        answer = self.ask("{ items { id } }")[1]
        return len(answer["data"]["items"])

    def field(self, name, headers):
        return self.ask("{ __typename }", headers)[0].getheader(name)

    def crowd(self):
        """The statuses of two requests at a time."""
        statuses = []

        def ask():
            statuses.append(self.ask("{ naps { nap } }")[0].status)

        both = [threading.Thread(target=ask) for _ in range(2)]
        for each in both:
            each.start()
        for each in both:
            each.join()
        return sorted(statuses)

    def next_to_another(self):
        """The status of a request while there is another connection."""
        with socket.create_connection(("127.0.0.1", self.server.port)):
            try:
                return self.status("/health")
            except (OSError, http.client.HTTPException):
                return 503

    def twice(self):
        self.ask("{ __typename }")
        return self.ask("{ __typename }")[0].status

    def secrets(self):
        fields = self.ask("{ __schema { queryType { fields { name } } } }")[1]
        return "secrets" in [each["name"] for each in
                             fields["data"]["__schema"]["queryType"]["fields"]]

    def accessed(self, entry="answered"):
        """The line of the log about a request."""
        name = os.urandom(8).hex()
        self.ask("{ naps { nap } }", {"X-Request-Id": name})
        lines = [line for line in self.server.log().splitlines() if name in line and entry in line]
        return lines[0][0] if lines else ""

    def accessed_soon(self):
        return product.wait_until(self.accessed, "a line of the access log")

    def shown(self):
        """Whether it says that nothing is different; asks it to."""
        self.hang_up()
        return self.server.log().count("same as before") > self.mark

    PROBES = {
        "max-list-items": ("", "max-list-items = 2", lambda self: self.code(
            "{ items(where: {id: {in: [1, 2, 3]}}) { id } }"), "BAD_USER_INPUT"),
        "max-body-bytes": ("", "max-body-bytes = 1024", lambda self: self.ask(
            "{ __typename }", padding=3000)[0].status, 413),
        "default-page-size": ("", "default-page-size = 2", items, 2),
        "max-page-size": ("default-page-size = 2", "max-page-size = 3", lambda self: self.code(
            "{ items(limit: 4) { id } }"), "BAD_USER_INPUT"),
        "max-depth": ("", "max-depth = 1", lambda self: self.code(
            "{ items { inside { id } } }"), "QUERY_TOO_COMPLEX"),
        "max-complexity": ("", "max-complexity = 1", lambda self: self.code(
            "{ items { id } }"), "QUERY_TOO_COMPLEX"),
        "max-root-fields": ("", "max-root-fields = 1", lambda self: self.code(
            "{ items { id } naps { id } }"), "QUERY_TOO_COMPLEX"),
        "max-aliases": ("", "max-aliases = 1", lambda self: self.code(
            "{ a: items { id } b: items { id } }"), "QUERY_TOO_COMPLEX"),
        "assumed-list-size": ("", "assumed-list-size = 1000000", lambda self: self.code(
            "{ items { parts { id } } }"), "QUERY_TOO_COMPLEX"),
        "max-plan-cost": ("", "max-plan-cost = 0.01", lambda self: self.code(
            "{ items { id } }"), "QUERY_TOO_COMPLEX"),
        "show-forbidden": ("", "show-forbidden = true", secrets, True),
        "cors-origin": ("", 'cors-origin = "https://a.example"', lambda self: self.field(
            "Access-Control-Allow-Origin", ORIGIN), "https://a.example"),
        "cors-credentials": ('cors-origin = "https://a.example"', "cors-credentials = true",
                             lambda self: self.field("Access-Control-Allow-Credentials", ORIGIN),
                             "true"),
        "trusted-proxy": ('deny-address = "192.0.2.7/32"', 'trusted-proxy = "127.0.0.0/8"',
                          lambda self: self.ask("{ __typename }", {
                              "X-Forwarded-For": "192.0.2.7"})[0].status, 403),
        "forwarded-header": ('deny-address = "192.0.2.7/32"\ntrusted-proxy = "127.0.0.0/8"',
                             'forwarded-header = "Forwarded"',
                             lambda self: self.ask("{ __typename }", {
                                 "Forwarded": "for=192.0.2.7"})[0].status, 403),
        "max-connections": ("", "max-connections = 1", next_to_another, 503),
        "rate-limit": ("", 'rate-limit = "ip 1/1h"', twice, 429),
        "deny-address": ("", 'deny-address = "127.0.0.0/8"', twice, 403),
        "allow-address": ("", 'allow-address = "192.0.2.0/24"', twice, 403),
        "unlimited-address": ('rate-limit = "ip 1/2h"', 'unlimited-address = "127.0.0.0/8"', twice,
                              200),
        "max-concurrent-requests": ("", "max-concurrent-requests = 1", crowd, [200, 429]),
        "introspection": ("", 'introspection = "off"', lambda self: self.code(
            "{ __schema { queryType { name } } }"), "FORBIDDEN"),
        "graphiql": ("", 'graphiql = "off"', lambda self: self.status("/"), 404),
        "error-details": ("", 'error-details = "off"', lambda self: "division" in json.dumps(
            self.ask("{ broken }")[1]), False),
        "admin": ("", 'admin = "off"', lambda self: self.status("/admin/state"), 404),
        "admin-token-file": ("", 'admin-token-file = "TOKEN"', lambda self: self.status(
            "/admin/state"), 401),
        "access-log": ("", "access-log = true", lambda self: self.accessed() != "", True),
        "log-format": ("access-log = true", 'log-format = "json"', accessed_soon, "{"),
        "slow-operation": ("", 'slow-operation = "1ms"', lambda self: self.accessed(
            "slow operation") != "", True),
        "trace-sample": ("trace-sample = 0.0", "trace-sample = 1.0", lambda self: self.field(
            "traceresponse", {}) is not None, True),
        "trace-trusted": ("trace-sample = 0.0", 'trace-trusted = "127.0.0.0/8"',
                          lambda self: self.field("traceresponse", TRACED) is not None, True),
        "trace-sql-comments": ("trace-sample = 1.0", "trace-sql-comments = true",
                               lambda self: "traceparent" in self.ask("{ saids { sql } }")[1][
                                   "data"]["saids"][0]["sql"], True),
        "log-level": ('log-level = "warning"', 'log-level = "info"', shown, True),
    }

    def test_all_that_say_so_take_effect(self):
        said = json.loads(product.run("config", "--format", "json").stdout)
        self.assertEqual({name for name, each in said.items() if each["reloads"]},
                         set(self.PROBES), "each has a probe, and nothing else has one")
        self.audit = self.folder / "audit"
        self.serve("", "--audit-log", str(self.audit))
        for name, (given, changed, see, after) in self.PROBES.items():
            with self.subTest(setting=name):
                self.check(name, given, changed, see, after)

    def check(self, name, given, changed, see, after):
        """There, and back again: as it was. Of a key that is there twice, the later is meant."""
        changed = changed.replace("TOKEN", str(self.folder / "token"))
        key = changed.split(" =")[0]
        kept = given.splitlines()
        others = [line for line in kept if line.split(" =")[0] != key]
        keys = [line.split(" =")[0] for line in kept]
        self.turn(kept, keys)
        self.mark = self.server.log().count("same as before")
        product.wait_until(lambda: see(self) != after, f"{name} as it is given")
        before = see(self)
        self.turn([*others, changed], [key])
        product.wait_until(lambda: see(self) == after, f"{changed} (seen: {see(self)!r})")
        self.turn(kept, [key])
        self.mark = self.server.log().count("same as before")
        product.wait_until(lambda: see(self) == before, f"{name}: {before!r} again")
        self.turn([], keys)

    def turn(self, lines, keys):
        """Replaces the file, and waits until there is an event about each of `keys`."""
        said = {key: self.events(key) for key in keys}
        written = self.folder / "written"
        written.write_text(BASE + "".join(f"{line}\n" for line in lines))
        written.rename(self.file)
        self.hang_up()
        for key, times in said.items():
            product.wait_until(lambda: self.events(key) > times, f"an event about {key}")

    def events(self, key):
        return len(re.findall(f"(?:settings: |; ){key} is ", self.audit.read_text()))


class Reload(Reloaded):
    def test_a_file_that_is_replaced(self):
        # As editors do it, and as Kubernetes does it with a ConfigMap.
        for number in (1, 2):
            (self.folder / str(number)).mkdir()
        data = self.folder / "data"
        data.symlink_to("1")
        link = self.folder / "linked.toml"
        link.symlink_to("data/shop.toml")
        (self.folder / "1" / "shop.toml").write_text(BASE)
        (self.folder / "2" / "shop.toml").write_text(BASE + "max-depth = 1\n")
        self.serve(path=link)
        self.assertIsNone(self.code("{ items { inside { id } } }"))
        later = self.folder / "later"
        later.symlink_to("2")
        later.rename(data)
        self.said(f"settings: max-depth is 1 now ({link} line 4); it was 15")
        self.assertEqual(self.code("{ items { inside { id } } }"), "QUERY_TOO_COMPLEX")
        written = self.folder / "2" / "written"
        written.write_text(BASE + "max-depth = 7\n")
        written.rename(self.folder / "2" / "shop.toml")
        self.said("settings: max-depth is 7 now")
        self.assertIsNone(self.code("{ items { inside { id } } }"))

    def test_what_is_wrong_changes_nothing_and_says_why(self):
        audit = self.folder / "audit"
        self.serve("max-depth = 1\n", "--audit-log", str(audit))
        path = str(self.file)
        for text, why in ((BASE + "max-deep = 2\n", f'{path}, line 4: "max-deep" is no setting'),
                          (BASE + 'max-depth = "deep"\n', "--max-depth"),
                          (BASE + "max-depth = 0\n", f"It is set by {path} line 4"),
                          ("max-depth 9\n", f"{path}, line 1, column"),
                          (BASE + "default-page-size = 9\nmax-page-size = 8\n",
                           "--default-page-size is larger than --max-page-size"),
                          (BASE + "cors-credentials = true\n", "--cors-"),
                          (BASE + 'rate-limit = "ip 1/1h on nowhere"\n', '"nowhere"'),
                          (BASE + 'admin-token-file = "/nowhere"\n', "/nowhere"),
                          (BASE + 'jwks-file = "/nowhere/at/all"\n', "/nowhere/at/all")):
            with self.subTest(text=text):
                before = self.server.log().count("nothing is changed")
                self.file.write_text(text)
                self.hang_up()
                self.said("settings: nothing is changed.", before + 1)
                self.assertIn(why, self.server.log().split("nothing is changed.")[before + 1])
                self.assertEqual(self.code("{ items { inside { id } } }"), "QUERY_TOO_COMPLEX")
        self.file.unlink()
        count = self.server.log().count("cannot be read")
        self.said("cannot be read", count + 1)
        self.file.write_text(BASE + "max-depth = 9\n")
        self.said("settings: max-depth is 9 now")
        self.assertIsNone(self.code("{ items { inside { id } } }"))
        product.wait_until(lambda: "max-depth is 9 now" in audit.read_text(), "the event")
        events = [each["detail"] for each in map(json.loads, audit.read_text().splitlines())
                  if each["event"] == "config.changed"]
        self.assertIn("settings: nothing is changed.", events[0])
        self.assertIn(f"settings: max-depth is 9 now ({path} line 4); it was 1", events)

    def test_the_command_line_still_wins(self):
        self.serve("max-depth = 9\n", "--max-depth", "1")
        self.file.write_text(BASE + "max-depth = 8\nmax-aliases = 3\n")
        self.hang_up()
        self.said("settings: max-aliases is 3 now")
        self.assertNotIn("settings: max-depth", self.server.log())
        self.assertEqual(self.code("{ items { inside { id } } }"), "QUERY_TOO_COMPLEX")
        self.hang_up()
        self.said("settings: they are the same as before")

    def test_a_request_keeps_the_settings_that_it_began_with(self):
        self.serve('cors-origin = "https://a.example"\nerror-details = "on"\n')
        answers = []
        thread = threading.Thread(target=lambda: answers.append(
            self.ask("{ naps { nap } broken }", ORIGIN)))
        thread.start()
        naps = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%nap%' AND state = 'active'"
        product.wait_until(lambda: self.query(f"{naps} AND pid <> pg_backend_pid()") != "0",
                           "the nap")
        self.file.write_text(BASE + 'error-details = "off"\n')
        self.hang_up()
        self.said("settings: cors-origin is nothing now")
        thread.join()
        response, answer = answers[0]
        self.assertEqual(response.getheader("Access-Control-Allow-Origin"), ORIGIN["Origin"])
        self.assertIn("division", json.dumps(answer))
        response, answer = self.ask("{ broken }", ORIGIN)
        self.assertIsNone(response.getheader("Access-Control-Allow-Origin"))
        self.assertNotIn("division", json.dumps(answer))

    def query(self, sql):
        return subprocess.run(["psql", "-XqAt", "-d", self.database.url, "-c", sql], check=True,
                              capture_output=True, text=True).stdout.strip()

    def test_limits_go_on_counting(self):
        self.serve('rate-limit = "ip 2/1h"\n')
        self.assertEqual(self.ask("{ __typename }")[0].status, 200)
        self.file.write_text(BASE + 'rate-limit = ["ip 2/1h", "user 50/1m"]\n')
        self.hang_up()
        self.said("settings: rate-limit is ip 2/1h,user 50/1m now")
        self.assertEqual([self.ask("{ __typename }")[0].status for _ in range(2)], [200, 429])
        product.wait_until(lambda: 'fraiseql_limited_requests_total{reason="rate"} 1' in
                           self.server.request("GET", "/metrics").text, "the count")

    def test_another_token_for_administrators(self):
        self.serve(f'admin-token-file = "{self.folder / "token"}"\n')
        self.assertEqual(self.status("/admin/state", {"Admin-Token": TOKEN}), 200)
        (self.folder / "token").write_text(OTHER_TOKEN)
        self.hang_up()
        self.said("settings: admin-token-file has another token in it")
        self.assertEqual(self.status("/admin/state", {"Admin-Token": TOKEN}), 401)
        self.assertEqual(self.status("/admin/state", {"Admin-Token": OTHER_TOKEN}), 200)
        self.assertNotIn(OTHER_TOKEN, self.server.log())

    def test_signals_while_it_stops(self):
        server = self.serve("", "--shutdown-delay", "1")
        for i in range(50):
            self.file.write_text(BASE + f"max-depth = {i + 2}\n")
            self.hang_up()
        server.process.send_signal(signal.SIGTERM)
        for i in range(50):
            if server.process.poll() is None:
                self.hang_up()
        self.assertEqual(server.process.wait(product.PATIENCE), 0, server.log())

    def test_demo_has_them_too(self):
        self.file.write_text("max-depth = 14\n")
        self.server = product.Server(command=["demo", "--config", str(self.file)])
        self.addCleanup(self.server.close)
        self.file.write_text("max-depth = 1\n")
        self.hang_up()
        self.said("settings: max-depth is 1 now")
        self.assertEqual(self.code("{ posts { author { name } } }"), "QUERY_TOO_COMPLEX")


class Restart(Reloaded):
    """What needs a restart is named, all of it."""

    def rounds(self):
        """Settings that go together, each with a value that is not the default."""
        url = self.database.url
        secret = self.folder / "secret"
        secret.write_text("a secret that is long enough for tokens of anybody")
        keys = self.folder / "keys"
        keys.write_text(json.dumps({"keys": [KEY]}))
        certificate, key = self.folder / "certificate", self.folder / "key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=a", "-days", "2",
                        "-keyout", key, "-out", certificate], check=True, capture_output=True)
        headers = self.folder / "headers"
        headers.write_text("X-Key: 1\n")
        proxy = urllib.parse.urlsplit(url)
        return [
            {"database": f"{url}&application_name=b", "workers": 2, "environment": "production",
             "replica": proxy._replace(query=proxy.query + "&application_name=c").geturl(),
             "max-replica-lag": 4000, "timeout": 31, "schema-poll": 11, "startup-wait": 11,
             "schema-cache": str(self.folder / "cache"), "shutdown-delay": 1, "refresh": False,
             "pool-quick": 3, "pool-exclusive": 5, "pool-lifetime": 60, "pool-idle": 60,
             "pool-check": 60, "prepared-statements": "on", "direct-database": url,
             "ready-if": "SELECT true", "filter-style": "both", "plan-cache": 65,
             "operations": str(self.folder), "only-registered": True, "persisted-queries": False,
             "cache-memory": 65, "cache-database": 257, "cache-lease": 1, "cache-store-after": 6,
             "jwt-secret-file": str(secret), "jwt-issuer": "i", "jwt-leeway": 31,
             "require-token": True, "rbac": True, "allow-rls-bypass": "v_item", "audit-log":
             str(self.folder / "audit"), "audit-rows": True, "jwt-audience": "a",
             "jwt-preset": "auth0", "jwt-roles-claim": "r", "jwt-permissions-claim": "p",
             "jwt-tenant-claim": "t", "jwt-setting": "app.a=b", "jwt-claims-setting": "app.c",
             "database-role-claim": "d", "database-roles": "api", "anonymous-role": "api",
             "tls-terminated": True, "hsts-max-age": 60, "metrics": "off",
             "rate-limit": "ip 9/1s", "rate-limit-store": "database",
             "rate-limit-fallback": "refuse",
             "otlp-endpoint": "http://127.0.0.1:10", "otlp-headers-file": str(headers), "otlp-ca-file": str(certificate),
             "otlp-service-name": "b", "trace-statements": True, "socket-init-timeout": 11,
             "max-socket-operations": 101, "max-socket-queue": 5, "max-subscriptions": 1001,
             "subscription-interval": 101},
            {"adaptive-operations": 5, "jwks-url": "https://id.example/keys",
             "jwks-ca-file": str(certificate), "tls-certificate": str(certificate),
             "tls-key": str(key), "session-key-file": str(secret), "access-token-lifetime": 800,
             "session-lifetime": 2000, "unverified-addresses": True, "password-min-length": 9,
             "password-memory": 19457, "password-iterations": 3, "password-lanes": 2,
             "password-threads": 3},
            {"jwks-file": str(keys)},
        ]

    def test_each_is_named(self):
        said = json.loads(product.run("config", "--format", "json").stdout)
        # The harness gives it on the command line.
        fixed = {name for name, each in said.items() if not each["reloads"]} - {"listen"}
        rounds = self.rounds()
        self.assertLessEqual(fixed, {name for each in rounds for name in each})
        self.file.write_text(BASE + f'database = "{self.database.url}"\n')
        self.server = product.Server(command=["serve", "--config", str(self.file)])
        self.addCleanup(self.server.close)
        for each in rounds:
            begun = len(self.server.log())
            values = {"workers": 1, "environment": "development",
                      "database": self.database.url, "otlp-endpoint": "http://127.0.0.1:9"} | each
            self.file.write_text("".join(f"{name} = {json.dumps(value)}\n"
                                         for name, value in values.items()))
            self.hang_up()
            product.wait_until(lambda: "settings: " in self.server.log()[begun:], "news")
            self.assertNotIn("nothing is changed", self.server.log()[begun:])
            for name in fixed & set(each):
                self.said(f"settings: {name} needs a restart to become ")
        self.assertEqual(self.items_status(), 200)

    def items_status(self):
        return self.ask("{ items { id } }")[0].status


if __name__ == "__main__":
    unittest.main()
