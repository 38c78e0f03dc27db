# SPDX-License-Identifier: MIT
"""PgBouncer in front of the database: nothing may rely on what a session remembers."""
import concurrent.futures
import json
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import unittest

import product
import streaming
import tokens
from test_tls import Authority

PGBOUNCER = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
SCHEMA = """
CREATE ROLE app LOGIN;
CREATE TABLE tb_note (pk_note bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                      owner text NOT NULL, text text NOT NULL, at timestamptz DEFAULT now());
ALTER TABLE tb_note ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON tb_note USING (owner = current_setting('app.user_id', true));
INSERT INTO tb_note (owner, text)
    SELECT 'user' || (n % 8), 'note ' || n FROM generate_series(1, 80) n;
CREATE VIEW v_note WITH (security_invoker) AS SELECT pk_note AS id, owner,
    json_build_object('id', pk_note, 'owner', owner, 'text', text, 'at', at) AS data FROM tb_note;
CREATE VIEW v_zone AS SELECT 1 AS id, json_build_object('id', 1, 'name',
    current_setting('timezone'), 'readOnly', current_setting('transaction_read_only')) AS data;
CREATE FUNCTION fn_write_note(p_text text) RETURNS bigint LANGUAGE sql AS $$
    INSERT INTO tb_note (owner, text)
    VALUES (current_setting('app.user_id', true), p_text) RETURNING pk_note $$;
COMMENT ON FUNCTION fn_write_note IS '@returns Note';
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO app;
"""


