# SPDX-License-Identifier: MIT
"""Statements that nobody waits for any more end in PostgreSQL: after deadlines and with clients
that went away; by TLS and through poolers, too."""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import unittest

import product
import streaming
import test_pgpool
import test_pooler

# Longer than anything is waited for: what ends earlier was cancelled.
SCHEMA = test_pooler.SCHEMA + """
CREATE VIEW v_nap AS SELECT 1 AS id, json_build_object('id', 1, 'slept', pg_sleep(300) IS NULL)
    AS data;
CREATE FUNCTION fn_nap(p_text text) RETURNS bigint LANGUAGE sql AS $$
    WITH nap AS MATERIALIZED (SELECT pg_sleep(300)) SELECT 1::bigint FROM nap $$;
GRANT SELECT ON v_nap TO app;
"""
QUERY = "{ naps { id slept } }"
MUTATION = 'mutation { nap(text: "a") { result } }'


class Statements:
    """What holds however the database is reached."""
    settings = ()

    def setUp(self):
        self.database = product.Database(sql=SCHEMA, settings=self.settings)
        self.addCleanup(self.database.close)
        self.node = streaming.Node(self.database.url)
        self.server = product.Server(command=["serve", "--timeout", "200", "--database",
                                              self.reach()])
        self.addCleanup(self.server.close)

    def reach(self):
        """Returns the URL by which the server gets to the database."""
        return product.as_role(self.database.url, "app")

    def asleep(self):
        return int(self.node.query(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"))

    def leave_after_asking(self, query):
        """Asks, and goes away once PostgreSQL is at work."""
        body = json.dumps({"query": query})
        with socket.create_connection(("127.0.0.1", self.server.port), product.PATIENCE) as client:
            client.sendall(("POST /graphql HTTP/1.1\r\nHost: x\r\n"
                            "Content-Type: application/json\r\n"
                            f"Content-Length: {len(body)}\r\n\r\n{body}").encode())
            product.wait_until(lambda: self.asleep() == 1, "the statement")

    def test_a_client_that_went_away(self):
        for query in (QUERY, MUTATION):
            self.leave_after_asking(query)
            product.wait_until(lambda: self.asleep() == 0, f"the end of {query}")
        self.assertIn("zones", self.server.data("{ zones { name } }"))

    def test_a_deadline_that_passed(self):
        for query in (QUERY, MUTATION):
            answer = json.loads(self.server.post(json.dumps({"query": query}),
                                                 {"Request-Timeout": "1500"}).text)
            self.assertEqual(answer["errors"][0]["extensions"]["code"], "TIMEOUT")
            product.wait_until(lambda: self.asleep() == 0, f"the end of {query}")
        self.assertIn("zones", self.server.data("{ zones { name } }"))


class Direct(Statements, unittest.TestCase):
    pass


class ByTls(Statements, unittest.TestCase):
    """The request to cancel needs a connection of its own."""

    def setUp(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="fq-tls-", dir="/tmp"))
        self.addCleanup(shutil.rmtree, folder)
        self.certificate, key = folder / "certificate.pem", folder / "key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                        "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key,
                        "-out", self.certificate], check=True, capture_output=True)
        if os.getuid() == 0:
            for each in (folder, key, self.certificate):
                shutil.chown(each, "postgres")
        self.settings = ["ssl=on", f"ssl_cert_file={self.certificate}", f"ssl_key_file={key}"]
        super().setUp()

    def reach(self):
        rules = self.node.data / "pg_hba.conf"
        rules.write_text("hostssl all all 127.0.0.1/32 trust\n" + rules.read_text())
        self.node.query("SELECT pg_reload_conf()")
        url = (f"postgresql://app@127.0.0.1:{self.node.port}/blog?sslmode=verify-full"
               f"&sslrootcert={self.certificate}")
        product.wait_until(lambda: subprocess.run(["psql", "-XAtc", "SELECT 1", url], check=False,
                                                  capture_output=True).returncode == 0,
                           "the new rules")
        return url

    def test_it_is_encrypted(self):
        self.assertEqual(self.node.query(
            "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) "
            "WHERE application_name = 'fraiseql'"), "t")


class Pooled(Statements):
    def reach(self):
        self.pooler = self.start_pooler()
        self.addCleanup(self.pooler.close)
        return self.pooler.url


@unittest.skipUnless(os.path.exists(test_pooler.PGBOUNCER), "PgBouncer is not installed")
class TransactionPooling(Pooled, unittest.TestCase):
    def start_pooler(self):
        return test_pooler.Bouncer(self.database, "transaction")


@unittest.skipUnless(os.path.exists(test_pooler.PGBOUNCER), "PgBouncer is not installed")
class TransactionPoolingByTls(Pooled, unittest.TestCase):
    def start_pooler(self):
        return test_pooler.TlsBouncer(self.database, "transaction")


@unittest.skipUnless(os.path.exists(test_pooler.PGBOUNCER), "PgBouncer is not installed")
class SessionPooling(Pooled, unittest.TestCase):
    def start_pooler(self):
        return test_pooler.Bouncer(self.database, "session")


@unittest.skipUnless(os.path.exists(test_pgpool.PGPOOL), "pgpool is not installed")
class BehindPgpool(Pooled, unittest.TestCase):
    def start_pooler(self):
        return test_pgpool.Pgpool(self.database)


if __name__ == "__main__":
    unittest.main()
