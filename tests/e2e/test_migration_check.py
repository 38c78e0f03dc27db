# SPDX-License-Identifier: MIT
"""`fraiseql check FILE`: a migration is tried and undone, and what it would change is told."""
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import threading
import time
import unittest

from product import PATIENCE, Database, as_role, run

SCHEMA = """
CREATE ROLE api LOGIN;
GRANT pg_monitor TO api;
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE tb_author (id int PRIMARY KEY, name text NOT NULL, mood mood);
CREATE TABLE tb_book (id int PRIMARY KEY, author_id int NOT NULL REFERENCES tb_author,
                      title text NOT NULL, pages int);
CREATE INDEX tb_book_author ON tb_book (author_id);
CREATE INDEX tb_book_title ON tb_book (title);
INSERT INTO tb_author SELECT i, 'author ' || i, 'good' FROM generate_series(1, 10) i;
INSERT INTO tb_book SELECT i, i % 10 + 1, 'book ' || i, i FROM generate_series(1, 20000) i;
CREATE VIEW v_author AS SELECT id, name, mood, jsonb_build_object('id', id, 'name', name,
    'mood', mood) AS data FROM tb_author;
CREATE VIEW v_book AS SELECT id, author_id, title, jsonb_build_object('id', id, 'title', title,
    'pages', pages) AS data FROM tb_book;
CREATE FUNCTION fn_rename(p_id int, p_title text) RETURNS int LANGUAGE sql AS
    'UPDATE tb_book SET title = p_title WHERE id = p_id RETURNING id';
CREATE TABLE tb_log (id int PRIMARY KEY, at text);
INSERT INTO tb_log SELECT i, 'now' FROM generate_series(1, 20000) i;
CREATE SEQUENCE numbers;
GRANT SELECT ON v_author, v_book, tb_author, tb_book TO api;
"""
OPERATIONS = {
    "books": "query ($t: String!) { books(where: {title: {eq: $t}}) { id title pages } }",
    "authors": "{ authors { id name mood } }",
    "rename": "mutation { rename(id: 1, title: \"x\") { __typename } }",
}
#: What a transaction that is rolled back may not leave behind.
CONTENTS = """
SELECT 'files', md5(string_agg(oid || ':' || pg_relation_filenode(oid), ',' ORDER BY oid))
FROM pg_class WHERE relkind IN ('r', 'i', 'm', 'S', 't') AND oid >= 16384
UNION ALL SELECT 'catalog', md5(string_agg(c::text, ',' ORDER BY oid)) FROM pg_class c
    WHERE oid >= 16384
UNION ALL SELECT 'functions', md5(string_agg(p::text, ',' ORDER BY oid)) FROM pg_proc p
    WHERE oid >= 16384
UNION ALL SELECT 'settings', md5(coalesce(string_agg(s::text, ',' ORDER BY s::text), ''))
    FROM pg_db_role_setting s
UNION ALL SELECT 'author', md5(string_agg(t::text || xmin, ',' ORDER BY id)) FROM tb_author t
UNION ALL SELECT 'book', md5(string_agg(t::text || xmin, ',' ORDER BY id)) FROM tb_book t
"""


