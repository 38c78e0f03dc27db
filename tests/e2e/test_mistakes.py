# SPDX-License-Identifier: MIT
"""Mistakes of application code are named, and harm nobody else: tests/programs/mistakes.cpp."""
import http.client
import json
import os
import unittest

import product

SQL = """
CREATE TABLE tb_person (id int PRIMARY KEY, name text);
INSERT INTO tb_person VALUES (1, 'Ann'), (2, NULL), (3, 'Cleo');
CREATE VIEW v_person AS SELECT id, jsonb_build_object('id', id, 'name', name,
  'address', jsonb_build_object('id', id)) AS data FROM tb_person;
"""
PROGRAM = str(product.EXAMPLES / "program-mistakes")


def code(error):
    return error["extensions"]["code"]


class Mistakes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = product.Database(sql=SQL)
        cls.addClassCleanup(cls.database.close)
        cls.server = product.Server(binary=PROGRAM, command=[
            "--database", cls.database.url, "--environment", "production", "--workers", "1",
            "--timeout", "5"])
        cls.addClassCleanup(cls.server.close)

    def test_whatever_a_failure_says_the_answer_is_json(self):
        body = json.dumps({"query": "{ echoes }"})
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        self.addCleanup(connection.close)
        connection.request("POST", "/graphql", body,
                           {"Content-Type": "application/json", "X-Said": b"caf\xe9 \xff"})
        error = json.loads(connection.getresponse().read().decode("utf-8"))["errors"][0]
        self.assertEqual(error["message"], "Not caf\ufffd \ufffd")
        self.assertEqual(error["extensions"], {"code": "NO_caf\ufffd \ufffd",
                                               "said": "caf\ufffd \ufffd",
                                               "hint": "caf\ufffd \ufffd"})

    def test_no_member_of_extensions_is_there_twice(self):
        text = self.server.post(json.dumps({"query": "{ echoes }"}), {"X-Said": "so"}).text
        pairs = []
        json.loads(text, object_pairs_hook=lambda members: pairs.append(members) or dict(members))
        for members in pairs:
            names = [name for name, _ in members]
            self.assertEqual(len(names), len(set(names)), text)

    def test_values_that_json_does_not_have_are_no_mistake_of_clients(self):
        for which in ("nan", "infinity"):
            answer = self.server.graphql(f'{{ number(which: "{which}") }}')
            self.assertEqual(answer["data"], {"number": None})
            self.assertEqual(code(answer["errors"][0]), "INTERNAL_SERVER_ERROR")
            self.assertIn("cannot be written as JSON", answer["errors"][0]["message"])

    def test_what_write_throws_is_an_error_where_the_value_stands(self):
        answer = self.server.graphql("{ report(grade: 1) { grade more pages } }")
        self.assertEqual(answer["data"],
                         {"report": {"grade": None, "more": [2, None, 4], "pages": 7}})
        self.assertEqual([error["path"] for error in answer["errors"]],
                         [["report", "grade"], ["report", "more", 1]])
        for error in answer["errors"]:
            self.assertEqual((error["message"], code(error), error["extensions"]["hint"]),
                             ("There is no grade 1.", "NO_GRADE", "Try 2."))

    def test_what_write_throws_otherwise_is_in_the_log_once(self):
        answer = self.server.graphql("{ report(grade: 3) { grade more pages } }")
        self.assertEqual(answer["data"],
                         {"report": {"grade": None, "more": [2, None, 4], "pages": 7}})
        references = {error["extensions"]["reference"] for error in answer["errors"]}
        self.assertEqual((len(answer["errors"]), len(references)), (2, 1))
        self.assertNotIn("list of grades", json.dumps(answer))
        self.server.wait_for_log(f"error {references.pop()}: the list of grades is empty")

    def test_a_set_has_each_item_once(self):
        self.assertEqual(self.server.data("{ once(of: [3, 1]) }"), {"once": [1, 3]})
        error = self.server.error("{ once(of: [3, 1, 3]) }")
        self.assertEqual(error["message"], "of[2] stands twice, but this is a set.")
        self.assertEqual(code(error), "BAD_USER_INPUT")

    def test_tasks_that_are_over_are_not_waited_for(self):
        for field in ("waitsTwice", "waitsForNothing", "waitsForAllOfNothing", "returnsNothing",
                      "failsWithNothing"):
            with self.subTest(field):
                error = self.server.error(f"{{ {field} }}")
                self.assertEqual(code(error), "INTERNAL_SERVER_ERROR")
                said = "no exception" if field == "failsWithNothing" else "was moved from"
                self.server.wait_for_log(f"{said} in the resolver of Query.{field}"
                                         if said != "no exception" else "given no exception")
        self.assertEqual(self.server.data("{ completesOften }"), {"completesOften": 1})

    def test_times_are_clamped(self):
        for milliseconds in (0, -1, -(2 ** 63)):
            self.assertEqual(self.server.data("query ($ms: BigInt!) { sleeps(milliseconds: $ms) }",
                                              ms=milliseconds), {"sleeps": True})
        error = self.server.error(f"{{ sleeps(milliseconds: {2 ** 63 - 1}) }}")
        self.assertEqual(code(error), "TIMEOUT")

    def test_the_error_of_one_object_is_that_of_one_object(self):
        for field, said in (("secondFails", "SECOND"),
                            ("secondFailsLater", "INTERNAL_SERVER_ERROR")):
            answer = self.server.graphql(f"{{ people {{ {field} }} }}")
            self.assertEqual([person[field] for person in answer["data"]["people"]], [1, None, 3])
            self.assertEqual([(error["path"], code(error)) for error in answer["errors"]],
                             [(["people", 1, field], said)])
            self.assertNotIn("secret", json.dumps(answer))

    def test_a_struct_that_does_not_fit_its_object_is_no_mistake_of_clients(self):
        answer = self.server.graphql("{ people(where: {id: {neq: 2}}) { letters } }")
        self.assertEqual(answer["data"], {"people": [{"letters": 3}, {"letters": 4}]})
        error = self.server.error("{ people { letters } }")
        self.assertEqual(error["path"], ["people", 1, "letters"])
        self.assertEqual(code(error), "INTERNAL_SERVER_ERROR")
        self.server.wait_for_log("does not fit the object: name must be a string, not null. (what "
                                 "may be null is a std::optional) in the resolver of "
                                 "Person.letters")

    def test_a_loader_returns_one_value_for_each(self):
        answer = self.server.graphql("{ people { tooFew } }")
        self.assertIsNone(answer["data"])
        self.assertEqual({code(error) for error in answer["errors"]}, {"INTERNAL_SERVER_ERROR"})
        self.server.wait_for_log("1 values for 3 objects in the resolver of Person.tooFew")

    def test_a_repository_ends_with_its_request(self):
        self.server.data("{ keeps }")
        error = self.server.error("{ usesKept }")
        self.assertEqual((error["message"], code(error)),
                         ("The request that this repository belongs to is over.",
                          "INTERNAL_SERVER_ERROR"))

    def test_settings_of_a_session_reach_nobody_else(self):
        before = self.server.data("{ searchPath }")
        for sql in ("SET search_path = pg_catalog", "SET SESSION search_path TO pg_catalog",
                    "RESET search_path", "DISCARD PLANS", "BEGIN"):
            self.server.data("query ($sql: String!) { runs(sql: $sql) }", sql=sql)
            for _ in range(4):
                self.assertEqual(self.server.data("{ searchPath }"), before, sql)

    def test_statements_that_cannot_be_run_say_why(self):
        for sql, said, hint in (("SELECT $1::int", "bind message supplies 0", "one value for each"),
                                ("COPY tb_person TO STDOUT", "COPY cannot be run", "stream()"),
                                ("COPY tb_person FROM STDIN", "COPY cannot be run", "copy()")):
            error = self.server.error("query ($sql: String!) { runs(sql: $sql) }", sql=sql)
            self.assertEqual(code(error), "BAD_USER_INPUT")
            self.assertIn(said, error["message"])
            self.assertIn(hint, error["extensions"]["hint"])
        self.assertEqual(len(self.server.data("{ people { id } }")["people"]), 3)

    def test_the_longest_path_counts(self):
        self.assertEqual(self.server.request("GET", "/all/of/it").text, "it")
        self.assertEqual(self.server.request("GET", "/all/of").text, "GET of all")
        self.assertEqual(self.server.request("POST", "/all/of/it", "").text, "POST of all")
        refused = self.server.request("PUT", "/all/of/it", "")
        self.assertEqual((refused.status, refused.getheader("Allow")), (405, "GET, HEAD, POST"))

    def test_what_answers_get_answers_head(self):
        got = self.server.request("GET", "/all/of/it")
        head = self.server.request("HEAD", "/all/of/it")
        self.assertEqual((head.status, head.text), (200, ""))
        self.assertEqual(head.getheader("Content-Length"), got.getheader("Content-Length"))


