# SPDX-License-Identifier: MIT
"""Kept answers: what is kept, for how long, and what tells."""
import json
import re
import unittest

from kept_answers import KeptAnswers
from product import run, wait_until


class CacheTest(KeptAnswers):
    def test_says_what_it_tracks(self):
        self.assertEqual(self.installed.returncode, 0, self.installed.stderr)
        for table in ("tb_counter", "tb_note", "tb_team", "tb_part", "cache_versions"):
            self.assertIn(f"public.{table} bump", self.installed.stdout)
        again = run("db", "install", "cache", "--database", self.db.url)
        self.assertNotIn("bump", again.stdout)

    def test_sees_every_kind_of_write(self):
        server = self.serve()
        before = self.n(server)
        self.assertEqual(self.n(server), before)
        server.data("mutation { count(id: 1) { result } }")
        self.assertEqual(self.n(server), before + 1)
        self.sql("UPDATE tb_counter SET n = n + 1 WHERE id = 1")
        self.assertEqual(self.n(server), before + 2)
        self.sql("BEGIN; UPDATE tb_counter SET n = 0; ROLLBACK;")
        self.assertEqual(self.n(server), before + 2)
        self.sql("BEGIN; SAVEPOINT a; UPDATE tb_counter SET n = 0; ROLLBACK TO a; "
                 "UPDATE tb_counter SET n = n + 1; COMMIT")
        self.assertEqual(self.n(server), before + 3)

    def test_sees_writes_to_partitions_old_and_new(self):
        server = self.serve()
        query = "{ parts(orderBy: [{id: ASC}]) { id } }"
        self.sql("DELETE FROM tb_part")
        self.assertEqual(server.data(query)["parts"], [])
        self.sql("INSERT INTO tb_part_1 VALUES (1, 1)")
        self.assertEqual(len(server.data(query)["parts"]), 1)
        self.sql("CREATE TABLE tb_part_2 PARTITION OF tb_part FOR VALUES IN (2)")
        self.assertEqual(len(server.data(query)["parts"]), 1)
        self.sql("INSERT INTO tb_part_2 VALUES (2, 2)")
        self.assertEqual(len(server.data(query)["parts"]), 2)
        self.sql("DROP TABLE tb_part_2")
        self.assertEqual(len(server.data(query)["parts"]), 1)

    def test_answers_are_the_same_bytes_from_everywhere(self):
        cached, other, plain = self.serve(), self.serve(), self.serve("--cache-memory", "0")
        for query in ("{ counters(orderBy: [{id: ASC}]) { id n } }",
                      "{ a: counter(id: 1) { __typename n } }",
                      "{ __typename counter(id: 99) { n } }",
                      "{ countersAggregate { count } counters(limit: 1) { id } }",
                      "{ countersConnection(first: 1) { edges { cursor node { id } } } }"):
            body = json.dumps({"query": query})
            expected = plain.post(body)
            self.assertIsNone(expected.getheader("ETag"), query)
            for server in (cached, cached, other, other):
                answer = server.post(body)
                self.assertEqual(answer.text, expected.text)
                self.assertIsNotNone(answer.getheader("ETag"), answer.text)

    def test_one_server_finds_what_another_has_built(self):
        first, second = self.serve(), self.serve()
        body = json.dumps({"query": "{ counters(limit: 2, where: {n: {gte: 0}}) { id n } }"})
        first.post(body)
        stored = "SELECT count(*) FROM turbo.tb_graphql_cache WHERE operation LIKE '%gte: 0%'"
        wait_until(lambda: self.sql(stored) == "1", "the copy in the database")
        # An answer that nobody would build: only the copy has it.
        self.sql("UPDATE turbo.tb_graphql_cache SET response = '{\"data\":{\"counters\":[]}}' "
                 "WHERE operation LIKE '%gte: 0%'")
        self.assertEqual(json.loads(second.post(body).text)["data"]["counters"], [])
        self.sql("UPDATE tb_counter SET n = n + 1")
        self.assertEqual(len(json.loads(second.post(body).text)["data"]["counters"]), 2)

    def test_unchanged_answers_cost_a_304(self):
        server = self.serve()
        body = json.dumps({"query": "{ counters { id n } }"})
        first = server.post(body)
        tag = first.getheader("ETag")
        self.assertEqual(first.getheader("Cache-Control"), "private, no-cache")
        self.assertIn("Authorization", first.getheader("Vary"))
        for again in (server.post(body, {"If-None-Match": tag}),
                      server.request("GET", "/graphql?query=%7Bcounters%7Bid%20n%7D%7D",
                                     headers={"If-None-Match": tag})):
            self.assertEqual((again.status, again.text), (304, ""))
        server.data("mutation { count(id: 2) { result } }")
        changed = server.post(body, {"If-None-Match": tag})
        self.assertEqual(changed.status, 200)
        self.assertNotEqual(changed.getheader("ETag"), tag)

    def test_errors_and_mutations_are_not_kept(self):
        server = self.serve()
        body = json.dumps({"query": "mutation { count(id: 2) { result } }"})
        self.assertIsNone(server.post(body).getheader("ETag"))
        self.sql("ALTER TABLE tb_counter RENAME COLUMN n TO m")
        try:
            self.sql("ALTER VIEW v_counter RENAME TO v_gone")
            broken = server.post(json.dumps({"query": "{ counter(id: 2) { n } }"}))
            self.assertIn("errors", broken.text)
            self.assertIsNone(broken.getheader("ETag"))
        finally:
            self.sql("ALTER VIEW v_gone RENAME TO v_counter; "
                     "ALTER TABLE tb_counter RENAME COLUMN m TO n")
        self.assertNotIn("errors", server.graphql("{ counter(id: 2) { n } }"))

    def test_contexts_bumped_by_hand(self):
        server = self.serve()
        query = "{ hand(id: 1) { n } }"
        before = server.data(query)["hand"]["n"]
        # Both workers have it then, whichever is asked.
        wait_until(lambda: self.sql("SELECT count(*) FROM turbo.tb_graphql_cache "
                                    "WHERE operation LIKE '%hand%'") == "1", "the copy")
        self.sql("UPDATE tb_counter SET n = n + 1")
        self.assertEqual(server.data(query)["hand"]["n"], before)
        self.sql("SELECT fn_bump_hand()")
        self.assertEqual(server.data(query)["hand"]["n"], before + 1)

    def test_materialized_views_change_when_refreshed(self):
        server = self.serve()
        query = "{ total(id: 1) { total } }"
        before = server.data(query)["total"]["total"]
        self.sql("UPDATE tb_counter SET n = n + 1")
        self.assertEqual(server.data(query)["total"]["total"], before)
        self.sql("REFRESH MATERIALIZED VIEW mv_total")
        self.assertNotEqual(server.data(query)["total"]["total"], before)

    def test_time_to_live(self):
        server = self.serve()
        query = "{ clock(id: 1) { at } }"
        # The copy in the database, for the other workers, takes a moment.
        wait_until(lambda: server.data(query) == server.data(query), "a kept answer")
        first = server.data(query)
        wait_until(lambda: server.data(query) != first, "the end of an answer's life", 5)

    def test_production_refuses_what_it_cannot_keep(self):
        self.sql("CREATE TABLE tb_loose (id int PRIMARY KEY); CREATE VIEW v_loose AS "
                 "SELECT id, jsonb_build_object('id', id) AS data FROM tb_loose; "
                 "COMMENT ON VIEW v_loose IS '@cache'")
        try:
            refused = run("serve", "--database", self.db.url, "--environment", "production",
                          "--allow-rls-bypass", "v_note", "--listen", "127.0.0.1:0")
            self.assertEqual(refused.returncode, 1)
            self.assertIn("nothing tells when public.tb_loose changes", refused.stderr)
            self.assertIn("db install cache", refused.stderr)
            server = self.serve()
            server.wait_for_log("v_loose is not cached")
            printed = run("db", "install", "cache", "--print", "--database", self.db.url)
            self.assertIn("turbo.track('\"public\".\"tb_loose\"'::regclass)", printed.stdout)
            self.assertEqual(server.data("{ looses { id } }")["looses"], [])
            self.sql("INSERT INTO tb_loose VALUES (1)")
            self.assertEqual(len(server.data("{ looses { id } }")["looses"]), 1)
        finally:
            self.sql("DROP TABLE tb_loose CASCADE")

    def test_a_view_that_cannot_be_cached_any_more_is_served_without(self):
        server = self.serve("--environment", "production", "--allow-rls-bypass", "v_note",
                            "--schema-poll", "1")
        self.n(server)
        self.sql("ALTER TABLE tb_counter DISABLE TRIGGER bump_version")
        try:
            wait_until(lambda: "v_counter has @cache, but is served without a cache" in
                       server.log(), "the line in the log")
            for _ in range(3):
                before = self.n(server)
                self.sql("UPDATE tb_counter SET n = n + 1 WHERE id = 1")
                self.assertEqual(self.n(server), before + 1)
        finally:
            self.sql("ALTER TABLE tb_counter ENABLE ALWAYS TRIGGER bump_version")

    def test_metrics_say_where_answers_came_from(self):
        server = self.serve()
        for _ in range(3):
            self.n(server)
        metrics = server.request("GET", "/metrics").text
        counts = {source: float(value) for source, value in
                  re.findall(r'fraiseql_cache_answers_total{source="(\w+)"} (\S+)', metrics)}
        self.assertEqual(sum(counts.values()), 3)
        self.assertEqual(set(counts), {"memory", "joined", "database", "built"})
        self.assertGreaterEqual(counts["memory"], 1)
        self.assertRegex(metrics, r"fraiseql_cache_memory_bytes [1-9]")

    def test_a_role_that_may_not_ask_for_versions_is_told(self):
        self.sql("CREATE ROLE guest LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO "
                 "guest; GRANT USAGE ON SCHEMA turbo TO guest")
        server = self.serve(role="guest")
        server.wait_for_log('the role "guest" may not call turbo.')
        server.wait_for_log("db install cache --role guest")
        self.n(server)

    def test_nothing_that_is_installed_is_exposed(self):
        for module in ("turbo", "idempotency", "counts", "ddl"):
            self.assertEqual(run("db", "install", module, "--database", self.db.url).returncode, 0)
        server = self.serve()
        fields = server.data("{ __schema { mutationType { fields { name } } } }")
        names = {field["name"] for field in fields["__schema"]["mutationType"]["fields"]}
        self.assertEqual(names, {"bumpHand", "count", "join"})

    def test_estimates_are_not_kept(self):
        run("db", "install", "counts", "--database", self.db.url)
        server = self.serve()
        for field, kept in (("totalCount", True), ("estimatedCount", False),
                            ("plannedCount", False)):
            body = json.dumps({"query": f"{{ totalsConnection {{ {field} }} }}"})
            self.assertEqual(server.post(body).getheader("ETag") is not None, kept)

    def test_aggregates_of_ones_own_are_not_trusted(self):
        self.sql("CREATE FUNCTION fn_step(int, int) RETURNS int LANGUAGE sql STABLE AS "
                 "$$ SELECT $1 + $2 + (SELECT n FROM tb_counter LIMIT 1) $$; "
                 "CREATE AGGREGATE agg_odd(int) (SFUNC = fn_step, STYPE = int, INITCOND = '0'); "
                 "CREATE VIEW v_odd AS SELECT 1 AS id, jsonb_build_object('id', 1, 'n', "
                 "(SELECT agg_odd(k) FROM tb_part)) AS data; COMMENT ON VIEW v_odd IS '@cache'")
        try:
            self.serve().wait_for_log(
                "v_odd is not cached: nobody knows what it depends on: public.agg_odd()")
        finally:
            self.sql("DROP VIEW v_odd; DROP AGGREGATE agg_odd(int); DROP FUNCTION fn_step")

    def test_says_which_annotation_it_does_not_understand(self):
        self.sql("COMMENT ON VIEW v_part IS '@cache tll 5m'")
        try:
            refused = run("schema", "--database", self.db.url)
            self.assertEqual(refused.returncode, 1)
            self.assertIn("'@cache tll' is not understood", refused.stderr)
        finally:
            self.sql("COMMENT ON VIEW v_part IS '@cache'")