class MigrationCheck(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database(sql=SCHEMA)
        cls.addClassCleanup(cls.database.close)
        cls.psql("ANALYZE")
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        (cls.folder / "operations").mkdir()
        for name, text in OPERATIONS.items():
            (cls.folder / "operations" / f"{name}.graphql").write_text(text)

    @classmethod
    def psql(cls, sql):
        return subprocess.run(
            ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", cls.database.url, "-c", sql],
            check=True, timeout=PATIENCE, capture_output=True, text=True).stdout

    def everything(self):
        """Returns all that there is in the database: structure, rows, and the files of both."""
        dump = subprocess.run(["pg_dump", "-d", self.database.url], check=True, timeout=PATIENCE,
                              capture_output=True, text=True).stdout
        # Newer versions of pg_dump begin with a key that is never the same.
        dump = re.sub(r"^\\(un)?restrict .*$", "", dump, flags=re.M)
        return dump + self.psql(CONTENTS)

    def try_out(self, sql, *options, url=None):
        """Runs the check; the database must be what it was before."""
        path = self.folder / "migration.sql"
        path.write_text(sql)
        before = self.everything()
        done = run("check", str(path), "--database", url or self.database.url, *options)
        self.assertEqual(self.everything(), before)
        return done

    def check(self, sql, *options):
        """Returns the exit code and the report."""
        done = self.try_out(sql, "--json", "--operations", str(self.folder / "operations"),
                            *options)
        self.assertEqual(done.stderr, "")
        return done.returncode, json.loads(done.stdout)

    def refused(self, sql, *options):
        done = self.try_out(sql, *options)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        return done.stderr

    @staticmethod
    def changes(report):
        return {(each["impact"], each["code"], each["place"]) for each in report["schema"]}

    def test_what_no_client_notices_passes(self):
        code, report = self.check("COMMENT ON TABLE tb_author IS 'people'; SELECT 1;")
        self.assertEqual(code, 0)
        self.assertEqual((report["statements"], report["schema"], report["operations"],
                          report["plans"], report["findings"]), (2, [], [], [], []))

    def test_changes_of_the_schema(self):
        code, report = self.check(
            "CREATE OR REPLACE VIEW v_book AS SELECT id, author_id, title, jsonb_build_object("
            "'id', id, 'title', title, 'length', pages) AS data FROM tb_book;")
        self.assertEqual(code, 1)
        self.assertLessEqual({("breaking", "FIELD_REMOVED", "Book.pages"),
                              ("safe", "FIELD_ADDED", "Book.length")}, self.changes(report))
        self.assertEqual(report["breaking"], sum(each["impact"] == "breaking"
                                                 for each in report["schema"]))

    def test_a_value_of_an_enum_is_dangerous(self):
        sql = "ALTER TYPE mood ADD VALUE 'so so';"
        code, report = self.check(sql.replace("so so", "SOSO"))
        self.assertIn(("dangerous", "VALUE_ADDED_TO_ENUM", "Mood.SOSO"), self.changes(report))
        self.assertEqual(code, 0)
        self.assertEqual(self.check(sql.replace("so so", "SOSO"), "--fail-on", "warning")[0], 1)

    def test_operations_that_break(self):
        code, report = self.check(
            "DROP FUNCTION fn_rename;"
            "CREATE OR REPLACE VIEW v_book AS SELECT id, author_id, title, jsonb_build_object("
            "'id', id, 'title', title) AS data FROM tb_book;")
        self.assertEqual(code, 1)
        broken = {each["id"]: each for each in report["operations"]}
        self.assertEqual(set(broken), {"books", "rename"})
        self.assertRegex(broken["books"]["errors"][0],
                         r'Cannot query field "pages" on type "Book".*line 1, column \d+')
        self.assertTrue(broken["books"]["origin"].endswith("books.graphql"))

    def test_operations_of_the_table_break_too(self):
        database = self.database
        self.psql("CREATE SCHEMA turbo; DROP SCHEMA turbo")
        done = run("db", "install", "turbo", "--database", database.url)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.addCleanup(self.psql, "DROP SCHEMA turbo CASCADE")
        text = self.folder / "moods.graphql"
        text.write_text("{ authors { mood } }")
        done = run("turbo", "add", "moods", str(text), "--database", database.url)
        self.assertEqual(done.returncode, 0, done.stderr)
        _, report = self.check(
            "DROP VIEW v_author; CREATE VIEW v_author AS SELECT id, jsonb_build_object("
            "'id', id, 'name', name) AS data FROM tb_author;")
        self.assertEqual({each["id"]: each["origin"] for each in report["operations"]}["moods"],
                         "turbo.tb_turbo_query")

    def test_plans_that_change(self):
        code, report = self.check("DROP INDEX tb_book_title;")
        self.assertEqual(code, 0)
        plan = next(each for each in report["plans"] if each["id"] == "books")
        self.assertEqual(plan["severity"], "warning")
        self.assertEqual(plan["before"]["sql"], plan["after"]["sql"])
        self.assertIn("tb_book_title", plan["before"]["plan"])
        self.assertIn("Seq Scan on tb_book", plan["after"]["plan"])
        self.assertGreater(plan["after"]["cost"], 1.5 * plan["before"]["cost"])

    def test_sql_that_changes(self):
        _, report = self.check(
            "CREATE OR REPLACE VIEW v_author AS SELECT id, name, mood, jsonb_build_object("
            "'id', id, 'name', upper(name), 'mood', mood) AS data FROM tb_author;")
        plan = next(each for each in report["plans"] if each["id"] == "authors")
        self.assertNotEqual(plan["before"]["sql"], plan["after"]["sql"])
        self.assertEqual(plan["severity"], "note")

    def lock(self, sql, relation="public.tb_book"):
        report = self.check(sql)[1]
        return next(each for each in report["locks"] if each["relation"] == relation)

    def test_locks_and_rewrites(self):
        quick = self.lock("ALTER TABLE tb_book ADD COLUMN isbn text;")
        self.assertEqual((quick["lock"], quick["rewritten"], quick["scanned"], quick["severity"]),
                         ("ACCESS EXCLUSIVE", False, False, "note"))
        rewrite = self.lock("SELECT 1;\nALTER TABLE tb_log ALTER id TYPE bigint;", "public.tb_log")
        self.assertEqual((rewrite["lock"], rewrite["rewritten"], rewrite["severity"],
                          rewrite["line"], rewrite["statement"]),
                         ("ACCESS EXCLUSIVE", True, "warning", 2, "ALTER TABLE"))
        self.assertGreater(rewrite["bytes"], 100_000)
        scan = self.lock("ALTER TABLE tb_book ALTER pages SET NOT NULL;")
        self.assertEqual((scan["rewritten"], scan["scanned"], scan["severity"]),
                         (False, True, "warning"))
        index = self.lock("CREATE INDEX ON tb_book (pages);")
        self.assertEqual((index["lock"], index["scanned"], index["severity"]),
                         ("SHARE", True, "warning"))
        self.assertIn("nobody else can write", index["message"])
        self.assertEqual(self.lock("DROP VIEW v_book;", "public.v_book")["lock"],
                         "ACCESS EXCLUSIVE")

    def test_rows_that_change(self):
        update = self.lock("UPDATE tb_book SET pages = 1;")
        self.assertEqual((update["changedRows"], update["lock"], update["severity"]),
                         (20000, "", "warning"))

    def test_findings_that_are_new(self):
        code, report = self.check(
            "ALTER TABLE tb_author ENABLE ROW LEVEL SECURITY;"
            "CREATE POLICY own ON tb_author USING (name = current_user);"
            "ALTER TABLE tb_book SET UNLOGGED; DROP INDEX tb_book_author;")
        found = {(each["severity"], each["code"], each["subject"]) for each in report["findings"]}
        self.assertIn(("error", "view-bypasses-rls", "public.v_author"), found)
        self.assertIn(("warning", "unlogged-table", "tb_book"), found)
        self.assertIn(("warning", "foreign-key-without-index", "tb_book"), found)
        self.assertNotIn("superuser", {each["code"] for each in report["findings"]})
        self.assertEqual(code, 1)

    def test_a_database_without_a_schema(self):
        code, report = self.check("COMMENT ON VIEW v_book IS '@nonsense';")
        self.assertEqual(code, 1)
        self.assertEqual([(each["code"], each["subject"]) for each in report["findings"]],
                         [("no-schema", "schema")])

    def test_it_looks_as_the_role_of_the_server(self):
        _, report = self.check("REVOKE SELECT ON v_book FROM api;", "--role", "api")
        self.assertIn(("breaking", "TYPE_REMOVED", "Book"), self.changes(report))
        _, report = self.check("REVOKE SELECT ON v_book FROM api;")
        self.assertEqual(report["schema"], [])

    def test_settings_of_the_migration_do_not_count(self):
        code, report = self.check("SET search_path = ''; SET ROLE api; RESET ROLE;"
                                  "SET statement_timeout = 0; SET lock_timeout = 0;"
                                  "CREATE TABLE public.tb_new (id int);")
        self.assertEqual((code, report["schema"], report["operations"]), (0, [], []))

    def test_what_ends_the_transaction_is_refused_before_anything_runs(self):
        said = self.refused("DROP TABLE tb_book CASCADE;\nCOMMIT;\n/* x */ commit;\nBEGIN;")
        for line in ("line 2: COMMIT", "line 3: COMMIT", "line 4: BEGIN"):
            self.assertIn(line, said)
        self.assertIn("line 1: \\i", self.refused("\\i other.sql\n"))
        self.assertIn("CREATE INDEX CONCURRENTLY",
                      self.refused("CREATE INDEX CONCURRENTLY ON tb_book (pages);"))
        self.assertIn("line 1: VACUUM", self.refused("VACUUM tb_book;"))
        self.assertIn("ALTER SEQUENCE", self.refused("SELECT setval('numbers', 9);"))

    def test_no_commit_gets_through(self):
        """However a COMMIT is hidden, PostgreSQL or the check refuses it."""
        drop = "DROP TABLE tb_book CASCADE;\n"
        self.assertIn("invalid transaction termination",
                      self.refused(drop + "DO $$ BEGIN COMMIT; END $$;"))
        self.assertIn("invalid transaction termination", self.refused(
            drop + "CREATE PROCEDURE pr_end() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;\n"
            "CALL pr_end();"))
        # With this setting, PostgreSQL sees another end of the text than the check does.
        self.assertIn("multiple commands", self.refused(
            drop + "SET standard_conforming_strings = off;\nSELECT 'a\\'' ; COMMIT; --';"))
        self.refused(drop + "SELECT 1 \\; COMMIT;")

    def test_a_migration_that_fails(self):
        said = self.refused("SELECT 1;\n\nALTER TABLE tb_book\n  ADD COLUMN title text;")
        self.assertRegex(said, r"fails at line 3 \(ALTER TABLE\): column \"title\" of relation "
                               r"\"tb_book\" already exists")

    def test_it_does_not_wait_for_long(self):
        with subprocess.Popen(["psql", "-XAtq", "-d", self.database.url], text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
            other.stdin.write("BEGIN; LOCK tb_author IN ACCESS SHARE MODE; SELECT 'held';\n")
            other.stdin.flush()
            self.assertEqual(other.stdout.readline().strip(), "held")
            began = time.monotonic()
            said = self.refused("SET lock_timeout = 0; ALTER TABLE tb_author ADD x int;",
                                "--lock-timeout", "200")
            self.assertLess(time.monotonic() - began, PATIENCE)
            other.stdin.close()
        self.assertIn("lock timeout", said)
        self.assertIn("--statement-timeout", self.refused("SELECT pg_sleep(60);",
                                                          "--statement-timeout", "1"))

    def test_readers_get_their_rows_during_a_check_that_takes_no_exclusive_lock(self):
        rows = []
        reader = threading.Thread(target=lambda: rows.append(
            self.psql("SELECT pg_sleep(0.2); SELECT count(*) FROM tb_book")))
        reader.start()
        self.check("SELECT pg_sleep(1); CREATE TABLE tb_other (id int);")
        reader.join(PATIENCE)
        self.assertIn("20000", rows[0])

    def test_people_get_sentences(self):
        said = self.try_out("DROP INDEX tb_book_title; ALTER TABLE tb_log ALTER id TYPE bigint;",
                            "--operations", str(self.folder / "operations")).stdout
        for part in ("Registered operations that are planned otherwise", "before:",
                     "Seq Scan on tb_book", "Locks and writes", "written again",
                     "2 statements were run and rolled back"):
            self.assertIn(part, said)

    def test_options_that_need_a_file(self):
        done = run("check", "--database", self.database.url, "--lock-timeout", "5")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("migration", done.stderr)
        self.assertEqual(self.refused("-- nothing\n").count("has no statement"), 1)

    def test_two_schemas_differ(self):
        old, new = self.folder / "old.graphql", self.folder / "new.graphql"
        old.write_text("type Query { a: Int b: Int }")
        new.write_text("type Query { a: Int! c: Int }")
        done = run("diff", str(old), str(new))
        self.assertEqual(done.returncode, 1)
        self.assertIn("breaking  Query.b was removed. [FIELD_REMOVED]", done.stdout)
        self.assertIn("1 breaking, 0 dangerous, 2 safe", done.stdout)
        self.assertEqual(run("diff", str(old), str(old)).returncode, 0)
        self.assertEqual(run("diff", str(old), "/nowhere").returncode, 2)
        changes = json.loads(run("diff", str(old), str(new), "--json").stdout)["changes"]
        self.assertEqual(changes[0]["place"], "Query.b")
        printed = run("schema", "--database", as_role(self.database.url, "api")).stdout
        old.write_text(printed)
        self.assertEqual(run("diff", str(old), str(old), "--fail-on", "note").returncode, 0)


if __name__ == "__main__":
    unittest.main()
