# SPDX-License-Identifier: MIT
"""Keys that an issuer publishes: read by HTTPS, followed as they change, and not for others."""
import base64
import http.server
import json
import os
import pathlib
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

from product import Database, Server, run, wait_until
from test_security import encoded

SCHEMA = """
CREATE FUNCTION fn_whoami() RETURNS text LANGUAGE sql STABLE
  AS $$ SELECT current_setting('app.user_id', true) $$;
CREATE VIEW v_thing AS SELECT 1 AS id, jsonb_build_object('id', 1) AS data;
"""


def openssl(*arguments, text=None):
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True,
                          input=text).stdout


class Key:
    """An RSA key with an id, and tokens signed by it."""

    def __init__(self, folder, kid, bits=2048):
        self.kid = kid
        self.file = str(folder / f"{kid}.pem")
        openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{bits}",
                "-out", self.file)
        modulus = openssl("rsa", "-in", self.file, "-noout", "-modulus").decode()
        self.modulus = bytes.fromhex(modulus.strip().partition("=")[2])

    def jwk(self):
        return {"kty": "RSA", "kid": self.kid, "use": "sig", "alg": "RS256",
                "n": encoded(self.modulus), "e": "AQAB"}

    def public_pem(self):
        return openssl("rsa", "-in", self.file, "-pubout")

    def token(self, header=None, **claims):
        claims = {"exp": int(time.time()) + 3600, "sub": "ann"} | claims
        head = {"alg": "RS256", "kid": self.kid} | (header or {})
        text = encoded(json.dumps(head).encode()) + "." + encoded(json.dumps(claims).encode())
        return text + "." + encoded(openssl("dgst", "-sha256", "-sign", self.file,
                                            text=text.encode()))


