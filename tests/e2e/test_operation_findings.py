# SPDX-License-Identifier: MIT
"""fraiseql check on real traffic: the indexes that operations lack, with and without hypopg."""
import json
import re
import unittest

from product import Database, Server, as_role, run, wait_until
from streaming import query

SQL = """
CREATE EXTENSION pg_stat_statements;
CREATE TABLE tb_item (id int PRIMARY KEY, owner int NOT NULL, label text NOT NULL,
                      rank int NOT NULL);
INSERT INTO tb_item SELECT i, i % 5000, 'l' || i % 3, i * 7919 % 50000
    FROM generate_series(1, 50000) i;
CREATE TABLE tb_part (id int PRIMARY KEY, item int NOT NULL, name text NOT NULL);
INSERT INTO tb_part SELECT i, i % 50000 + 1, 'p' || i FROM generate_series(1, 100000) i;
CREATE VIEW v_part WITH (security_invoker) AS
    SELECT id, item, jsonb_build_object('id', id, 'name', name) AS data FROM tb_part;
CREATE VIEW v_item WITH (security_invoker) AS
    SELECT id, jsonb_build_object('id', id, 'owner', owner, 'label', label, 'rank', rank,
        'parts', (SELECT coalesce(jsonb_agg(p.data), '[]') FROM v_part p WHERE p.item = i.id)
    ) AS data FROM tb_item i;
ANALYZE tb_item; ANALYZE tb_part;
CREATE ROLE api LOGIN;
CREATE ROLE stranger LOGIN;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO api, stranger;
"""
# What each asks for, and the index that it lacks.
ASKED = {
    "Owned": ("query Owned($n: Int!) { items(where: {owner: {eq: $n}}, limit: 5) { id } }",
              r"ON public\.tb_item \(owner"),
    "Best": ("query Best($n: Int!) { items(orderBy: {rank: DESC}, limit: 5, offset: $n) { id } }",
             r"ON public\.tb_item \(rank DESC"),
    "Parts": ("query Parts($n: ID!) { item(id: $n) { parts { name } } }",
              r"ON public\.tb_part \(item\)"),
}
BY_KEY = "query One($n: ID!) { item(id: $n) { label } }"


class OperationFindings(unittest.TestCase):
    def begin(self, *settings):
        self.database = Database(sql=SQL, settings=settings)
        self.addCleanup(self.database.close)

    def sql(self, text):
        return query(self.database.url, text)

    def install(self):
        installed = run("db", "install", "turbo", "--role", "api", "--database", self.database.url)
        self.assertEqual(installed.returncode, 0, installed.stderr)

    def serve(self):
        server = Server(as_role(self.database.url, "api"))
        self.addCleanup(server.close)
        return server

    def lacking(self, role="postgres"):
        """Returns the findings of indexes that are missing."""
        done = run("check", "--database", as_role(self.database.url, role), "--json")
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return [each for each in json.loads(done.stdout)["findings"]
                if each["code"] == "missing-index"]

    def by_operation(self, count, **given):
        """Returns {name: finding} once there are so many."""
        found = wait_until(lambda: (f := self.lacking(**given)) and len(f) == count and f,
                           f"{count} findings")
        out = {re.fullmatch(r"operation (\w+)-[0-9a-f]+", each["subject"])[1]: each
               for each in found}
        self.assertEqual(len(out), count)
        return out

    @staticmethod
    def steady(findings):
        """What they say but for shares of the time, which asking for them changes."""
        return {each["hint"]: re.sub(r"[\d.]+ %", "", each["message"]) for each in findings}

    def test_the_indexes_that_operations_lack(self):
        self.begin("shared_preload_libraries=pg_stat_statements")
        self.assertEqual(self.lacking(), [])
        self.install()
        self.assertEqual(self.lacking(), [])
        server = self.serve()
        for number in range(1, 13):
            for document, _ in ASKED.values():
                server.data(document, n=number)
            server.data(BY_KEY, n=number)
        found = self.by_operation(len(ASKED))
        for name, (_, index) in ASKED.items():
            self.assertRegex(found[name]["hint"], "^CREATE INDEX CONCURRENTLY " + index)
            self.assertRegex(found[name]["message"], r" 12 calls take [\d.]+ % of the time")
            self.assertNotIn("costs", found[name]["message"])
        # What a server's role may read is enough; who may not is told nothing.
        self.sql("GRANT pg_read_all_stats TO api; GRANT USAGE ON SCHEMA turbo TO api;"
                 "GRANT SELECT ON turbo.tb_statement TO api")
        self.assertEqual(self.steady(self.by_operation(len(ASKED), role="api").values()),
                         self.steady(found.values()))
        self.assertEqual(self.lacking(role="stranger"), [])
        # What counts here is the other half of the statement.
        self.sql("INSERT INTO turbo.tb_statement (query_id, operation, statement) VALUES "
                 "(9, 'both', 'SELECT id, (SELECT count(*) FROM (SELECT DISTINCT ON (name) "
                 "name FROM tb_part) p) FROM tb_item WHERE rank < 300')")
        self.assertIn("operation both", [each["subject"] for each in self.lacking()])
        self.with_hypopg(server)

    def with_hypopg(self, server):
        self.sql("CREATE EXTENSION hypopg")
        found = self.by_operation(len(ASKED))
        for finding in found.values():
            costs = re.search(r"costs (\d+) in place of (\d+)", finding["message"])
            self.assertLess(int(costs[1]), int(costs[2]) / 2)
        # Nothing was made, and nothing is left.
        self.assertEqual(self.sql("SELECT count(*) FROM pg_index WHERE indrelid = "
                                  "'tb_item'::regclass"), "1")
        shown = json.loads(server.request("POST", "/admin/findings").text)["findings"]
        self.assertEqual(self.steady(each for each in shown if each["code"] == "missing-index"),
                         self.steady(found.values()))
        self.what_is_written_down_may_be_anything()
        for finding in found.values():
            self.sql(finding["hint"].replace("CONCURRENTLY ", ""))
        self.assertEqual(self.lacking(), [])

    def what_is_written_down_may_be_anything(self):
        """Whoever may write there must not make an administrator execute something."""
        self.sql("""INSERT INTO turbo.tb_statement (query_id, operation, statement) VALUES
            (1, 'evil', 'SELECT 1; DROP TABLE tb_part'), (2, 'void', ''),
            (3, 'gone', 'SELECT * FROM nowhere'), (4, 'write', 'DELETE FROM tb_part'),
            (5, 'call', 'CALL nothing()'), (6, 'commit', 'COMMIT'),
            (7, 'set', 'SET default_transaction_read_only = off')""")
        self.assertEqual(len(self.lacking()), len(ASKED))
        self.assertEqual(self.sql("SELECT count(*) FROM tb_part"), "100000")

    def test_without_statistics_all_weigh_the_same(self):
        self.begin("compute_query_id=on")
        self.sql("DROP EXTENSION pg_stat_statements")
        self.install()
        self.sql("""INSERT INTO turbo.tb_statement (query_id, operation, statement)
            SELECT n / 4, 'op' || n, 'SELECT id FROM tb_item WHERE owner = $1 AND id > ' || n / 4
            FROM generate_series(1, 30) n""")
        finding, = self.lacking()
        self.assertRegex(finding["subject"], r"^operation op\d+(, op\d+){4} and 25 others$")
        self.assertNotIn("calls", finding["message"])


if __name__ == "__main__":
    unittest.main()