class Bouncer:
    """A PgBouncer with few connections to the database, so that clients have to share them."""

    def __init__(self, database, mode, extra=""):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fq-pgb-"))
        node = streaming.Node(database.url)
        self.port = product.free_port()
        (self.folder / "users").write_text('"app" ""\n"postgres" ""\n')
        (self.folder / "ini").write_text(f"""[databases]
blog = host={node.folder} port={node.port} dbname=blog
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {self.port}
unix_socket_dir =
auth_type = trust
auth_file = {self.folder}/users
pool_mode = {mode}
default_pool_size = {4 if mode == "transaction" else 60}
max_client_conn = 300
{extra}
""")
        self.user = pwd.getpwnam("postgres") if os.getuid() == 0 else None
        if self.user:
            shutil.chown(self.folder, "postgres")
            for each in self.folder.iterdir():
                shutil.chown(each, "postgres")
        self.process = None
        self.start()

    def start(self):
        with (self.folder / "log").open("a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [PGBOUNCER, str(self.folder / "ini")], stdout=subprocess.DEVNULL, stderr=log,
                **({"user": "postgres"} if self.user else {}))
        product.wait_until(self.answers, "PgBouncer")

    def answers(self):
        return subprocess.run(["psql", "-XAtc", "SELECT 1", self.url], capture_output=True,
                              timeout=10, check=False).returncode == 0

    @property
    def url(self):
        return f"postgresql://app@127.0.0.1:{self.port}/blog?sslmode=disable"

    def query(self, sql):
        """Returns what the console of PgBouncer's administrators says, a row a line."""
        return subprocess.run(
            ["psql", "-XAtc", sql, f"postgresql://postgres@127.0.0.1:{self.port}/pgbouncer"],
            capture_output=True, text=True, timeout=10, check=True).stdout.strip()

    def stop(self):
        """At once, whoever is connected."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(product.PATIENCE)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class TlsBouncer(Bouncer):
    """One that clients reach by TLS only, and know by its certificate."""

    def __init__(self, database, mode):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="fq-pgb-tls-"))
        self.authority = Authority(folder)
        certificate, key = self.authority.issue("pgbouncer")
        if os.getuid() == 0:
            for each in (folder, *folder.iterdir()):
                shutil.chown(each, "postgres")
        super().__init__(database, mode, "admin_users = postgres\nclient_tls_sslmode = require\n"
                         f"client_tls_cert_file = {certificate}\nclient_tls_key_file = {key}\n")

    @property
    def url(self):
        return (f"postgresql://app@localhost:{self.port}/blog?sslmode=verify-full"
                f"&sslrootcert={self.authority.certificate}")

    def close(self):
        super().close()
        shutil.rmtree(self.authority.folder, ignore_errors=True)


class Pooled:
    """What holds in each mode."""
    mode = ""
    extra = ""
    options = ()

    def setUp(self):
        self.database = product.Database(sql=SCHEMA)
        self.addCleanup(self.database.close)
        self.bouncer = self.start_pooler()
        self.addCleanup(self.bouncer.close)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.secret = "s" * 32
        key = pathlib.Path(folder.name) / "key"
        key.write_text(self.secret)
        self.server = product.Server(command=[
            "serve", "--database", self.bouncer.url, "--jwt-secret-file", str(key),
            *self.server_options()])
        self.addCleanup(self.server.close)

    def start_pooler(self):
        return Bouncer(self.database, self.mode, self.extra)

    def server_options(self):
        return self.options

    def token(self, subject):
        return tokens.signed(self.secret, sub=subject)

    def ask(self, query, subject=None, **variables):
        headers = {"Authorization": "Bearer " + self.token(subject)} if subject else {}
        answer = json.loads(self.server.post(json.dumps(
            {"query": query, "variables": variables}), headers).text)
        self.assertNotIn("errors", answer)
        return answer["data"]

    def test_settings_travel_with_the_transaction(self):
        for _ in range(10):
            self.assertEqual(self.ask("{ zones { name readOnly } }")["zones"],
                             [{"name": "UTC", "readOnly": "on"}])

    def test_claims_stay_with_their_request(self):
        def many(number):
            subject = f"user{number}"
            for turn in range(25):
                notes = self.ask("{ notes { owner text } }", subject)["notes"]
                self.assertGreaterEqual(len(notes), 10)
                self.assertEqual({each["owner"] for each in notes}, {subject})
                if turn % 8 == 0:
                    self.ask("mutation($t: String!) { writeNote(text: $t) { id } }", subject,
                             t=f"of {subject}")
                self.assertEqual(self.ask("{ notes { id } }")["notes"], [])
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for each in [pool.submit(many, number) for number in range(8)]:
                each.result()
        node = streaming.Node(self.database.url)
        written = node.query("SELECT count(*) FROM tb_note WHERE text = 'of ' || owner")
        self.assertEqual(written, "32")

    def test_a_restart_of_the_pooler(self):
        self.assertEqual(len(self.ask("{ notes { id } }", "user1")["notes"]), 10)
        self.bouncer.stop()
        product.wait_until(lambda: "errors" in json.loads(self.server.post(
            json.dumps({"query": "{ notes { id } }"})).text), "an error")
        self.bouncer.start()
        product.wait_until(lambda: "errors" not in json.loads(self.server.post(
            json.dumps({"query": "{ notes { id } }"})).text), "recovery", 5)
        for _ in range(20):
            self.assertEqual(len(self.ask("{ notes { id } }", "user1")["notes"]), 10)

    def test_what_needs_a_session_is_said(self):
        product.wait_until(lambda: "a pooler is in between" in self.server.log(), "the log")
        self.server.wait_for_log("--direct-database")


@unittest.skipUnless(os.path.exists(PGBOUNCER), "PgBouncer is not installed")
class TransactionMode(Pooled, unittest.TestCase):
    mode = "transaction"


@unittest.skipUnless(os.path.exists(PGBOUNCER), "PgBouncer is not installed")
class TransactionModeThatDropsOptions(Pooled, unittest.TestCase):
    mode = "transaction"
    extra = "ignore_startup_parameters = options, extra_float_digits"


@unittest.skipUnless(os.path.exists(PGBOUNCER), "PgBouncer is not installed")
class SessionMode(Pooled, unittest.TestCase):
    mode = "session"
    options = ("--prepared-statements", "on", "--pool-exclusive", "2")


@unittest.skipUnless(os.path.exists(PGBOUNCER), "PgBouncer is not installed")
class ByTls(Pooled, unittest.TestCase):
    mode = "transaction"

    def start_pooler(self):
        return TlsBouncer(self.database, self.mode)

    def test_it_is_encrypted(self):
        self.ask("{ notes { id } }")
        rows = [row.split("|") for row in self.bouncer.query("SHOW CLIENTS").splitlines()]
        mine = [row for row in rows if "blog" in row]
        self.assertGreater(len(mine), 0)
        for row in mine:
            self.assertTrue(any(each.startswith("TLSv1.") for each in row), row)

    def test_another_certificate_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            url = self.bouncer.url.replace(str(self.bouncer.authority.certificate),
                                           str(Authority(folder).certificate))
            refused = product.run("check", "--database", url)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("certificate verify failed", refused.stderr)


@unittest.skipUnless(os.path.exists(PGBOUNCER), "PgBouncer is not installed")
class PastThePooler(Pooled, unittest.TestCase):
    """Requests go through the pooler; notifications and locks of sessions do not."""
    mode = "transaction"

    def server_options(self):
        return ("--direct-database", self.database.url, "--schema-poll", "3600")

    def test_what_needs_a_session_is_said(self):
        node = streaming.Node(self.database.url)
        # The schema's changes are notified, long before anybody would look.
        installed = product.run("db", "install", "ddl", "--database", self.database.url)
        self.assertEqual(installed.returncode, 0, installed.stderr)
        node.query("CREATE MATERIALIZED VIEW mv_total AS SELECT 1 AS id, count(*)::int AS notes, "
                   "clock_timestamp() AS at FROM tb_note WITH NO DATA;"
                   "COMMENT ON MATERIALIZED VIEW mv_total IS '@refresh every 1s'")
        product.wait_until(lambda: "the catalog has changed" in self.server.log(), "the change")
        node.query("GRANT SELECT ON mv_total TO app")
        first = product.wait_until(
            lambda: node.query("SELECT relispopulated FROM pg_class WHERE relname = 'mv_total'")
            == "t" and node.query("SELECT at FROM mv_total"), "a refresh")
        product.wait_until(lambda: node.query("SELECT at FROM mv_total") != first, "another")
        self.assertNotIn("a pooler is in between", self.server.log())
        # The lock of the one that refreshes is held by PostgreSQL for the server itself.
        self.assertEqual(node.query("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' "
                                    "AND classid = 1718772065"), "1")


if __name__ == "__main__":
    unittest.main()
