# SPDX-License-Identifier: MIT
"""Functions that misbehave, and databases that change under a running server: each gets an error of
its own, and nothing is done by halves."""
import json
import subprocess
import unittest

import product

SCHEMA = """
CREATE TABLE tb_work (done text);
CREATE VIEW v_work AS SELECT done AS id, done FROM tb_work;
CREATE FUNCTION fn_gone(p_n int) RETURNS int LANGUAGE sql AS $$
    INSERT INTO tb_work VALUES ('gone'); SELECT p_n $$;
CREATE FUNCTION fn_moved(p_n int) RETURNS int LANGUAGE sql AS $$
    INSERT INTO tb_work VALUES ('moved'); SELECT p_n $$;
CREATE FUNCTION fn_slow() RETURNS text LANGUAGE plpgsql AS $$
BEGIN INSERT INTO tb_work VALUES ('slow'); PERFORM pg_sleep(60); RETURN ''; END $$;
COMMENT ON FUNCTION fn_slow IS '@timeout 200ms';
CREATE FUNCTION fn_typed(input jsonb) RETURNS jsonb LANGUAGE sql AS $$
    INSERT INTO tb_work VALUES ('typed'); SELECT input->'value' $$;
COMMENT ON FUNCTION fn_typed IS '@input value jsonb
@input items[].n int
@result n int!';
CREATE FUNCTION fn_number(p_n numeric, p_list int[] DEFAULT '{}') RETURNS numeric LANGUAGE sql AS $$
    INSERT INTO tb_work VALUES ('number'); SELECT p_n $$;
CREATE FUNCTION fn_text() RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN INSERT INTO tb_work VALUES ('text'); RETURN '{"broken": '; END $$;
"""


class Functions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = product.Database(sql=SCHEMA)
        cls.addClassCleanup(cls.database.close)
        # The server keeps its first picture of the catalog, so that it is found outdated.
        cls.server = product.Server(port=product.free_port(), command=[
            "serve", "--database", cls.database.url, "--environment", "production",
            "--max-list-items", "100", "--schema-poll", "0"])
        cls.addClassCleanup(cls.server.close)

    def ask(self, query):
        return subprocess.run(["psql", self.database.url, "-XAtc", query], capture_output=True,
                              text=True, timeout=product.PATIENCE, check=True).stdout.strip()

    def setUp(self):
        self.ask("TRUNCATE tb_work")

    def tearDown(self):
        self.assertEqual(self.ask("SELECT count(*) FROM tb_work"), "0", "half-done work")

    def expect(self, query, code, *words, **variables):
        error = self.server.error(query, **variables)
        self.assertEqual(error["extensions"]["code"], code, error)
        for word in words:
            self.assertIn(word, json.dumps(error, ensure_ascii=False))

    def test_missing_extra_and_mistyped_arguments(self):
        invalid = "GRAPHQL_VALIDATION_FAILED"
        self.expect("mutation { number { result } }", invalid, '\\"n\\"')
        self.expect("mutation { number(n: 1, m: 2) { result } }", invalid, '\\"m\\"')
        self.expect("mutation { number(n: [1]) { result } }", invalid, "Decimal")
        self.expect("mutation { number(n: 1, list: [1, \"2\"]) { result } }", invalid, "Int")
        self.expect("mutation { typed(input: {valeu: 1}) { result { n } } }", invalid, "value")
        self.expect("mutation { typed(input: {items: [{n: 1.5}]}) { result { n } } }", invalid,
                    "Int")

    def test_text_in_numbers(self):
        for text in ("many", "1e", "", "0x", "١"):
            with self.subTest(text):
                self.expect("mutation M($n: Decimal!) { number(n: $n) { result } }",
                            "BAD_USER_INPUT", "Decimal", n=text)
        self.expect("mutation M($n: Int!) { gone(n: $n) { result } }", "BAD_USER_INPUT", "Int",
                    n="1")

    def test_oversized_lists(self):
        self.expect("mutation M($l: [Int]) { number(n: 1, list: $l) { result } }",
                    "BAD_USER_INPUT", "101 items", "at most 100", l=list(range(101)))
        self.expect("mutation M($i: TypedInput!) { typed(input: $i) { result { n } } }",
                    "BAD_USER_INPUT", "input.items", i={"items": [{}] * 101})

    def test_modules_for_a_role(self):
        self.ask('CREATE ROLE "the server"')
        for module, function in (("idempotency", "fraiseql.idempotency_claim"),
                                 ("events", "events.append"), ("turbo", None)):
            done = product.run("db", "install", module, "--role", "the server", "--database",
                               self.database.url)
            self.assertEqual(done.returncode, 0, done.stderr)
            if function:
                self.assertEqual(self.ask(
                    f"SELECT has_function_privilege('the server', '{function}'::regproc, "
                    "'EXECUTE')"), "t")
        self.assertEqual(self.ask(
            "SELECT has_table_privilege('the server', 'turbo.tb_turbo_query', 'SELECT')"), "t")
        refused = product.run("db", "install", "turbo", "--role", "nobody", "--database",
                              self.database.url)
        self.assertIn("nobody", refused.stderr)

    def test_timeouts(self):
        self.expect("mutation { slow { result } }", "TIMEOUT")

    def test_malformed_results(self):
        self.expect("mutation { text { result } }", "BAD_USER_INPUT", "json")
        for value, words in (("[]", "the result must be object"), ("{}", "n must be number"),
                             ('{n: "1"}', "n must be number, not string"), ("7", "not number")):
            with self.subTest(value):
                self.expect(f"mutation {{ typed(input: {{value: {value}}}) {{ result {{ n }} }} }}",
                            "INTERNAL_SERVER_ERROR", words, "reference")

    def test_a_function_that_is_dropped(self):
        query = "mutation { gone(n: 1) { result } }"
        self.assertEqual(self.server.data(query), {"gone": {"result": 1}})
        self.ask("TRUNCATE tb_work; DROP FUNCTION fn_gone")
        self.expect(query, "INTERNAL_SERVER_ERROR", "The database has changed", "reference")

    def test_functions_that_change(self):
        query = "mutation { moved(n: 1) { result } }"
        self.assertEqual(self.server.data(query), {"moved": {"result": 1}})
        self.ask("CREATE OR REPLACE FUNCTION fn_moved(p_n int) RETURNS int LANGUAGE sql "
                 "AS 'SELECT p_n + 1'; TRUNCATE tb_work")
        self.assertEqual(self.server.data(query), {"moved": {"result": 2}})
        self.ask("DROP FUNCTION fn_moved; CREATE FUNCTION fn_moved(p_m int) RETURNS int "
                 "LANGUAGE sql AS 'SELECT p_m'")
        self.expect(query, "INTERNAL_SERVER_ERROR", "The database has changed")
        self.ask("DROP FUNCTION fn_moved; CREATE FUNCTION fn_moved(p_n int, p_m int) RETURNS int "
                 "LANGUAGE sql AS 'SELECT p_m'")
        self.expect(query, "INTERNAL_SERVER_ERROR", "The database has changed")


if __name__ == "__main__":
    unittest.main()
