# SPDX-License-Identifier: MIT
"""Execution as GraphQL §6 says: partial data, null propagation, names, serial mutations."""
import json
import unittest

import product

# The second row of the view cannot be computed.
FRAGILE = """
CREATE VIEW v_fragile AS
SELECT n AS id, jsonb_build_object('id', n, 'ratio', 1 / (2 - n)) AS data
FROM generate_series(1, 2) AS n;
CREATE TABLE tb_counter (n int NOT NULL);
INSERT INTO tb_counter VALUES (0);
CREATE FUNCTION fn_count_up(p_by int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE result int;
BEGIN
    IF p_by < 0 THEN RAISE EXCEPTION 'Only upwards.'; END IF;
    UPDATE tb_counter SET n = n + p_by RETURNING n INTO result;
    RETURN result;
END $$;
"""


class Execution(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = product.Database(*product.BLOG_FILES, sql=FRAGILE)
        cls.server = product.Server(cls.database.url)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()
        cls.database.close()

    def test_a_nullable_field_that_fails_leaves_the_others(self):
        answer = self.server.graphql(
            "{ good: fragile(id: 1) { ratio } bad: fragile(id: 2) { ratio } "
            "users(limit: 1) { id } }")
        self.assertEqual(answer["data"]["good"], {"ratio": 1})
        self.assertIsNone(answer["data"]["bad"])
        self.assertEqual(len(answer["data"]["users"]), 1)
        self.assertEqual([error["path"] for error in answer["errors"]], [["bad"]])
        self.assertEqual(answer["errors"][0]["locations"], [{"line": 1, "column": 34}])

    def test_a_non_null_field_that_fails_makes_data_null(self):
        answer = self.server.graphql("{ fragiles { ratio } users(limit: 1) { id } }")
        self.assertIsNone(answer["data"])
        self.assertEqual(answer["errors"][0]["path"], ["fragiles"])

    def test_mutations_run_one_after_the_other(self):
        answer = self.server.graphql(
            "mutation { a: countUp(by: 1) { result } b: countUp(by: -1) { result } "
            "c: countUp(by: 10) { result } }")
        self.assertEqual(answer["data"], {"a": {"result": 1}, "b": None, "c": {"result": 11}})
        self.assertEqual(answer["errors"][0]["path"], ["b"])
        self.assertEqual(answer["errors"][0]["extensions"]["code"], "BUSINESS_RULE_VIOLATION")

    def test_fields_stand_in_the_order_in_which_they_first_appear(self):
        text = self.server.post(json.dumps({"query": """
            { b: users(limit: 1) { ...F name id } a: __typename b: users(limit: 1) { email } }
            fragment F on User { status name }"""})).text
        self.assertLess(text.index('"b"'), text.index('"a"'))
        keys = list(json.loads(text)["data"]["b"][0])
        self.assertEqual(keys, ["status", "name", "id", "email"])

    def test_conditions_decide_in_every_combination(self):
        query = """query Q($skip: Boolean!, $include: Boolean!) {
            users(limit: 1) { id name @skip(if: $skip) @include(if: $include) } }"""
        for skip in (True, False):
            for include in (True, False):
                with self.subTest(skip=skip, include=include):
                    user = self.server.data(query, skip=skip, include=include)["users"][0]
                    self.assertEqual("name" in user, include and not skip)

    def test_nothing_left_is_an_empty_object(self):
        self.assertEqual(self.server.data("{ users @skip(if: true) { id } }"), {})

    def ask(self, query, name):
        return json.loads(self.server.post(json.dumps(
            {"query": query, "operationName": name})).text)

    def test_the_operation_name_chooses(self):
        two = "query A { a: __typename } query B { b: __typename }"
        self.assertEqual(self.ask(two, "B")["data"], {"b": "Query"})
        for name in (None, "C", ""):
            with self.subTest(name):
                error = self.ask(two, name)["errors"][0]
                self.assertEqual(error["extensions"]["code"], "OPERATION_RESOLUTION_FAILURE")

    def test_metrics_count_requests(self):
        self.server.data("{ __typename }")
        answer = self.server.request("GET", "/metrics")
        self.assertEqual(answer.status, 200)
        self.assertRegex(answer.text, r'fraiseql_http_requests_total\{status="200"\} \d')

    def test_one_statement_answers_one_operation(self):
        out = product.run("explain", "--database", self.database.url, """{
            userWithStatsList(limit: 3) { name stats { postCount } recentPosts { title } }
            posts(limit: 2) { title author { name } } }""").stdout
        self.assertIn("1 SQL statement\n", out)


if __name__ == "__main__":
    unittest.main()