class HistoryTest(KeptAnswers):
    def ask(self, server, argument):
        return server.graphql(f"query @asOf({argument}) {{ counter(id: 1) {{ n }} }}")

    def test_answers_of_the_past(self):
        server = self.serve()
        query = "query Past($t: DateTime!) @asOf(time: $t) { counter(id: 1) { n } }"
        now = lambda: self.sql("SELECT to_json(clock_timestamp()) #>> '{}'")
        before = now()
        seen = []
        for _ in range(3):
            n = self.n(server)
            stored = ("SELECT count(*) FROM turbo.tb_graphql_cache_history "
                      "WHERE response ~ '\"n\" ?: ?")
            wait_until(lambda: self.sql(stored + f"{n}}}'") != "0", "the history")
            seen.append((now(), n))
            server.data("mutation { count(id: 1) { result } }")
        # The compiled statement is the same, whatever the document is called.
        for at, n in seen:
            past = server.graphql("query Past($id: ID!, $t: DateTime!) @asOf(time: $t)"
                                  "{ counter(id: $id) { n } }", id=1, t=at)
            self.assertEqual(past["data"]["counter"]["n"], n)
            version = past["extensions"]["asOf"]["version"]
            again = self.ask(server, f'version: "{version}"')
            self.assertEqual(again["data"]["counter"]["n"], n)
        early = server.graphql(query, t="2001-01-01T00:00:00Z")
        self.assertEqual(early["errors"][0]["extensions"]["code"], "NOT_FOUND")
        self.assertIn("2001-01-01", early["errors"][0]["message"])

    def test_the_command_line_shows_what_is_kept(self):
        server = self.serve()
        for n in ("first", "second"):
            server.data("query Shown { counters(where: {n: {gte: 0}}) { n } }")
            self.sql("UPDATE tb_counter SET n = n + 1")
        command = lambda *words: run("cache", *words, "--database", self.db.url).stdout
        wait_until(lambda: command("history", "shown").count("Shown") == 2, "the history")
        wait_until(lambda: command("show", "shown").count("Shown") == 1, "the copy")
        self.assertRegex(command("stats"), r"(?s)answers +\d+, .*tb_counter +\d+")
        self.assertIn("expired", command("cleanup"))
        self.assertIn("Forgot", command("cleanup", "--all"))
        self.assertEqual(command("show"), "")
        self.assertEqual(command("history", "shown").count("Shown"), 2)

    def test_says_what_it_cannot_answer(self):
        server = self.serve()
        for argument in ('time: "2026-01-01T00:00:00Z", version: "1"', "time: null",
                         'version: "one"', 'version: "9999999999999999999"'):
            errors = self.ask(server, argument)["errors"]
            self.assertEqual(errors[0]["extensions"]["code"], "BAD_USER_INPUT", argument)
        error = server.error('query @asOf(version: "1") { notes { title } }')
        self.assertIn("no history is kept", error["message"])


if __name__ == "__main__":
    unittest.main()
