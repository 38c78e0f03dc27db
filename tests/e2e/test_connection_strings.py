# SPDX-License-Identifier: MIT
"""Connection strings in all of libpq's forms: what they say reaches the connections of the workers,
and what they cannot keep stops the start."""
import os
import pathlib
import shutil
import tempfile
import unittest
import urllib.parse

import streaming
from product import Database, Server, environment, run
from test_tls import Authority

SCHEMA = """
SET password_encryption = 'scram-sha-256';
CREATE ROLE api LOGIN PASSWORD 'a pass:word';
CREATE VIEW v_session AS SELECT 1 AS id, jsonb_build_object(
    'id', 1, 'application', current_setting('application_name'),
    'workMem', current_setting('work_mem'), 'readOnly', current_setting('transaction_read_only'),
    'standby', pg_is_in_recovery()) AS data;
CREATE FUNCTION fn_tell() RETURNS text LANGUAGE sql VOLATILE AS
    $$ SELECT concat_ws('|', current_setting('application_name'), current_setting('work_mem'),
                        current_setting('transaction_read_only'), pg_is_in_recovery()) $$;
CREATE FUNCTION fn_cipher() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER AS
    $$ SELECT coalesce(cipher, 'none') FROM pg_stat_ssl WHERE pid = pg_backend_pid() $$;
GRANT SELECT ON v_session TO api;
"""
SESSION = "{ sessions { application workMem readOnly standby } }"


