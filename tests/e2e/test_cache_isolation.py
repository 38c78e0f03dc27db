# SPDX-License-Identifier: MIT
"""No kept answer reaches somebody whose own would be another."""
import concurrent.futures
import json
import os
import random
import subprocess
import unittest

import test_authorize
from kept_answers import TENANTS, KeptAnswers
from product import Database, Server, run, wait_until
from test_security import SECRET, bearer


class IsolationTest(KeptAnswers):
    """Row-level security whose policy reads another table."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        os.environ["FRAISEQL_JWT_SECRET"] = SECRET
        cls.addClassCleanup(os.environ.pop, "FRAISEQL_JWT_SECRET")

    def test_no_answer_reaches_another_principal(self):
        server = self.serve(role="api")
        expected = {tenant: {f"note {i}" for i in range(80) if i % 8 == t}
                    for t, tenant in enumerate(TENANTS)}
        chance = random.Random(7)
        queries = ["{ notes { title } }", "{ notes(limit: 5) { title } }",
                   "{ notes(where: {team: {gt: 0}}) { title } }"]

        def ask(_):
            tenant = chance.choice([*TENANTS, None])
            headers = bearer(tenant_id=tenant) if tenant else {}
            answer = server.post(json.dumps({"query": chance.choice(queries)}), headers)
            titles = {note["title"] for note in json.loads(answer.text)["data"]["notes"]}
            allowed = expected.get(tenant, set())
            self.assertLessEqual(titles, allowed)
            self.assertEqual(bool(titles), bool(allowed))

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(ask, range(400)))

    def test_a_policy_is_asked_again_when_what_it_reads_changes(self):
        server = self.serve(role="api")
        query = json.dumps({"query": "{ notes { title } }"})
        headers = bearer(tenant_id=TENANTS[7])
        count = lambda: len(json.loads(server.post(query, headers).text)["data"]["notes"])
        self.assertEqual(count(), 10)
        self.sql(f"UPDATE tb_team SET member = '{TENANTS[7]}' WHERE id = 3")
        try:
            self.assertEqual(count(), 20)
        finally:
            self.sql(f"UPDATE tb_team SET member = '{TENANTS[2]}' WHERE id = 3")
        self.assertEqual(count(), 10)


class SessionTest(KeptAnswers):
    def test_servers_whose_sessions_differ_share_no_answers(self):
        self.sql("CREATE VIEW v_flavour AS SELECT id, jsonb_build_object('id', id, 'flavour', "
                 "current_setting('app.flavour', true)) AS data FROM tb_counter; "
                 "COMMENT ON VIEW v_flavour IS '@cache'")
        query = json.dumps({"query": "{ flavour(id: 1) { flavour } }"})
        for flavour in ("sweet", "salty", "sweet"):
            server = Server(command=["serve", "--cache-store-after", "0", "--database",
                                     f"{self.db.url}&options=-c%20app.flavour%3D{flavour}"])
            self.addCleanup(server.close)
            for _ in range(3):
                answer = server.post(query)
                self.assertIsNotNone(answer.getheader("ETag"))
                self.assertEqual(json.loads(answer.text)["data"]["flavour"]["flavour"], flavour)
            wait_until(lambda: self.sql("SELECT count(*) FROM turbo.tb_graphql_cache "
                                        "WHERE operation LIKE '%flavour%'") != "0", "the copy")


class RulesTest(unittest.TestCase):
    """`@authorize` and `@cache` on the same views: what a server without a cache says is right."""

    ANNOTATE = """DO $$ DECLARE v record; BEGIN
      FOR v IN SELECT oid::regclass AS name, obj_description(oid) AS comment FROM pg_class
               WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace LOOP
        EXECUTE format('COMMENT ON VIEW %s IS %L', v.name, concat_ws(E'\\n', v.comment, '@cache'));
      END LOOP; END $$;"""
    QUERIES = ["{ users { id name } }", "{ users { id salary } }", "{ users { email } }",
               "{ members { id email phone } }", "{ members(where: {id: {eq: 1}}) { email } }",
               "{ notes { id title author { name } } }", "{ notesAggregate { count } }",
               "{ notesConnection(first: 4) { totalCount edges { node { title } } } }",
               "{ secrets { title } }", "{ boxes { id secret { title } } }", "{ logs { title } }"]
    WRITES = ["UPDATE tb_note SET shared = NOT shared WHERE id = {}",
              "UPDATE tb_note SET user_id = user_id % 3 + 1 WHERE id = {}",
              "UPDATE tb_user SET email = email || 'x' WHERE id = {}"]

    @classmethod
    def setUpClass(cls):
        cls.database = Database(sql=test_authorize.SCHEMA + cls.ANNOTATE)
        cls.addClassCleanup(cls.database.close)
        installed = run("db", "install", "cache", "--role", "api", "--database", cls.database.url)
        assert installed.returncode == 0, installed.stderr
        os.environ["FRAISEQL_JWT_SECRET"] = SECRET
        cls.addClassCleanup(os.environ.pop, "FRAISEQL_JWT_SECRET")

    def serve(self, *options):
        url = self.database.url.replace("postgres@", "api@")
        server = Server(command=["serve", "--database", url, *options])
        self.addCleanup(server.close)
        return server

    def write(self, text):
        subprocess.run(["psql", "-X", "-q", "-d", self.database.url, "-c", text], check=True)

    def test_everybody_gets_what_the_rules_grant_them(self):
        plain = self.serve("--cache-memory", "0")
        cached = [self.serve("--cache-store-after", "0") for _ in range(2)]
        people = [{}, test_authorize.ADMIN, test_authorize.HR, test_authorize.MAIL,
                  *(bearer(sub=str(i)) for i in range(1, 4))]
        chance = random.Random(11)
        kept = 0
        for _ in range(500):
            if chance.random() < 0.1:
                self.write(chance.choice(self.WRITES).format(chance.randint(1, 9)))
            query = json.dumps({"query": chance.choice(self.QUERIES)})
            person = chance.choice(people)
            expected = plain.post(query, person)
            answer = chance.choice(cached).post(query, person)
            self.assertEqual((answer.status, answer.text), (expected.status, expected.text),
                             (query, person))
            kept += answer.getheader("ETag") is not None
        self.assertGreater(kept, 200)

    def test_a_condition_that_reads_other_tables_keeps_no_answers(self):
        server = self.serve()
        query = json.dumps({"query": "{ notes { id } }"})
        for person, kept in ((test_authorize.ADMIN, True), (test_authorize.ONE, False)):
            self.assertEqual(server.post(query, person).getheader("ETag") is not None, kept)


if __name__ == "__main__":
    unittest.main()
