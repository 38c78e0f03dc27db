# SPDX-License-Identifier: MIT
"""Names that resolve to nothing are errors, and what a request says counts where it says it."""
import json
import pathlib
import tempfile
import unittest

from product import Database, Server

SCHEMA = """
CREATE TABLE tb_item (id int PRIMARY KEY, name text NOT NULL);
INSERT INTO tb_item SELECT i, 'item ' || i FROM generate_series(1, 1500) i;
UPDATE tb_item SET name = '[1,2]' WHERE id = 1;
UPDATE tb_item SET name = '{"a": 1}' WHERE id = 2;
CREATE VIEW v_item AS SELECT id, name, jsonb_build_object('id', id, 'name', name) AS data
FROM tb_item;
"""


class NamesAndValues(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database(sql=SCHEMA)
        cls.addClassCleanup(cls.database.close)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        (pathlib.Path(folder.name) / "few.graphql").write_text(
            "{ items(where: {id: {in: [1, 2, 3]}}) { id } }")
        cls.server = Server(command=["serve", "--database", cls.database.url, "--operations",
                                     folder.name])
        cls.addClassCleanup(cls.server.close)

    def ask(self, **body):
        return json.loads(self.server.post(json.dumps(body)).text)

    def count(self, query, field="items", **variables):
        return len(self.ask(query=query, variables=variables)["data"][field])

    def test_variables_reach_only_what_uses_them(self):
        # By name, `limit` and `where` would be arguments of the field: nothing refers to them.
        for variables in ({"limit": 1000}, {"where": {}}, {"where": {"id": {"gt": 5}}}):
            self.assertEqual(self.count("{ items(limit: 5) { id } }", **variables), 5)
        answer = self.ask(query="query($limit: Int) { a: items(limit: $limit) { id } "
                                "b: items(limit: 3) { id } }", variables={"limit": 2})["data"]
        self.assertEqual((len(answer["a"]), len(answer["b"])), (2, 3))

    def test_a_registered_operation_is_not_widened_by_variables(self):
        for variables in ({}, {"where": {}}, {"limit": 1000}, {"where": None}):
            answer = self.ask(documentId="few", variables=variables)
            self.assertEqual(len(answer["data"]["items"]), 3, variables)

    def test_one_row_needs_its_key(self):
        for query, variables in (("query($id: ID) { item(id: $id) { id } }", {}),
                                 ("query($id: ID!) { item(id: $id) { id } }", {}),
                                 ("query($id: ID!) { item(id: $id) { id } }", {"id": None}),
                                 ("{ item { id } }", {}), ("{ item(id: null) { id } }", {})):
            answer = self.ask(query=query, variables=variables)
            self.assertIn("errors", answer, query)
            self.assertIsNone((answer.get("data") or {}).get("item"))

    def test_without_a_limit_there_is_one(self):
        self.assertLess(self.count("{ items { id } }"), 1000)
        self.assertEqual(self.count("query($n: Int) { items(limit: $n) { id } }"),
                         self.count("{ items { id } }"))
        self.assertIn("errors", self.ask(query="{ items(limit: 1001) { id } }"))

    def test_text_that_looks_like_json_stays_text(self):
        answer = self.ask(
            query="{ items(where: {id: {in: [1, 2]}}, orderBy: [{id: ASC}]) { name } }")
        self.assertEqual([each["name"] for each in answer["data"]["items"]], ["[1,2]", '{"a": 1}'])

    def test_what_is_unknown_is_an_error(self):
        for query, variables in (
                ("{ items { nothing } }", {}), ("{ nothing { id } }", {}),
                ("{ items(nothing: 1) { id } }", {}),
                ("{ items(where: {nothing: {eq: 1}}) { id } }", {}),
                ("{ items(where: {id: {nothing: 1}}) { id } }", {}),
                ("query($w: ItemWhereInput) { items(where: $w) { id } }",
                 {"w": {"nothing": {"eq": 1}}}),
                ("{ items(orderBy: [{nothing: ASC}]) { id } }", {}),
                ("{ items { id @nothing } }", {}), ("query($x: Nothing) { items { id } }", {})):
            answer = self.ask(query=query, variables=variables)
            self.assertIn("errors", answer, query)
            self.assertIsNone(answer.get("data"), query)

    def test_aliases_are_keys_of_the_answer_and_nothing_else(self):
        alias = "select_" + "x" * 500
        answer = self.ask(query="{ %s: items(limit: 1) { from: id where: name __proto: id } }"
                                % alias)["data"][alias]
        self.assertEqual(set(answer[0]), {"from", "where", "__proto"})
        self.assertNotIn(alias, self.database.log())


if __name__ == "__main__":
    unittest.main()