class Refusals(unittest.TestCase):
    """Mistakes that keep the server from starting, each with what to do."""

    @classmethod
    def setUpClass(cls):
        cls.database = product.Database(sql=SQL)
        cls.addClassCleanup(cls.database.close)

    def refusal(self, mistake):
        printed = product.run("schema", "--database", self.database.url, binary=PROGRAM,
                              env=os.environ | {"MISTAKE": mistake})
        self.assertEqual(printed.returncode, 1, printed.stdout + printed.stderr)
        return printed.stderr

    def test_each_is_named(self):
        for mistake, said in (
                ("scalar of the server", ("Query.a: there is a scalar DateTime already.",
                                          "leave the description out")),
                ("name of a type", ('Query.a: "Spaced out" cannot be the name of a type',
                                    "fraiseql::annotate")),
                ("twice", ("Query.a is there twice.", "another name")),
                ("computed twice", ("Person.a is there twice.", "another name")),
                ("field of a root", ("Query.a: Query is no type of objects.", "query()")),
                ("field of code", ("Report.a: Report is a type of the code.", "one more member")),
                ("need of an object", ("Person.a: address of Person is an object", "loader")),
                ("need misspelt", ("Person.a: Person has no value called nane.",
                                   'Did you mean "name"?')),
                ("owner of a field", ("has no rows", "'authorizer:'")),
                ("no function", ("Query.a: there is no function: it is null.",)),
                ("no hook", ("prepare(): there is no function: it is null.",)),
                ("names of arguments", ("Query.a: field_options::arguments has 0 names for 1 ",)),
                ("small method", ("route get /a: a method is a word in capitals",)),
                ("star inside", ("route GET /a/*/b: * stands at the end only",))):
            with self.subTest(mistake):
                printed = self.refusal(mistake)
                for each in said:
                    self.assertIn(each, printed)


if __name__ == "__main__":
    unittest.main()
