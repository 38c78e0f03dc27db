# SPDX-License-Identifier: MIT
"""SQL in every text that can enter: it stays a value, or is refused, and never becomes SQL."""
import base64
import json
import os
import pathlib
import subprocess
import tempfile
import unittest
import urllib.parse

from product import Database, Server, run, wait_until
from test_security import SECRET, as_role, bearer

SCHEMA = """
CREATE ROLE api LOGIN;
CREATE TABLE tb_note (id int PRIMARY KEY, title text NOT NULL, tags text[] NOT NULL DEFAULT '{}',
  extra jsonb NOT NULL DEFAULT '{}', made date NOT NULL DEFAULT '2020-01-01');
INSERT INTO tb_note (id, title) SELECT i, 'note ' || i FROM generate_series(1, 5) i;
CREATE TABLE tb_canary (id int PRIMARY KEY);
INSERT INTO tb_canary VALUES (1);
CREATE VIEW v_note AS SELECT id, title, jsonb_build_object('id', id, 'title', title, 'tags', tags,
  'extra', extra, 'made', made, 'parts', (SELECT jsonb_agg(jsonb_build_object('n', n.id,
  'word', n.title)) FROM tb_note n)) AS data FROM tb_note;
CREATE VIEW v_odd AS SELECT id, jsonb_build_object('id', id) AS data FROM tb_note;
CREATE VIEW v_strange AS SELECT * FROM v_odd;
COMMENT ON VIEW v_odd IS 'Robert''); DROP TABLE tb_canary; --
@authorize role:it''s"); permission:x''; authenticated"';
CREATE FUNCTION fn_rename_note(p_id int, p_title text) RETURNS text LANGUAGE sql
  AS $$ UPDATE tb_note SET title = p_title WHERE id = p_id RETURNING title $$;
CREATE FUNCTION fn_echo(p_input jsonb) RETURNS jsonb LANGUAGE sql STABLE
  AS $$ SELECT to_jsonb(current_setting('app.user_id', true)) $$;
GRANT SELECT, UPDATE ON tb_note TO api;
GRANT ALL ON tb_canary TO api;
GRANT SELECT ON v_note, v_odd, v_strange TO api;
"""

HOSTILE = [
    "'", "''", '"', "\\", "\\'", "' OR '1'='1", "' OR 1=1 --", "1; DROP TABLE tb_canary; --",
    "'); DROP TABLE tb_canary; --", "x'||(SELECT version())||'", "$1", "$$", "$x$", "%", "_", "%s",
    "{0}", ":title", "/*", "*/", "-- ", "1) UNION SELECT 1 --", "E'\\047'", "U&'\\0027'",
    "\u02bc OR 1=1", "\uff07 OR 1=1", "\u0000", "a\u0000b", "\U0001f600", "\u202e", "\x1b[2J",
    "pg_sleep(10)", "'; SELECT pg_sleep(10); --", "null", "NULL", "ARRAY[1]", "{a,\"b}", "{,}",
    "(1,2)", "data->>'x'", "t.title", "r.\"data\"", "[\"a\"]", "{\"a\": 1}", "\n\r\t", "a" * 9000,
]

DATES = ["2020-01-01' OR true --", "infinity", "now", "today", "'"]


