# SPDX-License-Identifier: MIT
"""`fraiseql check`: what is wrong with a database is found, and following the hint mends it."""
import json
import subprocess
import unittest

from product import PATIENCE, Database, as_role, run, wait_until

SOUND = """
CREATE ROLE api LOGIN;
GRANT pg_monitor TO api;
CREATE TABLE tb_author (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE tb_book (id int PRIMARY KEY, author_id int NOT NULL REFERENCES tb_author, title text);
CREATE INDEX tb_book_author ON tb_book (author_id);
INSERT INTO tb_author SELECT i, 'author ' || i FROM generate_series(1, 10) i;
INSERT INTO tb_book SELECT i, i % 10 + 1, 'book ' || i FROM generate_series(1, 5000) i;
CREATE VIEW v_book AS SELECT b.id, jsonb_build_object('id', b.id, 'title', b.title,
    'author', jsonb_build_object('name', a.name)) AS data
FROM tb_book b JOIN tb_author a ON a.id = b.author_id;
GRANT SELECT ON v_book, tb_book, tb_author TO api;
"""

WRONG = """
CREATE UNLOGGED TABLE tb_visit (id int PRIMARY KEY, book_id int REFERENCES tb_book, at text);
INSERT INTO tb_visit SELECT i, i % 5000 + 1, 'now' FROM generate_series(1, 5000) i;
CREATE VIEW v_visit AS SELECT id, jsonb_build_object('id', id, 'at', at) AS data FROM tb_visit;
CREATE MATERIALIZED VIEW mv_empty AS SELECT id, data FROM v_book WITH NO DATA;
CREATE MATERIALIZED VIEW mv_book AS SELECT id, data FROM v_book;
CREATE TABLE tv_book (id int PRIMARY KEY, data jsonb NOT NULL);
INSERT INTO tv_book SELECT id, data || jsonb_build_object('text',
    (SELECT string_agg(md5(id::text || i), '') FROM generate_series(1, 90) i))
FROM v_book WHERE id <= 50;
CREATE TABLE cache_versions (context text PRIMARY KEY, version bigint NOT NULL);
CREATE FUNCTION fn_root() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
GRANT SELECT ON tb_visit, v_visit, mv_empty, mv_book, tv_book TO api;
"""

FOUND = {
    ("error", "not-populated", "mv_empty"),
    ("warning", "unlogged-table", "tb_visit"),
    ("warning", "foreign-key-without-index", "tb_visit"),
    ("warning", "refresh-blocks-readers", "mv_empty"),
    ("warning", "refresh-blocks-readers", "mv_book"),
    ("warning", "stale-statistics", "tb_visit"),
    ("warning", "hot-version-row", "cache_versions"),
    ("warning", "definer-without-search-path", "public.fn_root"),
    ("note", "compressed-documents", "tv_book"),
}
MENDED_BY_HINT = {"not-populated", "unlogged-table", "foreign-key-without-index",
                  "stale-statistics"}


class Check(unittest.TestCase):
    def open(self, sql):
        self.database = Database(sql=sql, settings=("fsync=on", "full_page_writes=on"))
        self.addCleanup(self.database.close)
        # A session's changes count when it ends, which may be after its client has gone: only
        # then are they surely earlier than ANALYZE.
        wait_until(lambda: self.others() == 0, "the end of the session that made the tables")
        self.sql("ANALYZE")

    def others(self):
        """Returns how many sessions there are besides the one that asks."""
        done = subprocess.run(
            ["psql", "-XAtq", "-d", self.database.url, "-c",
             "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' "
             "AND pid <> pg_backend_pid()"],
            check=True, capture_output=True, text=True, timeout=PATIENCE)
        return int(done.stdout)

    def sql(self, *statements):
        for statement in statements:
            subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.database.url,
                            "-c", statement], check=True, timeout=PATIENCE)

    def check(self, *options, role="api"):
        """Returns the exit code and the findings about the schema, not about the cluster."""
        url = as_role(self.database.url, role) if role else self.database.url
        result = run("check", "--json", "--database", url, *options)
        self.assertEqual(result.stderr, "")
        report = json.loads(result.stdout)
        for kind in ("error", "warning", "note"):
            self.assertEqual(report[kind + "s"],
                             sum(each["severity"] == kind for each in report["findings"]))
        return result.returncode, [each for each in report["findings"]
                                   if not each["subject"].startswith(("setting ", "schema"))]

    def mend(self, findings):
        for each in findings:
            if each["code"] in MENDED_BY_HINT:
                self.sql(each["hint"].split(";")[0])

    @staticmethod
    def keys(findings):
        return {(each["severity"], each["code"], each["subject"]) for each in findings
                if each["code"] != "schema"}

    def test_a_sound_database_passes(self):
        self.open(SOUND)
        self.assertEqual(self.check(), (0, []))

    def test_what_is_wrong_is_found_and_the_hint_mends_it(self):
        self.open(SOUND + WRONG)
        self.sql("UPDATE tb_visit SET at = 'later'")
        code, findings = self.check()
        self.assertLessEqual(FOUND, self.keys(findings))
        self.assertEqual(code, 1)
        self.mend(findings)
        # A view that has been refreshed wants to be analyzed now.
        self.mend(self.check()[1])
        left = {key for key in self.keys(self.check()[1]) if key[1] in MENDED_BY_HINT}
        self.assertEqual(left, set())

    def test_exit_codes_follow_the_severity(self):
        self.open(SOUND + "ALTER TABLE tb_book SET UNLOGGED;")
        self.assertEqual(self.check()[0], 0)
        self.assertEqual(self.check("--fail-on", "warning")[0], 1)

    def test_a_superuser_is_an_error(self):
        self.open(SOUND)
        code, findings = self.check(role=None)
        self.assertEqual((code, [each["code"] for each in findings]), (1, ["superuser"]))

    def test_people_get_sentences(self):
        self.open(SOUND + "ALTER TABLE tb_book SET UNLOGGED;")
        said = run("check", "--database", as_role(self.database.url, "api")).stdout
        self.assertRegex(said, r"warning +tb_book \[unlogged-table\]\n +It is unlogged: .*\n"
                               r" +ALTER TABLE tb_book SET LOGGED;")

    def test_it_wants_a_database(self):
        self.assertIn("--database", run("check").stderr)


if __name__ == "__main__":
    unittest.main()