class ConnectionStrings(unittest.TestCase):
    """One database that wants passwords over TCP; variables and files of libpq are each test's."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.authority = Authority(cls.folder)
        cls.database = Database(sql=SCHEMA, settings=["listen_addresses=127.0.0.1"])
        cls.addClassCleanup(cls.database.close)
        cls.node = streaming.Node(cls.database.url)
        cls.port = cls.node.port
        cls.install_certificate(cls.authority.issue("postgresql"))
        rules = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
        (cls.database.data / "pg_hba.conf").write_text(rules)
        cls.node.query("ALTER SYSTEM SET ssl = on")
        cls.node.query("SELECT pg_reload_conf()")

    @classmethod
    def install_certificate(cls, files):
        owner = cls.database.data.stat()
        for source, name in zip(files, ("server.crt", "server.key")):
            target = cls.database.data / name
            shutil.copy(source, target)
            target.chmod(0o600)
            os.chown(target, owner.st_uid, owner.st_gid)

    def serve(self, url, **variables):
        """A server with these variables in its environment."""
        with environment(**variables):
            server = Server(command=["serve", "--database", url, "--workers", "1"])
        self.addCleanup(server.close)
        return server

    def expect(self, server, application, work_mem, standby=False):
        """Both kinds of connections have the settings, and those of ours besides."""
        self.assertEqual(server.data(SESSION)["sessions"], [
            {"application": application, "workMem": work_mem, "readOnly": "on",
             "standby": standby}])
        if not standby:
            self.assertEqual(server.data("mutation { tell { result } }")["tell"]["result"],
                             f"{application}|{work_mem}|off|f")

    def refuse(self, url, said, **variables):
        done = run("serve", "--database", url, "--startup-wait", "0", "--listen", "127.0.0.1:0",
                   env=os.environ | variables)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(said, done.stderr)
        self.assertNotIn("a pass:word", done.stdout + done.stderr)
        return done

    def tcp(self, host="127.0.0.1", user="api:a%20pass%3Aword", **options):
        given = urllib.parse.urlencode(options, quote_via=urllib.parse.quote)
        return f"postgres://{user}@{host}:{self.port}/blog?{given}"

    def service_file(self, **services):
        path = self.folder / "services.conf"
        path.write_text("".join(
            f"[{name}]\n" + "".join(f"{key}={value}\n" for key, value in settings.items())
            for name, settings in services.items()))
        return str(path)

    # URLs and key=value pairs

    def test_application_name_and_options_of_a_url(self):
        server = self.serve(self.tcp(application_name="shop", options="-c work_mem=5MB"))
        self.expect(server, "shop", "5MB")

    def test_the_same_as_key_value_pairs(self):
        server = self.serve(f"host=127.0.0.1 port={self.port} dbname=blog user=api "
                            r"password='a pass:word' options='-c work_mem=6MB'")
        self.expect(server, "fraiseql", "6MB")

    def test_variables(self):
        server = self.serve("postgres:///blog", PGHOST="127.0.0.1", PGPORT=str(self.port),
                            PGUSER="api", PGPASSWORD="a pass:word", PGAPPNAME="by variable",
                            PGOPTIONS="-c work_mem=7MB")
        self.expect(server, "by variable", "7MB")

    # Service files

    def test_a_service_in_the_url(self):
        file = self.service_file(
            other={"host": "127.0.0.1", "port": 1},
            shop={"host": "127.0.0.1", "port": self.port, "dbname": "blog", "user": "api",
                  "password": "a pass:word", "application_name": "by service",
                  "options": "-c work_mem=8MB"})
        server = self.serve("service=shop", PGSERVICEFILE=file)
        self.expect(server, "by service", "8MB")
        server = self.serve("postgres:///?service=shop&application_name=nearer",
                            PGSERVICEFILE=file)
        self.expect(server, "nearer", "8MB")

    def test_a_service_by_variable(self):
        file = self.service_file(shop={
            "host": str(self.node.folder), "port": self.port, "dbname": "blog", "user": "api",
            "options": "-c work_mem=9MB"})
        server = self.serve("postgres://", PGSERVICEFILE=file, PGSERVICE="shop")
        self.expect(server, "fraiseql", "9MB")

    def test_a_service_that_is_not_there(self):
        file = self.service_file(shop={"host": "127.0.0.1"})
        self.refuse("service=shpo", 'definition of service "shpo" not found', PGSERVICEFILE=file)
        self.refuse("service=shop", "service file", PGSERVICEFILE=str(self.folder / "none"))

    def test_production_looks_into_the_service_for_tls(self):
        file = self.service_file(shop={"host": "db.example", "dbname": "blog"},
                                 safe={"host": "db.invalid", "sslmode": "verify-full"})
        for url, variables in (("service=shop", {}), ("postgres://", {"PGSERVICE": "shop"})):
            done = run("serve", "--environment", "production", "--database", url,
                       "--startup-wait", "0", env=os.environ | {"PGSERVICEFILE": file} | variables)
            self.assertEqual(done.returncode, 1)
            self.assertIn("could be one in the clear", done.stderr)
        done = run("serve", "--environment", "production", "--database", "service=safe",
                   "--startup-wait", "0", env=os.environ | {"PGSERVICEFILE": file})
        self.assertNotIn("in the clear", done.stderr)

    # Passwords

    def test_scram_with_right_and_wrong_passwords(self):
        server = self.serve(self.tcp())
        self.expect(server, "fraiseql", "4MB")
        done = self.refuse(self.tcp(user="api:wrong"), "password authentication failed")
        self.assertNotIn("api:wrong", done.stderr)
        self.refuse(self.tcp(user="api"), "no password supplied")

    def test_a_password_file(self):
        file = self.folder / "pgpass"
        file.write_text(f"127.0.0.1:{self.port}:blog:api:a pass\\:word\n")
        file.chmod(0o600)
        server = self.serve(self.tcp(user="api", passfile=str(file)))
        self.expect(server, "fraiseql", "4MB")

    def test_scram_bound_to_the_channel(self):
        server = self.serve(self.tcp(sslmode="require", channel_binding="require"))
        self.assertNotEqual(server.data("{ cipher }")["cipher"], "none")
        self.refuse(self.tcp(sslmode="disable", channel_binding="require"), "channel binding")

    # TLS

    def test_verify_full_and_verify_ca(self):
        root = str(self.authority.certificate)
        for host, mode in (("localhost", "verify-full"), ("localhost", "verify-ca"),
                           ("127.0.0.1", "verify-ca")):
            server = self.serve(self.tcp(host, sslmode=mode, sslrootcert=root))
            self.assertNotEqual(server.data("{ cipher }")["cipher"], "none")
        self.refuse(self.tcp("127.0.0.1", sslmode="verify-full", sslrootcert=root),
                    "does not match")

    def test_the_wrong_authority_or_none(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        stranger = str(Authority(folder.name).certificate)
        for mode in ("verify-full", "verify-ca"):
            self.refuse(self.tcp("localhost", sslmode=mode, sslrootcert=stranger),
                        "certificate verify failed")
            self.refuse(self.tcp("localhost", sslmode=mode, sslrootcert=folder.name + "/none"),
                        "does not exist")

    def test_a_server_without_tls(self):
        database = Database(sql=SCHEMA, settings=["listen_addresses=127.0.0.1"])
        self.addCleanup(database.close)
        port = streaming.Node(database.url).port
        for mode in ("require", "verify-ca", "verify-full"):
            self.refuse(f"postgres://postgres@localhost:{port}/blog?sslmode={mode}"
                        f"&sslrootcert={self.authority.certificate}", "does not support SSL")


class SeveralHosts(unittest.TestCase):
    """A primary and a standby in one connection string, in the wrong order."""

    @classmethod
    def setUpClass(cls):
        cls.nodes = streaming.Replicated(SCHEMA, standbys=1)
        cls.addClassCleanup(cls.nodes.close)
        cls.nodes.caught_up()

    def url(self, target, dead=True):
        nodes = [*self.nodes.standbys, self.nodes.primary]
        hosts, ports = [str(each.folder) for each in nodes], [each.port for each in nodes]
        if dead:
            hosts, ports = ["127.0.0.1", *hosts], ["1", *ports]
        return (f"host={','.join(hosts)} port={','.join(ports)} user=postgres dbname=blog "
                f"target_session_attrs={target} application_name=several")

    def serve(self, url):
        server = Server(command=["serve", "--database", url, "--workers", "1"])
        self.addCleanup(server.close)
        return server

    def test_the_primary_is_found(self):
        for target in ("primary", "read-write"):
            server = self.serve(self.url(target))
            self.assertEqual(server.data(SESSION)["sessions"][0]["standby"], False)
            self.assertEqual(server.data("mutation { tell { result } }")["tell"]["result"],
                             "several|4MB|off|f")

    def test_a_standby_is_found(self):
        server = self.serve(self.url("standby"))
        self.assertEqual(server.data(SESSION)["sessions"][0],
                         {"application": "several", "workMem": "4MB", "readOnly": "on",
                          "standby": True})

    def test_nobody_is_good_enough(self):
        primary = self.nodes.primary
        done = run("serve", "--startup-wait", "0", "--database",
                   f"host={primary.folder} port={primary.port} user=postgres dbname=blog "
                   "target_session_attrs=standby")
        self.assertEqual(done.returncode, 1)
        self.assertIn("not in hot standby mode", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
