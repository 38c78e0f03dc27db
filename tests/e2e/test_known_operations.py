# SPDX-License-Identifier: MIT
"""Persisted and registered operations, as clients and operators meet them."""
import hashlib
import json
import pathlib
import subprocess
import tempfile
import unittest
import urllib.parse

from product import BLOG_FILES, Database, Server, run, wait_until

QUERY = "query Users($limit: Int) { users(limit: $limit) { id } }"


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def by_hash(text):
    return {"persistedQuery": {"version": 1, "sha256Hash": sha256(text)}}


class KnownOperations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database(*BLOG_FILES)
        cls.addClassCleanup(cls.database.close)
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        two_users = pathlib.Path(cls.folder.name) / "two_users.graphql"
        two_users.write_text("{ users(limit: 2) { id } }")
        cls.command("db", "install", "turbo")
        serve = ["serve", "--database", cls.database.url, "--workers", "2"]
        cls.server = Server(command=[*serve, "--operations", cls.folder.name])
        cls.addClassCleanup(cls.server.close)
        cls.strict = Server(command=[*serve, "--only-registered"])
        cls.addClassCleanup(cls.strict.close)

    @classmethod
    def command(cls, *words):
        done = run(*words, "--database", cls.database.url)
        if done.returncode != 0:
            raise AssertionError(f"{words}: {done.stdout}{done.stderr}")
        return done.stdout

    def add(self, name, text, *words):
        with tempfile.NamedTemporaryFile("w", suffix=".graphql") as file:
            file.write(text)
            file.flush()
            return self.command("turbo", "add", name, file.name, *words)

    def sql(self, text):
        done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-d", self.database.url, "-c", text],
                              check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def ask(self, server=None, **request):
        return json.loads((server or self.server).post(json.dumps(request)).text)

    def code(self, answer):
        self.assertNotIn("data", answer)
        return answer["errors"][0]["extensions"]["code"]

    def test_automatic_persisted_queries(self):
        unknown = self.server.post(json.dumps({"extensions": by_hash(QUERY)}))
        self.assertEqual(unknown.status, 200)
        error = json.loads(unknown.text)["errors"][0]
        self.assertEqual(error["message"], "PersistedQueryNotFound")
        self.assertEqual(error["extensions"]["code"], "PERSISTED_QUERY_NOT_FOUND")
        plain = self.ask(query=QUERY, variables={"limit": 3})
        taught = self.ask(query=QUERY, variables={"limit": 3}, extensions=by_hash(QUERY))
        for _ in range(8):
            known = self.ask(variables={"limit": 3}, extensions=by_hash(QUERY))
            self.assertEqual(known, plain)
        self.assertEqual(taught, plain)
        parameters = urllib.parse.urlencode({"extensions": json.dumps(by_hash(QUERY)),
                                             "variables": json.dumps({"limit": 3})})
        got = self.server.request("GET", "/graphql?" + parameters)
        self.assertEqual(json.loads(got.text), plain)

    def test_a_hash_of_another_text_poisons_nothing(self):
        other = "{ users { name } }"
        self.assertEqual(self.code(self.ask(query=QUERY, extensions=by_hash(other))), "BAD_REQUEST")
        unknown = self.ask(extensions=by_hash(other))
        self.assertEqual(self.code(unknown), "PERSISTED_QUERY_NOT_FOUND")

    def test_a_get_by_hash_runs_no_mutation(self):
        text = "mutation { __typename }"
        self.assertEqual(self.ask(query=text, extensions=by_hash(text))["data"],
                         {"__typename": "Mutation"})
        parameters = urllib.parse.urlencode({"extensions": json.dumps(by_hash(text))})
        self.assertEqual(self.server.request("GET", "/graphql?" + parameters).status, 405)

    def test_operations_of_a_folder(self):
        answer = self.ask(documentId="two_users", variables={"limit": 100})
        self.assertEqual(len(answer["data"]["users"]), 2)
        got = self.server.request("GET", "/graphql?documentId=two_users")
        self.assertEqual(json.loads(got.text), answer)
        self.assertEqual(self.code(self.ask(documentId="nothing")), "PERSISTED_QUERY_NOT_FOUND")

    def test_a_folder_is_followed(self):
        file = pathlib.Path(self.folder.name) / "live_file.graphql"
        file.write_text("{ users(limit: 1) { id } }")
        answer = wait_until(lambda: self.ask(documentId="live_file").get("data"), "a new file")
        self.assertEqual(len(answer["users"]), 1)
        file.write_text("{ users(limit: 1) { nothing } }")
        wait_until(lambda: "The version before goes on." in self.server.log(), "a note in the log")
        self.assertEqual(self.ask(documentId="live_file")["data"], answer)
        file.write_text("{ users(limit: 3) { id } }")
        wait_until(lambda: len(self.ask(documentId="live_file")["data"]["users"]) == 3, "a change")
        file.unlink()
        wait_until(lambda: "errors" in self.ask(documentId="live_file"), "the end of the file")

    def test_persisted_queries_are_known_to_all_servers(self):
        other = Server(command=["serve", "--database", self.database.url, "--workers", "1"])
        self.addCleanup(other.close)
        for n in range(20):
            text = f"{{ shared{n}: users(limit: 1) {{ id }} }}"
            self.assertEqual(self.code(self.ask(other, extensions=by_hash(text))),
                             "PERSISTED_QUERY_NOT_FOUND")
            taught = self.ask(query=text, extensions=by_hash(text))
            self.assertEqual(self.ask(other, extensions=by_hash(text)), taught)
        self.assertEqual(self.sql("SELECT count(*) FROM turbo.tb_persisted_query "
                                  "WHERE graphql_query LIKE '{ shared%'"), "20")
        refused = "{ users(limit: 5) { id } }"
        self.ask(self.strict, query=refused, extensions=by_hash(refused))
        self.assertEqual(self.sql("SELECT count(*) FROM turbo.tb_persisted_query "
                                  f"WHERE sha256 = '{sha256(refused)}'"), "0")

    def test_a_text_under_a_foreign_hash_is_not_believed(self):
        wanted, planted = "{ posts(limit: 1) { id } }", "{ users(limit: 1) { email } }"
        self.sql("INSERT INTO turbo.tb_persisted_query (sha256, graphql_query) "
                 f"VALUES ('{sha256(wanted)}', '{planted}')")
        self.assertEqual(self.code(self.ask(extensions=by_hash(wanted))),
                         "PERSISTED_QUERY_NOT_FOUND")

    def test_persisted_queries_are_bounded(self):
        insert = "SELECT count(turbo.fn_persist_query(encode(sha256(q::bytea), 'hex'), q)) FROM (" \
                 "SELECT format('{{ bound%s }}', n) AS q FROM generate_series(1, 60) n) s"
        self.sql("UPDATE turbo.tb_persisted_limit SET max_rows = 50")
        self.sql(insert)
        self.assertEqual(self.sql("SELECT count(*) FROM turbo.tb_persisted_query"), "50")
        self.sql("UPDATE turbo.tb_persisted_limit SET max_bytes = 100")
        one = "SELECT turbo.fn_persist_query(encode(sha256(q::bytea), 'hex'), q) FROM " \
              "(SELECT '{ oneMore }'::text AS q) s"
        self.sql(one)
        self.assertLessEqual(int(self.sql("SELECT sum(octet_length(graphql_query)) "
                                          "FROM turbo.tb_persisted_query")), 100)
        self.assertEqual(self.sql("SELECT count(*) FROM turbo.tb_persisted_query "
                                  "WHERE graphql_query = '{ oneMore }'"), "1")
        self.sql("UPDATE turbo.tb_persisted_query SET last_sent_at = now() - interval '1 year'")
        self.sql(one.replace("oneMore", "young"))
        self.assertEqual(self.sql("SELECT string_agg(graphql_query, '') "
                                  "FROM turbo.tb_persisted_query"), "{ young }")
        self.sql("UPDATE turbo.tb_persisted_limit SET max_rows = DEFAULT, max_bytes = DEFAULT")

    def test_statistics(self):
        self.add("counted", "query ($n: Int) { counted: users(limit: $n) { id } }")
        wait_until(lambda: "data" in self.ask(documentId="counted"), "the operation")
        for n in range(30):
            self.ask(documentId="counted", variables={"n": 1 + n % 2})
        self.ask(documentId="counted", variables={"n": -1})
        metrics = self.server.request("GET", "/metrics").text
        self.assertRegex(metrics, r'fraiseql_turbo_duration_seconds_count{operation="counted"} 3')
        self.assertRegex(metrics, r'fraiseql_turbo_errors_total{operation="counted"} 1\n')
        wait_until(lambda: "calls     3" in self.command("turbo", "show", "counted"), "statistics")
        shown = self.command("turbo", "show", "counted")
        self.assertRegex(shown, r"calls     3\d, of which 2\d found their plan and 1 had errors")
        self.assertIn("95 % within", shown)
        self.assertRegex(self.command("turbo", "list"), r"\ncounted +3\d ")

    def test_a_server_registers_hot_operations(self):
        hot = "{ hot: users { id } }"
        candidates = json.dumps([{"query": hot, "microseconds": 9}])
        add = "SELECT turbo.fn_add_statistics('[]', '{}', {})"
        self.sql(add.format(candidates, 1))
        wait_until(lambda: "(adaptive)" in self.command("turbo", "list"), "the operation")
        name = "adaptive/" + sha256(hot)[:16]
        wait_until(lambda: "data" in self.ask(documentId=name), "the operation on the server")
        # It is no list of what clients may call.
        self.assertEqual(self.code(self.ask(self.strict, query=hot)), "FORBIDDEN")
        self.sql(add.format(candidates.replace("hot:", "other:"), 1))
        self.assertEqual(self.sql("SELECT count(*) FROM turbo.tb_turbo_query "
                                  "WHERE is_adaptive"), "1")
        self.sql("UPDATE turbo.tb_turbo_query SET created_at = '2000-01-01' WHERE is_adaptive")
        self.sql("DELETE FROM turbo.tb_turbo_statistics")
        self.sql(add.format("[]", 1))
        self.assertNotIn("(adaptive)", self.command("turbo", "list"))
        both = run("serve", "--database", self.database.url, "--only-registered",
                   "--adaptive-operations", "5")
        self.assertIn("does not go with", both.stderr)

    def test_registering_is_live_on_all_servers(self):
        self.add("live", QUERY, "--hash", "my-own-hash")
        for server in (self.server, self.strict):
            wait_until(lambda s=server: "data" in self.ask(s, documentId="live"), "registering")
            for name in ("live", "my-own-hash", "sha256:" + sha256(QUERY)):
                answer = self.ask(server, documentId=name, variables={"limit": 2})
                self.assertEqual(len(answer["data"]["users"]), 2)
        self.assertIn("live", self.command("turbo", "list"))
        self.assertIn("my-own-hash", self.command("turbo", "show", "live"))
        self.command("turbo", "remove", "live")
        wait_until(lambda: "errors" in self.ask(documentId="live"), "the operation's end")

    def test_only_registered_operations_run(self):
        self.add("allowed", "{ users(limit: 1) { id name } }")
        allowed = {"documentId": "allowed"}
        wait_until(lambda: "data" in self.ask(self.strict, **allowed), "the new operation")
        as_text = self.ask(self.strict, query="{ users(limit: 1) { id name } }")
        self.assertEqual(as_text, self.ask(self.strict, **allowed))
        for query in ("{ users(limit: 2) { id name } }", "{ __schema { types { name } } }", "{"):
            self.assertEqual(self.code(self.ask(self.strict, query=query)), "FORBIDDEN")
            hashed = self.ask(self.strict, query=query, extensions=by_hash(query))
            self.assertEqual(self.code(hashed), "FORBIDDEN")

    def test_a_lost_connection_is_made_again(self):
        end_all = ("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                   "WHERE query LIKE '%turbo%' AND pid <> pg_backend_pid()")
        self.add("before", "{ b: users(limit: 1) { id } }")
        wait_until(lambda: "data" in self.ask(documentId="before"), "the first operation")
        subprocess.run(["psql", "-X", "-q", "-d", self.database.url, "-c", end_all], check=True,
                       capture_output=True)
        self.add("after", "{ c: users(limit: 1) { id } }")
        wait_until(lambda: "data" in self.ask(documentId="after"), "the second operation")
        wait_until(lambda: "listening for changes again" in self.server.log(), "a note in the log")

    def test_what_does_not_fit_the_schema_is_refused(self):
        with tempfile.NamedTemporaryFile("w", suffix=".graphql") as file:
            file.write("{ users { nmae } }")
            file.flush()
            done = run("turbo", "add", "wrong", file.name, "--database", self.database.url)
        self.assertEqual(done.returncode, 1)
        self.assertIn("nmae", done.stderr)
        self.assertNotIn("wrong", self.command("turbo", "list"))

    TEMPLATED = "query ($n: Int!) { byHand: users(limit: $n, orderBy: {name: ASC}) { name } }"
    TEMPLATE = ("-- @sample {\"n\": 3}\n"
                "SELECT name AS \"name\" FROM v_user ORDER BY name, id LIMIT :n::int")

    def test_a_template_of_sql(self):
        compiled = self.ask(query=self.TEMPLATED, variables={"n": 2})
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
            file.write(self.TEMPLATE)
            file.flush()
            self.add("by_hand", self.TEMPLATED, "--sql", file.name)
        self.assertIn(":n::int", self.command("turbo", "show", "by_hand"))
        # PostgreSQL knows what it was asked last.
        self.sql("UPDATE turbo.tb_turbo_query SET sql_template = sql_template || ' /* by hand */' "
                 "WHERE identifier = 'by_hand'")
        wait_until(lambda: "by hand" in self.statements(), "the template")
        self.assertEqual(self.ask(documentId="by_hand", variables={"n": 2}), compiled)
        self.assertEqual(self.ask(query=self.TEMPLATED, variables={"n": 2}), compiled)

    def statements(self):
        """What the server has sent PostgreSQL last."""
        self.ask(documentId="by_hand", variables={"n": 1})
        return self.sql("SELECT string_agg(query, ' ') FROM pg_stat_activity "
                        "WHERE application_name = 'fraiseql'")

    def test_a_template_that_answers_otherwise_is_refused(self):
        wrong = self.TEMPLATE.replace("AS \"name\"", "|| '!' AS \"name\"")
        with tempfile.TemporaryDirectory() as folder:
            text, sql = pathlib.Path(folder) / "x.graphql", pathlib.Path(folder) / "x.sql"
            text.write_text(self.TEMPLATED.replace("byHand", "wrong"))
            sql.write_text(wrong)
            done = run("turbo", "add", "wrong_sql", str(text), "--sql", str(sql), "--database",
                       self.database.url)
            self.assertEqual(done.returncode, 1)
            self.assertIn('at "data.wrong[0].name" it has', done.stderr)
            self.assertEqual(run("turbo", "import", folder, "--database",
                                 self.database.url).returncode, 1)
        # Whoever writes to the table in another way cannot make a server answer wrongly.
        self.add("written", self.TEMPLATED.replace("byHand", "written"))
        self.sql("UPDATE turbo.tb_turbo_query SET sql_template = $t$" + wrong + "$t$, samples = "
                 "'[{\"variables\": {\"n\": 1}}]' WHERE identifier = 'written'")
        wait_until(lambda: "its SQL template is not used" in self.server.log(), "a note in the log")
        answer = self.ask(documentId="written", variables={"n": 1})["data"]["written"]
        self.assertNotIn("!", answer[0]["name"])

    def test_a_template_of_the_folder_follows_the_schema(self):
        folder = pathlib.Path(self.folder.name)
        (folder / "nicks.graphql").write_text("{ nicks { nick } }")
        self.sql("CREATE VIEW v_nick AS SELECT id, jsonb_build_object('id', id, 'nick', name) "
                 "AS data FROM users")
        wait_until(lambda: "data" in self.ask(documentId="nicks"), "the new view")
        before = self.ask(documentId="nicks")
        (folder / "nicks.sql").write_text("SELECT data->'nick' AS nick /* nicks by hand */ "
                                          "FROM v_nick ORDER BY id LIMIT 100")
        def runs_by_hand():
            self.assertEqual(self.ask(documentId="nicks"), before)
            return "nicks by hand" in self.statements()
        wait_until(runs_by_hand, "the template")
        # The template would not see the change; the compiled statement does.
        self.sql("CREATE OR REPLACE VIEW v_nick AS SELECT id, jsonb_build_object('id', id, 'nick', "
                 "lower(name)) AS data FROM users")
        lower = [row["nick"].lower() for row in before["data"]["nicks"]]
        wait_until(lambda: [row["nick"] for row in self.ask(documentId="nicks")["data"]["nicks"]]
                   == lower, "the changed view")

    def test_manifests_are_imported_whole_or_not_at_all(self):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump({"relay1": "{ r: users(limit: 1) { id } }"}, file)
            file.flush()
            self.assertIn("relay1", self.command("turbo", "import", file.name))
        wait_until(lambda: "data" in self.ask(documentId="relay1"), "the imported operation")

    def test_installing_twice_changes_nothing(self):
        self.add("stays", "{ s: users(limit: 1) { id } }")
        self.command("db", "install", "turbo")
        self.assertIn("stays", self.command("turbo", "list"))
        refused = run("db", "install", "turbos", "--database", self.database.url)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("turbo", refused.stderr)


if __name__ == "__main__":
    unittest.main()
