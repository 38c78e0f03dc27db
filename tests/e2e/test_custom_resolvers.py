# SPDX-License-Identifier: MIT
"""Fields that code answers, in one schema with those of the database: examples/custom-resolvers."""
import json
import pathlib
import re
import unittest

import product


class CustomResolvers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.binary = str(product.EXAMPLES / "example-custom-resolvers")
        cls.database = product.Database(*product.BLOG_FILES)
        cls.server = product.Server(cls.database.url, binary=cls.binary)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()
        cls.database.close()

    def data(self, query, **variables):
        return self.server.data(query, **variables)

    def test_they_stand_in_one_schema_with_the_database(self):
        printed = product.run("schema", "--database", self.database.url, binary=self.binary)
        self.assertEqual(printed.returncode, 0, printed.stderr)
        for line in ("interface Shipment {", "type Parcel implements Shipment {",
                     "  webSite: String\n", "enum Speed {", "type Post ",
                     "  shipments: [Shipment!]!", "  importedPosts: [Post!]!",
                     "    speed: Speed! = SLOW", "  countUp(by: Int!): Int!",
                     '@deprecated(reason: "It never worked.")'):
            self.assertIn(line, printed.stdout)

    def test_scalars_of_their_own_are_in_the_schema(self):
        printed = product.run("schema", "--database", self.database.url, binary=self.binary)
        self.assertIn('"""A temperature in degrees Celsius."""\n'
                      'scalar Celsius @specifiedBy(url: "https://www.bipm.org/en/si-base-units/kelvin")',
                      printed.stdout)
        for line in ("  least: Celsius\n", "  most: Celsius! = 21.5\n",
                     "  history: [Celsius!]! = []\n", "type Subscription {"):
            self.assertIn(line, printed.stdout)
        self.assertEqual(self.data('{ __type(name: "Celsius") { kind specifiedByURL } }')["__type"],
                         {"kind": "SCALAR",
                          "specifiedByURL": "https://www.bipm.org/en/si-base-units/kelvin"})

    def test_scalars_of_their_own_are_read_and_written(self):
        data = self.data("""query ($t: Celsius!, $w: ClimateInput!) {
            a: climate(wanted: {}) { least most history }
            b: climate(wanted: {least: -3, most: $t, history: [1, $t]}) { least most history }
            c: climate(wanted: $w) { least most history }
            d: warmer(than: $t) e: warmer(than: $t, by: 2.5) }""",
                         t=-40.5, w={"most": 1e3, "history": [0]})
        self.assertEqual(data, {
            "a": {"least": None, "most": 21.5, "history": []},
            "b": {"least": -3, "most": -40.5, "history": [1, -40.5]},
            "c": {"least": None, "most": 1000, "history": [0]}, "d": -39.5, "e": -38})

    def test_scalars_of_their_own_refuse_where_the_value_stands(self):
        error = self.server.error("{ warmer(than: -300) }")
        self.assertEqual(error["message"], "Celsius cannot represent -300: The value is below "
                                           "absolute zero. That is -273.15.")
        self.assertEqual(error["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED")
        self.assertEqual(error["locations"], [{"line": 1, "column": 16}])
        error = self.server.error('{ climate(wanted: {history: [1, "hot"]}) { most } }')
        self.assertIn("The value must be a number, not a string.", error["message"])
        self.assertEqual(error["locations"], [{"line": 1, "column": 33}])
        error = self.server.error("query ($w: ClimateInput!) { climate(wanted: $w) { most } }",
                                  w={"history": [1, -300]})
        self.assertIn('at "w.history[1]"; Celsius cannot represent -300', error["message"])
        self.assertEqual(error["extensions"]["code"], "BAD_USER_INPUT")

    def test_names_of_scalars_that_are_taken_stop_the_start(self):
        database = product.Database(*product.BLOG_FILES,
                                    sql="CREATE VIEW celsius AS SELECT 1 AS id; "
                                        "COMMENT ON VIEW celsius IS '@expose';")
        self.addCleanup(database.close)
        printed = product.run("schema", "--database", database.url, binary=self.binary)
        self.assertNotEqual(printed.returncode, 0)
        self.assertIn("the database has a type Celsius already.", printed.stderr)
        self.assertIn("Give the C++ type another name with fraiseql::annotate.", printed.stderr)

    def test_one_operation_asks_both(self):
        data = self.data("{ a: quote(weight: 2) posts(limit: 1) { title } __typename "
                         "b: quote(weight: 2, speed: FAST, coupon: \"SPRING\") }")
        self.assertEqual(list(data), ["a", "posts", "__typename", "b"])
        self.assertEqual((data["a"], data["b"]), (9.00, 10.00))
        self.assertEqual(len(data["posts"]), 1)

    def test_structs_are_cut_to_the_selection(self):
        data = self.data("""
            query ($full: Boolean!) { shipments {
              __typename name: label
              ... on Parcel { price carrier { name webSite @include(if: $full) } stops }
              ...pages
            } }
            fragment pages on Letter { pages }""", full=False)
        self.assertEqual(data["shipments"], [
            {"__typename": "Parcel", "name": "book", "price": 5.20,
             "carrier": {"name": "Post"}, "stops": ["Rome"]},
            {"__typename": "Letter", "name": "invoice", "pages": 2}])
        self.assertEqual(self.data("{ noCarrier { name } }"), {"noCarrier": None})

    def test_json_is_cut_to_the_selection(self):
        self.assertEqual(self.data("{ importedPosts { t: title } }"),
                         {"importedPosts": [{"t": "From afar"}]})

    def test_what_json_lacks_propagates_as_null(self):
        answer = self.server.graphql("{ quote(weight: 1) importedPosts { title createdAt } }")
        self.assertIsNone(answer["data"])
        self.assertEqual(answer["errors"][0]["path"], ["importedPosts", 0, "createdAt"])

    def test_resolvers_see_headers_and_wait_for_other_threads(self):
        fields = " ".join(f'f{i}: slowGreeting(name: "n{i}")' for i in range(10))
        answer = self.server.post(json.dumps({"query": f"{{ {fields} }}"}),
                                  {"Accept-Language": "de"})
        self.assertEqual(json.loads(answer.text)["data"]["f7"], "Hello, n7! (de)")

    def test_resolvers_read_the_database(self):
        data = self.data("{ authors { id name } users { id name } }")
        self.assertGreater(len(data["authors"]), 1)
        self.assertCountEqual(data["authors"], data["users"])

    def test_failures_are_errors_with_codes(self):
        error = self.server.error('{ quote(weight: 1, coupon: "X") }')
        self.assertEqual(error["message"], "There is no coupon X.")
        self.assertEqual(error["extensions"]["code"], "UNKNOWN_COUPON")
        self.assertEqual(error["extensions"]["hint"], "Try SPRING.")
        self.assertEqual(error["path"], ["quote"])
        self.assertEqual(error["locations"], [{"line": 1, "column": 3}])

    def test_failures_may_be_values(self):
        self.assertEqual(self.data("{ divide(dividend: 7, divisor: 2) later(fails: false) }"),
                         {"divide": 3, "later": "now"})
        error = self.server.error("{ divide(dividend: 7, divisor: 0) }")
        self.assertEqual(error["extensions"]["code"], "DIVISION_BY_ZERO")
        self.assertEqual(error["path"], ["divide"])
        error = self.server.error("{ later(fails: true) }")
        self.assertEqual(error["extensions"]["code"], "TOO_EARLY")

    def test_shaped_json_goes_into_the_answer_unread(self):
        query = "{ a: readyMade { title } quote(weight: 1) }"
        answer = self.server.post(json.dumps({"query": query}))
        self.assertIn('"a":[ {"title":"As it is"} ]', answer.text)

    def test_what_blocks_a_worker_is_reported(self):
        self.assertEqual(self.data("{ blocks }"), {"blocks": True})
        product.wait_until(
            lambda: "the resolver of Query.blocks held up a worker for 1" in self.server.log(),
            "a line in the log")
        self.assertNotIn("Query.slowGreeting held up", self.server.log())

    def test_other_exceptions_are_masked(self):
        server = product.Server(command=["--database", self.database.url, "--environment",
                                         "production"], binary=self.binary)
        self.addCleanup(server.close)
        error = server.error("{ broken }")
        self.assertNotIn("password", json.dumps(error))
        self.assertEqual(error["extensions"]["code"], "INTERNAL_SERVER_ERROR")
        product.wait_until(
            lambda: f"error {error['extensions']['reference']}: the password" in server.log(),
            "a line in the log")

    def test_arguments_are_checked_as_all_others(self):
        error = self.server.error("{ quote(weight: 1, speed: LAZY) }")
        self.assertEqual(error["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED")
        error = self.server.error("{ quote }")
        self.assertEqual(error["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED")

    def test_computed_fields_need_what_nobody_selected(self):
        data = self.data("{ posts(limit: 2) { w: words more: words } user: users(limit: 1) { name "
                         "carrier { name } } }")
        post = self.data("{ posts(limit: 2) { title content } }")["posts"]
        self.assertEqual(data["posts"], [{"w": n, "more": n} for n in (
            1 + f"{each['title']} {each['content']}".count(" ") for each in post)])
        user = data["user"][0]
        self.assertEqual(user["carrier"], {"name": "Carrier of " + user["name"]})

    def test_all_objects_of_an_answer_share_one_call(self):
        before = self.data("{ loads }")["loads"]
        data = self.data("{ posts(limit: 1000) { author { carrier { name } } } "
                         "users { carrier { name } } "
                         "usersConnection { nodes { carrier { name } } } }")
        self.assertGreater(len(data["posts"]), 10)
        self.assertTrue(data["posts"][-1]["author"]["carrier"]["name"])
        self.assertEqual(self.data("{ loads }")["loads"], before + 1)

    def test_computed_fields_are_in_the_schema_only(self):
        error = self.server.error("{ importedPosts { words } }")
        self.assertIn("computes", error["message"])
        error = self.server.error("{ posts(where: {words: {eq: 1}}) { title } }")
        self.assertEqual(error["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED")

    def test_rules_protect_them(self):
        error = self.server.error("{ audit }")
        self.assertEqual(error["extensions"]["code"], "FORBIDDEN")
        names = [field["name"] for field in
                 self.data("{ __type(name: \"Query\") { fields { name } } }")["__type"]["fields"]]
        self.assertIn("shipments", names)
        self.assertNotIn("audit", names)

    def test_mutations_run_one_after_the_other(self):
        data = self.data("mutation { a: countUp(by: 1) b: countUp(by: 10) c: countUp(by: 100) }")
        self.assertEqual(data["b"] - data["a"], 10)
        self.assertEqual(data["c"] - data["b"], 100)
        error = self.server.error("mutation @transaction { countUp(by: 1) }")
        self.assertIn("transactions of its own", error["message"])


class Loader(unittest.TestCase):
    def test_a_thousand_parents_cost_one_statement(self):
        database = product.Database(*product.BLOG_FILES, settings=("log_statement=all",), sql="""
            INSERT INTO posts (user_id, title, content)
            SELECT (SELECT id FROM users ORDER BY id LIMIT 1), 'post ' || i, 'text'
            FROM generate_series(1, 1000) i;""")
        self.addCleanup(database.close)
        server = product.Server(database.url,
                                binary=str(product.EXAMPLES / "example-custom-resolvers"),
                                command=["--database", database.url, "--max-complexity", "1000000"])
        self.addCleanup(server.close)
        posts = server.data("{ posts(limit: 1000) { id commentCount } }")["posts"]
        self.assertEqual(len(posts), 1000)
        self.assertGreater(sum(post["commentCount"] for post in posts), 0)
        reads = [line for line in database.log().splitlines()
                 if "FROM comments WHERE post_id = ANY($1)" in line]
        self.assertEqual(len(reads), 1, reads)


class Documentation(unittest.TestCase):
    def test_every_snippet_is_part_of_a_program_that_is_built(self):
        root = pathlib.Path(__file__).resolve().parents[2]
        page = (root / "docs" / "library.md").read_text(encoding="utf-8")
        programs = [path.read_text(encoding="utf-8") for path in (
            *root.glob("examples/*/main.cpp"), root / "tests/package/consumer/application.cpp")]
        snippets = re.findall(r"^```cpp\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
        self.assertGreater(len(snippets), 3)
        for snippet in snippets:
            self.assertTrue(any(snippet in program for program in programs), snippet)


class Refusals(unittest.TestCase):
    def test_a_name_that_is_taken_stops_the_start(self):
        database = product.Database(sql="""
            CREATE VIEW v_carrier AS SELECT 1 AS id, jsonb_build_object('id', 1) AS data;
            CREATE FUNCTION fn_quote() RETURNS int STABLE LANGUAGE sql AS 'SELECT 1';
            """)
        self.addCleanup(database.close)
        refused = product.run("--database", database.url,
                              binary=str(product.EXAMPLES / "example-custom-resolvers"))
        self.assertEqual(refused.returncode, 1)
        self.assertIn("the database has a type Carrier already", refused.stderr)
        self.assertIn("Query.quote: the database has a field of that name already",
                      refused.stderr)


if __name__ == "__main__":
    unittest.main()
