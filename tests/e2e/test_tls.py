# SPDX-License-Identifier: MIT
"""TLS to clients and to the database: what is spoken, what is refused, and new certificates."""
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import unittest
import urllib.parse

from product import PATIENCE, Database, Server, free_port, run, wait_until
from websocket import WebSocket

NOTES = """
CREATE ROLE api LOGIN PASSWORD 'a password';
CREATE TABLE tb_note (id int PRIMARY KEY, body text);
INSERT INTO tb_note SELECT i, repeat('x', 1000) FROM generate_series(1, 1000) i;
CREATE VIEW v_note AS SELECT id, jsonb_build_object('id', id, 'body', body) AS data FROM tb_note;
CREATE FUNCTION fn_cipher() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER AS
  $$ SELECT coalesce(cipher, 'none') FROM pg_stat_ssl WHERE pid = pg_backend_pid() $$;
GRANT SELECT ON v_note TO api;
"""


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


class Authority:
    """A certificate authority of this test, in a folder of its own."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.certificate = self.folder / "ca.pem"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", self.folder / "ca.key", "-out", self.certificate, "-subj", "/CN=test ca",
                "-days", "2")

    def issue(self, name, subject="localhost", days=1, key="ec"):
        """Writes NAME.pem and NAME.key for `subject`; returns both paths."""
        certificate, secret = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        kind = (["ec", "-pkeyopt", "ec_paramgen_curve:P-256"] if key == "ec" else [key])
        request, extra = self.folder / "request", self.folder / "extensions"
        extra.write_text(f"subjectAltName=DNS:{subject}\n")
        openssl("req", "-newkey", *kind, "-nodes", "-keyout", secret, "-out", request,
                "-subj", f"/CN={name}")
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey",
                self.folder / "ca.key", "-CAcreateserial", "-days", str(days), "-extfile", extra,
                "-out", certificate)
        return certificate, secret


class SecureServer(Server):
    """A server that speaks TLS, and clients that trust the authority of the test."""

    def __init__(self, command, authority):
        self.trust = ssl.create_default_context(cafile=authority.certificate)
        super().__init__(command=command)

    def request(self, method, path, body=None, headers=None, timeout=PATIENCE):
        connection = http.client.HTTPSConnection("localhost", self.port, timeout=timeout,
                                                 context=self.trust)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            response.text = response.read().decode()
            return response
        finally:
            connection.close()

    def handshake(self, context=None):
        """Returns a connected TLS socket."""
        raw = socket.create_connection(("127.0.0.1", self.port), 10)
        return (context or self.trust).wrap_socket(raw, server_hostname="localhost")


class Files(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.authority = Authority(folder.name)


class Clients(Files):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = Database(sql=NOTES)
        cls.addClassCleanup(cls.database.close)
        first = cls.authority.issue("first")
        cls.served = cls.folder / "served.pem", cls.folder / "served.key"
        cls.install(first)
        cls.server = SecureServer(
            ["serve", "--database", cls.database.url, "--environment", "production",
             "--tls-certificate", cls.served[0], "--tls-key", cls.served[1], "--workers", "2"],
            cls.authority)
        cls.addClassCleanup(cls.server.close)

    @classmethod
    def install(cls, files):
        """Replaces the served files as a renewal does: each at once."""
        for source, target in zip(files, cls.served):
            shutil.copy(source, f"{target}.new")
            os.replace(f"{target}.new", target)

    def peer(self):
        with self.server.handshake() as connection:
            return dict(name[0] for name in connection.getpeercert()["subject"])["commonName"]

    def test_answers_of_any_size_and_many_on_one_connection(self):
        connection = http.client.HTTPSConnection("localhost", self.server.port,
                                                 context=self.server.trust)
        self.addCleanup(connection.close)
        for limit in (1, 1000, 3, 500):
            body = json.dumps({"query": "{ notes(limit: %d) { id body } }" % limit})
            connection.request("POST", "/graphql", body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            notes = json.loads(response.read())["data"]["notes"]
            self.assertEqual(len(notes), limit)
            self.assertTrue(all(note["body"] == "x" * 1000 for note in notes))

    def test_a_slow_reader_gets_all_of_a_large_answer(self):
        with self.server.handshake() as connection:
            body = json.dumps({"query": "{ notes(limit: 1000) { id body } }"}).encode()
            connection.sendall(b"POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                               b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                               % (len(body), body))
            time.sleep(0.5)
            received = b""
            while part := connection.recv(4096):
                received += part
        self.assertEqual(len(json.loads(received.partition(b"\r\n\r\n")[2])["data"]["notes"]), 1000)

    def test_a_body_in_many_records(self):
        with self.server.handshake() as connection:
            body = json.dumps({"query": "{ notes(limit: 1) { id } }" + " " * 100_000}).encode()
            connection.sendall(b"POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                               b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                               % len(body))
            for at in range(0, len(body), 3000):
                connection.sendall(body[at:at + 3000])
            self.assertIn(b"200 OK", connection.recv(65536))

    def test_websockets(self):
        client = WebSocket(self.server.port, tls=self.server.trust)
        self.addCleanup(client.close)
        client.initialise()
        for limit in (1, 1000, 3):
            client.subscribe("{ notes(limit: %d) { id body } }" % limit)
            self.assertEqual(len(client.next()["data"]["notes"]), limit)
            self.assertEqual(client.receive()["type"], "complete")
        client.send({"type": "ping"})
        self.assertEqual(client.receive(), {"type": "pong"})

    def test_only_tls_1_2_and_1_3_with_forward_secrecy(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = ssl.create_default_context(cafile=self.authority.certificate)
            context.minimum_version = context.maximum_version = version
            with self.server.handshake(context) as connection:
                self.assertEqual(connection.version(), version.name.replace("_", "."))
        old = ssl.create_default_context(cafile=self.authority.certificate)
        old.set_ciphers("ALL:@SECLEVEL=0")
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        with self.assertRaises(OSError):
            self.server.handshake(old)
        weak = ssl.create_default_context(cafile=self.authority.certificate)
        weak.maximum_version = ssl.TLSVersion.TLSv1_2
        weak.set_ciphers("AES128-SHA:AES256-SHA:AES128-GCM-SHA256:ECDHE-ECDSA-AES128-SHA")
        with self.assertRaises(OSError):
            self.server.handshake(weak)

    def test_http_1_1_by_alpn_and_nothing_else(self):
        context = ssl.create_default_context(cafile=self.authority.certificate)
        context.set_alpn_protocols(["h2", "http/1.1"])
        with self.server.handshake(context) as connection:
            self.assertEqual(connection.selected_alpn_protocol(), "http/1.1")
        context.set_alpn_protocols(["h2"])
        with self.assertRaises(OSError):
            self.server.handshake(context)

    def test_http_in_the_clear_is_told_so(self):
        with socket.create_connection(("127.0.0.1", self.server.port), 10) as connection:
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertIn(b"This port speaks TLS", connection.recv(1000))

    def test_nonsense_and_early_ends_disturb_nobody(self):
        for sent in (b"", b"\x16", b"\x16\x03\x01\x02\x00\x01\x00", b"\x00" * 5000,
                     os.urandom(5000)):
            with socket.create_connection(("127.0.0.1", self.server.port), 10) as connection:
                connection.sendall(sent)
        cut = self.server.handshake()
        cut.sendall(b"POST /graphql HTTP/1.1\r\nHost: x\r\n")
        cut.close()
        self.assertEqual(self.server.request("GET", "/health").status, 200)

    def test_many_handshakes_that_never_end(self):
        silent = [socket.create_connection(("127.0.0.1", self.server.port), 10) for _ in range(200)]
        self.assertEqual(self.server.request("GET", "/health").status, 200)
        silent[0].settimeout(20)
        self.assertEqual(silent[0].recv(10), b"", "closed after the head's time limit")
        for each in silent:
            each.close()

    def test_browsers_are_told_to_come_back_by_tls(self):
        for path in ("/health", "/graphql", "/nowhere"):
            headers = self.server.request("GET", path).headers
            self.assertEqual(headers["Strict-Transport-Security"], "max-age=31536000", path)

    def test_new_certificates_count_without_a_restart(self):
        self.install(self.authority.issue("second"))
        self.server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: self.peer() == "second", "the second certificate")
        self.install(self.authority.issue("third"))
        wait_until(lambda: self.peer() == "third", "the third certificate, by looking")
        wait_until(lambda: self.server.log().count('"event":"config.changed"') >= 2, "the events")
        self.server.wait_for_log('"config.changed","detail":"TLS: new certificate: ')

    def test_bad_files_leave_the_old_certificate_in_place(self):
        before = self.peer()
        good = self.authority.issue("good")
        other = self.authority.issue("other")
        for files, said in (((good[0], other[1]), "does not belong to the certificate"),
                            ((good[1], good[1]), "no certificate in PEM")):
            self.install(files)
            self.server.process.send_signal(signal.SIGHUP)
            wait_until(lambda: said in self.server.log(), said)
            self.server.wait_for_log("the old certificate stays in use")
            self.assertEqual(self.peer(), before)
        self.served[1].unlink()
        self.server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "cannot be read" in self.server.log(), "the missing file")
        self.assertEqual(self.peer(), before)
        self.install(good)
        wait_until(lambda: self.peer() == "good", "the repaired certificate")


class Starts(Files):
    def test_what_could_not_be_spoken_stops_the_start(self):
        database = Database(sql=NOTES)
        self.addCleanup(database.close)
        good = self.authority.issue("good")
        other = self.authority.issue("other")
        expired = self.authority.issue("expired", days=-1)
        weak = self.authority.issue("weak", key="rsa:1024")
        locked = self.folder / "locked.key"
        openssl("ec", "-in", good[1], "-out", locked, "-aes128", "-passout", "pass:secret")
        for files, said in (((good[0], other[1]), "does not belong"), (expired, "has expired"),
                            (weak, "cannot be used"), ((good[0], locked), "without a passphrase"),
                            ((good[0], self.folder / "away"), "cannot be read")):
            done = run("serve", "--database", database.url, "--listen",
                       f"127.0.0.1:{free_port()}", "--tls-certificate", files[0], "--tls-key",
                       files[1])
            self.assertEqual(done.returncode, 1, files)
            self.assertIn(said, done.stderr)

    def test_settings_that_contradict_each_other(self):
        database = Database(sql=NOTES)
        self.addCleanup(database.close)
        for options, said in ((["--tls-key", "x"], "both --tls-certificate and --tls-key"),
                              (["--tls-certificate", "x", "--tls-key", "x", "--tls-terminated"],
                               "Keep the one")):
            done = run("serve", "--database", database.url, *options)
            self.assertEqual(done.returncode, 1)
            self.assertIn(said, done.stderr)

    def test_hsts_needs_tls_and_production(self):
        database = Database(sql=NOTES)
        self.addCleanup(database.close)
        for options, expected in (
                (["--environment", "production"], None),
                (["--tls-terminated"], None),
                (["--tls-terminated", "--environment", "production"], "max-age=31536000"),
                (["--tls-terminated", "--environment", "production", "--hsts-max-age", "60"],
                 "max-age=60"),
                (["--tls-terminated", "--environment", "production", "--hsts-max-age", "0"], None)):
            server = Server(command=["serve", "--database", database.url, *options])
            self.addCleanup(server.close)
            headers = server.request("GET", "/health").headers
            self.assertEqual(headers["Strict-Transport-Security"], expected, options)
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(headers["Referrer-Policy"], "no-referrer")

    def test_a_database_far_away_needs_a_decision_in_production(self):
        far = "postgres://someone@database.example/shop"
        for mode in ("", "?sslmode=prefer", "?sslmode=allow"):
            done = run("serve", "--environment", "production", "--database", far + mode)
            self.assertEqual(done.returncode, 1)
            self.assertIn("could be one in the clear", done.stderr)
        for url in (far + "?sslmode=verify-full", "postgres://someone@localhost:1/shop",
                    "postgres:///shop?host=/nowhere"):
            done = run("serve", "--startup-wait", "0", "--environment", "production", "--database",
                       url)
            self.assertNotIn("in the clear", done.stderr)


class DatabaseTls(Files):
    """PostgreSQL with TLS: the connection that we say is verified is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = Database(sql=NOTES)
        cls.addClassCleanup(cls.database.close)
        owner = cls.database.data.stat()
        for source, name in zip(cls.authority.issue("postgresql"), ("server.crt", "server.key")):
            target = cls.database.data / name
            shutil.copy(source, target)
            target.chmod(0o600)
            os.chown(target, owner.st_uid, owner.st_gid)
        for sql in ("ALTER SYSTEM SET ssl = on", "SELECT pg_reload_conf()"):
            subprocess.run(["psql", "-X", "-q", "-c", sql, cls.database.url], check=True,
                           capture_output=True)
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(cls.database.url).query)
        cls.port = query.get("port", [None])[0] or urllib.parse.urlsplit(cls.database.url).port
        if not cls.port:
            cls.port = (cls.database.data / "postmaster.pid").read_text().splitlines()[3]

    def url(self, host, **options):
        given = urllib.parse.urlencode(options)
        return f"postgres://api:a%20password@{host}:{self.port}/blog?{given}"

    def test_verify_full_reaches_the_right_server_by_tls(self):
        server = Server(self.url("localhost", sslmode="verify-full",
                                 sslrootcert=self.authority.certificate))
        self.addCleanup(server.close)
        self.assertEqual(len(server.data("{ notes(limit: 1000) { id body } }")["notes"]), 1000)
        self.assertNotEqual(server.data("{ cipher }")["cipher"], "none")

    def test_a_wrong_name_or_authority_is_refused(self):
        stranger = tempfile.TemporaryDirectory()
        self.addCleanup(stranger.cleanup)
        for url, said in (
                (self.url("127.0.0.1", sslmode="verify-full",
                          sslrootcert=self.authority.certificate), "does not match"),
                (self.url("localhost", sslmode="verify-full",
                          sslrootcert=Authority(stranger.name).certificate), "verify failed")):
            done = run("serve", "--database", url, "--startup-wait", "0")
            self.assertEqual(done.returncode, 1)
            self.assertIn(said, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