class Injection(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database(sql=SCHEMA)
        cls.addClassCleanup(cls.database.close)
        os.environ["FRAISEQL_JWT_SECRET"] = SECRET
        cls.addClassCleanup(os.environ.pop, "FRAISEQL_JWT_SECRET")
        cls.url = as_role(cls.database.url, "api")
        cls.server = Server(command=["serve", "--database", cls.url])
        cls.addClassCleanup(cls.server.close)

    def tearDown(self):
        count = subprocess.run(["psql", "-XAt", "-d", self.database.url, "-c",
                                "SELECT count(*) FROM tb_canary, v_note"],
                               check=True, capture_output=True, text=True).stdout.strip()
        self.assertEqual(count, "5")
        for sign in ("syntax error", "unterminated", "does not exist", "could not determine"):
            self.assertNotIn(sign, self.database.log())

    def sql(self, text):
        subprocess.run(["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", self.database.url, "-c",
                        text], check=True, capture_output=True)

    def ask(self, query, headers=None, **variables):
        body = json.dumps({"query": query, "variables": variables})
        response = self.server.post(body, headers)
        self.assertLess(response.status, 500, query)
        answer = json.loads(response.text)
        for error in answer.get("errors", []):
            self.assertNotEqual(error["extensions"]["code"], "INTERNAL_SERVER_ERROR", error)
        return answer

    def rows(self, answer, field="notes"):
        """The rows, of which there are none where the value was refused."""
        return (answer.get("data") or {}).get(field) or []

    def test_conditions(self):
        operators = ("eq", "neq", "startsWith", "endsWith", "contains", "icontains", "in", "notin")
        for text in HOSTILE:
            for operator in operators:
                value = [text] if operator.endswith("in") and operator != "contains" \
                    and operator != "icontains" else text
                answer = self.ask("query($w: NoteWhereInput) { notes(where: $w) { id } }",
                                  w={"title": {operator: value}})
                if operator in ("eq", "in"):
                    self.assertEqual(self.rows(answer), [], text)
            for where in ({"tags": {"contains": [text]}}, {"extra": {"contains": {text: text}}},
                          {"extra": {"hasKey": text}}, {"parts": {"some": {"word": {"eq": text}}}},
                          {"made": {"eq": text}}, {"id": {"eq": text}}, {text: {"eq": 1}},
                          {"title": {text: "x"}}):
                answer = self.ask("query($w: NoteWhereInput) { notes(where: $w) { id } }", bearer(),
                                  w=where)
                self.assertLess(len(self.rows(answer)), 5, where)
        for text in DATES:
            self.ask("query($w: NoteWhereInput) { notes(where: $w) { id } }",
                     w={"made": {"eq": text}})

    def test_order_pages_and_groups(self):
        for text in HOSTILE:
            for query, variables in (
                    ("query($o: [NoteOrderByInput!]) { notes(orderBy: $o) { id } }",
                     {"o": [{text: "ASC"}]}),
                    ("query($l: Int) { notes(limit: $l) { id } }", {"l": text}),
                    ("query($i: Int!) { note(id: $i) { id } }", {"i": text}),
                    ("query($g: [NoteAggregateGroupByInput!]) { notesAggregate(groupBy: $g) "
                     "{ count } }", {"g": [{"title": text}]})):
                self.assertIn("errors", self.ask(query, **variables), text)

    def test_cursors(self):
        query = "query($a: String) { notesConnection(first: 2, after: $a) { edges { cursor node " \
                "{ id } } } }"
        good = self.ask(query)["data"]["notesConnection"]["edges"][1]["cursor"]
        signature = json.loads(base64.b64decode(good))[0]
        for text in HOSTILE:
            forged = base64.b64encode(json.dumps([signature, text]).encode()).decode()
            for cursor in (text, forged, base64.b64encode(text.encode("utf8", "replace")).decode()):
                answer = self.ask(query, a=cursor)
                if text:
                    self.assertTrue("errors" in answer or answer["data"], cursor)
        self.assertEqual(self.ask(query, a=good)["data"]["notesConnection"]["edges"][0]["node"],
                         {"id": "3"})

    def test_functions_and_claims(self):
        for text in HOSTILE:
            rename = "mutation($t: String!) { renameNote(id: 1, title: $t) { result } }"
            answer = self.ask(rename, t=text)
            if "errors" not in answer:
                self.assertEqual(answer["data"]["renameNote"]["result"], text)
            headers = bearer(sub=text, tenant_id=text, roles=[text], permissions=[text])
            answer = self.server.post(
                json.dumps({"query": "{ echo(input: {}) }"}), headers)
            if answer.status == 200 and "errors" not in json.loads(answer.text):
                self.assertEqual(json.loads(answer.text)["data"]["echo"], text)
        self.ask("mutation($t: String!) { renameNote(id: 1, title: $t) { result } }", t="note 1")

    def test_names_and_headers(self):
        for text in HOSTILE:
            body = {"query": "{ notes { id } }", "operationName": text}
            self.assertLess(self.server.post(json.dumps(body)).status, 500)
            for extra in ({"documentId": text},
                          {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": text}}}):
                self.assertLess(self.server.post(json.dumps(extra)).status, 500)
            self.ask(f"query($x: Int) {{ notes {{ id }} }} # {text}")
            self.ask("{ notes { " + json.dumps(text) + ": id } }")
            path = "/graphql?" + urllib.parse.urlencode(
                {"query": "{ notes { id } }", "operationName": text,
                 "variables": json.dumps({text: text})}, errors="replace")
            self.assertLess(self.server.request("GET", path).status, 500)
            if text.isprintable() and text.isascii():
                for name in ("Authorization", "Idempotency-Key", "Accept", "Cookie"):
                    response = self.server.post('{"query":"{ notes { id } }"}', {name: text})
                    self.assertLess(response.status, 500, (name, text))

    def test_parameters_of_templates(self):
        done = run("db", "install", "turbo", "--role", "api", "--database", self.database.url)
        self.assertEqual(done.returncode, 0, done.stderr)
        with tempfile.TemporaryDirectory() as folder:
            query, template = pathlib.Path(folder) / "q.graphql", pathlib.Path(folder) / "t.sql"
            query.write_text("query($title: String!) "
                             "{ notes(where: {title: {eq: $title}}) { id title } }")
            template.write_text(
                '-- @context who = user_id\n-- @sample {"title": "note 2"}\n'
                '-- @claims {"sub": "ann"}\n'
                "SELECT json_build_object('notes', coalesce((SELECT json_agg(json_build_object("
                "'id', id::text, 'title', title)) FROM v_note WHERE title = :title "
                "AND :who::text IS NOT NULL), '[]')) /* by hand */")
            done = run("turbo", "add", "by_hand", str(query), "--sql", str(template),
                       "--jwt-tenant-claim", "tenant_id", "--database", self.database.url)
            self.assertEqual(done.returncode, 0, done.stderr)
        body = {"documentId": "by_hand", "variables": {"title": "note 2"}}
        wait_until(lambda: "data" in self.server.post(json.dumps(body), bearer()).text, "the text")
        for text in HOSTILE:
            body["variables"] = {"title": text}
            response = self.server.post(json.dumps(body), bearer(sub=text))
            self.assertLess(response.status, 500, text)
            if response.status == 200:
                self.assertEqual(self.rows(json.loads(response.text)), [], text)
        # It was the template that answered.
        body["variables"] = {"title": "note 2"}
        self.assertEqual(self.rows(json.loads(self.server.post(json.dumps(body), bearer()).text)),
                         [{"id": "2", "title": "note 2"}])
        sent = subprocess.run(["psql", "-XAt", "-d", self.database.url, "-c",
                               "SELECT string_agg(query, ' ') FROM pg_stat_activity "
                               "WHERE application_name = 'fraiseql'"],
                              check=True, capture_output=True, text=True).stdout
        self.assertIn("/* by hand */", sent)

    def test_annotations(self):
        """What comments say is understood, refused by its name, or text: it is never run."""
        lines = ("@authorize role:{}", "@authorize permission:{}", "@authorize owner:{}",
                 "@authorize {} authenticated", "@cost {}", "@cost {}:3", "@cache context {}",
                 "@cache ttl {}", "@name {}", "@hide {}", "@{}")
        texts = ("'", '"', "'); DROP TABLE tb_canary; --", '"; DROP TABLE tb_canary; --', "$1",
                 "id\" OR true --", "x); DELETE FROM tb_canary; --", "a" * 3000)
        for line in lines:
            for text in texts:
                comment = line.format(text).replace("'", "''")
                self.sql(f"COMMENT ON VIEW v_strange IS 'Strange.\n{comment}'")
                printed = run("schema", "--database", self.url)
                if printed.returncode == 0:
                    self.assertIn("type Note ", printed.stdout, comment)
                else:
                    self.assertTrue(printed.stderr.startswith("fraiseql: "), comment)
        self.sql("COMMENT ON VIEW v_strange IS NULL")

    def test_comments(self):
        printed = run("schema", "--database", self.url)
        self.assertEqual(printed.returncode, 0, printed.stderr)
        self.assertIn("DROP TABLE tb_canary", printed.stdout)


if __name__ == "__main__":
    unittest.main()