class Issuer:
    """A web server with a key set. Counts who asks; `answer` may be changed at any time."""

    def __init__(self, keys, tls=None):
        self.keys, self.asked, self.status, self.body = keys, 0, 200, None
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                issuer.asked += 1
                body = issuer.body
                if body is None:
                    body = json.dumps({"keys": [key.jwk() for key in issuer.keys]}).encode()
                self.send_response(issuer.status)
                self.send_header("Cache-Control", "public, max-age=3600")
                self.send_header("Location", "http://127.0.0.1:1/")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    pass

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_port
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}/jwks.json"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Keys(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database(sql=SCHEMA)
        cls.addClassCleanup(cls.database.close)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.one, cls.two = Key(cls.folder, "one"), Key(cls.folder, "two")

    def issuer(self, *keys, **options):
        issuer = Issuer(list(keys), **options)
        self.addCleanup(issuer.close)
        return issuer

    def serve(self, *options):
        server = Server(command=["serve", "--database", self.database.url, *options])
        self.addCleanup(server.close)
        return server

    def whoami(self, server, token):
        response = server.post('{"query":"{ whoami }"}', {"Authorization": "Bearer " + token})
        return json.loads(response.text)["data"]["whoami"] if response.status == 200 \
            else response.status

    def refused(self, *options):
        done = run("serve", "--database", self.database.url, "--listen", "127.0.0.1:0", *options)
        self.assertNotEqual(done.returncode, 0)
        return done.stderr

    def test_a_new_key_is_found_when_a_token_has_it(self):
        issuer = self.issuer(self.one)
        audit = self.folder / "audit.jsonl"
        server = self.serve("--jwks-url", issuer.url, "--audit-log", str(audit))
        self.assertEqual(self.whoami(server, self.one.token()), "ann")
        self.assertEqual(self.whoami(server, self.two.token()), 401)
        self.assertEqual(issuer.asked, 1, "within the first seconds nothing is read twice")
        issuer.keys = [self.two]
        wait_until(lambda: self.whoami(server, self.two.token(sub="bob")) == "bob", "the new key")
        self.assertEqual(self.whoami(server, self.one.token()), 401, "its key was withdrawn")
        changes = wait_until(lambda: [each["detail"] for each in map(
            json.loads, audit.read_text().splitlines()) if each["event"] == "config.changed"],
            "the record of it")
        self.assertEqual(changes, ['keys of tokens: added "two"; removed "one"; 1 in use'])

    def test_unknown_keys_do_not_make_the_issuer_work(self):
        issuer = self.issuer(self.one)
        server = self.serve("--jwks-url", issuer.url)
        strangers = [self.two.token(header={"kid": f"k{i}"}) for i in range(40)]
        for token in strangers:
            self.assertEqual(self.whoami(server, token), 401)
        self.assertLessEqual(issuer.asked, 2)

    def test_keys_stay_in_use_while_the_issuer_fails(self):
        issuer = self.issuer(self.one)
        server = self.serve("--jwks-url", issuer.url)
        for status, body in ((500, b""), (200, b"{}"), (200, b"x" * 400_000), (302, b"")):
            issuer.status, issuer.body = status, body
            asked = issuer.asked
            wait_until(lambda: self.whoami(server, self.two.token()) == 401
                       and issuer.asked > asked, "another look at the keys")
            self.assertEqual(self.whoami(server, self.one.token()), "ann")
            server.wait_for_log("keys of tokens")
            break_in = [line for line in server.log().splitlines() if "keys of tokens" in line]
            self.assertIn("stay in use", break_in[-1])

    def test_each_issuer_vouches_for_itself_only(self):
        first, second = self.issuer(self.one), self.issuer(self.two)
        server = self.serve("--jwks-url", f"https://one.example={first.url}",
                            "--jwks-url", f"https://two.example={second.url}")
        self.assertEqual(self.whoami(server, self.one.token(iss="https://one.example")), "ann")
        self.assertEqual(self.whoami(server, self.two.token(iss="https://two.example")), "ann")
        self.assertEqual(self.whoami(server, self.one.token(iss="https://two.example")), 401)
        self.assertEqual(self.whoami(server, self.one.token()), 401)

    def test_https_is_verified(self):
        certificate = str(self.folder / "tls.pem")
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=x",
                "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", certificate + ".key",
                "-out", certificate)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate, certificate + ".key")
        issuer = self.issuer(self.one, tls=tls)
        self.assertIn("certificate", self.refused("--jwks-url", issuer.url))
        server = self.serve("--jwks-url", issuer.url, "--jwks-ca-file", certificate)
        self.assertEqual(self.whoami(server, self.one.token()), "ann")

    def test_what_is_not_safe_or_not_there_stops_the_start(self):
        self.assertIn("no https:// URL", self.refused("--jwks-url", "http://example.org/jwks.json"))
        self.assertIn("127.0.0.1:1", self.refused("--jwks-url", "http://127.0.0.1:1/jwks.json"))
        self.assertIn("names no issuer", self.refused("--jwks-url", "https://a.example",
                                                      "--jwks-url", "https://b.example"))
        weak = self.issuer(Key(self.folder, "weak", bits=1024))
        self.assertIn("2048", self.refused("--jwks-url", weak.url))

    def test_attacks_with_a_published_key(self):
        issuer = self.issuer(self.one)
        server = self.serve("--jwks-url", issuer.url, "--jwt-audience", "api")
        good = self.one.token(aud="api")
        self.assertEqual(self.whoami(server, good), "ann")
        asked = issuer.asked
        head, payload, signature = good.split(".")

        def forged(header, key=b""):
            text = encoded(json.dumps(header).encode()) + "." + payload
            import hashlib
            import hmac
            return text + "." + encoded(hmac.new(key, text.encode(), hashlib.sha256).digest())

        def with_header(**header):
            return self.two.token(header=header, aud="api")

        other = self.two.jwk()
        attacks = {
            "none": forged({"alg": "none", "kid": "one"}).rsplit(".", 1)[0] + ".",
            "None": forged({"alg": "nOnE", "kid": "one"}),
            "confusion, PEM": forged({"alg": "HS256", "kid": "one"}, self.one.public_pem()),
            "confusion, modulus": forged({"alg": "HS256", "kid": "one"}, self.one.modulus),
            "confusion, n": forged({"alg": "HS256", "kid": "one"},
                                   self.one.jwk()["n"].encode()),
            "confusion, empty key": forged({"alg": "HS256", "kid": "one"}),
            "another algorithm": self.one.token(header={"alg": "PS256"}, aud="api"),
            "kid path": with_header(kid="../../../../dev/null"),
            "kid SQL": with_header(kid="one' UNION SELECT 'key"),
            "kid shell": with_header(kid="one; rm -rf /"),
            "kid of another": with_header(kid="one"),
            "kid no text": with_header(kid=1),
            "no kid": with_header(kid=None),
            "embedded key": with_header(kid="one", jwk=other),
            "key URL": with_header(kid="two", jku=f"http://127.0.0.1:{issuer.port}/jwks.json"),
            "certificate URL": with_header(kid="two", x5u=f"http://127.0.0.1:{issuer.port}/x"),
            "certificate": with_header(kid="one", x5c=[base64.b64encode(b"x").decode()]),
            "critical": self.one.token(header={"crit": ["b64"], "b64": False}, aud="api"),
            "expired": self.one.token(aud="api", exp=int(time.time()) - 3600),
            "no expiry": self.one.token(aud="api", exp=None),
            "expiry as text": self.one.token(aud="api", exp="9999999999"),
            "not yet": self.one.token(aud="api", nbf=int(time.time()) + 3600),
            "no audience": self.one.token(),
            "wrong audience": self.one.token(aud="another"),
            "audiences": self.one.token(aud=["a", "b"]),
            "signature cut": good[:-8], "signature gone": head + "." + payload + ".",
            "payload changed": head + "." + encoded(b'{"sub":"root"}') + "." + signature,
            "two parts": head + "." + payload, "four parts": good + ".x",
            "padding": good + "==", "line break": head + ".\t" + payload + "." + signature,
            "not base64": "!" + good, "not JSON": encoded(b"x") + "." + payload + "." + signature,
            "duplicate keys": encoded(b'{"alg":"RS256","alg":"none"}') + "." + payload + ".",
            "deep": encoded(b"[" * 3000) + "." + payload + "." + signature,
            "long": self.one.token(aud="api", x="y" * 14_000),
        }
        for name, token in attacks.items():
            response = server.post('{"query":"{ whoami }"}', {"Authorization": "Bearer " + token})
            self.assertIn(response.status, (400, 401, 431), name)
            self.assertNotIn('"data":{', response.text, name)
            self.assertNotIn("ann", response.text, name)
        self.assertLessEqual(issuer.asked, asked + 1, "keys come from where the operator says")
        self.assertEqual(self.whoami(server, good), "ann")


if __name__ == "__main__":
    unittest.main()
