# SPDX-License-Identifier: MIT
"""The example database, read and written through GraphQL."""
import json
import re
import unittest

from product import BLOG_FILES, Database, Server, run


class Blog(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database(*BLOG_FILES)
        cls.addClassCleanup(cls.database.close)
        cls.server = Server(cls.database.url)
        cls.addClassCleanup(cls.server.close)

    def an_active_user(self):
        users = self.server.data("{ users(limit: 50) { id status } }")["users"]
        return next(user["id"] for user in users if user["status"].upper() == "ACTIVE")


class Reading(Blog):
    def test_nested_stats_of_users(self):
        users = self.server.data("""{
            userWithStatsList(limit: 50) {
                id email name
                stats { postCount commentCount lastActivity }
                recentPosts { id title createdAt }
            }
        }""")["userWithStatsList"]
        self.assertEqual(len(users), 50)
        self.assertEqual(sum(user["stats"]["postCount"] for user in users), 300)
        for user in users:
            written = [post["createdAt"] for post in user["recentPosts"]]
            self.assertLessEqual(len(written), 5)
            self.assertEqual(written, sorted(written, reverse=True))

    def test_one_by_id(self):
        first = self.server.data("{ users(limit: 1) { id } }")["users"][0]["id"]
        query = "query One($id: ID!) { userWithStats(id: $id) { id stats { postCount } } }"
        self.assertEqual(self.server.data(query, id=first)["userWithStats"]["id"], first)
        nobody = "00000000-0000-0000-0000-000000000000"
        self.assertIsNone(self.server.data(query, id=nobody)["userWithStats"])

    def test_relation_to_another_view(self):
        query = "{ posts(limit: 3) { title tags author { name email } } }"
        posts = self.server.data(query)["posts"]
        self.assertEqual(len(posts), 3)
        for post in posts:
            self.assertIn("@example.com", post["author"]["email"])
            self.assertIn("postgresql", post["tags"])

    def test_pages_do_not_overlap(self):
        query = "query Page($offset: Int) { posts(limit: 7, offset: $offset) { id } }"
        pages = [self.server.data(query, offset=7 * i)["posts"] for i in range(4)]
        ids = [post["id"] for page in pages for post in page]
        self.assertEqual(len(set(ids)), 28)

    def test_aliases_fragments_and_directives(self):
        data = self.server.data("""
            query Both($brief: Boolean!) {
                first: users(limit: 1) { ...Person }
                second: users(limit: 1, offset: 1) { ...Person }
            }
            fragment Person on User {
                __typename called: name
                email @skip(if: $brief)
                ... @include(if: $brief) { id }
            }""", brief=True)
        self.assertEqual(list(data), ["first", "second"])
        self.assertEqual(list(data["first"][0]), ["__typename", "called", "id"])
        self.assertNotEqual(data["first"], data["second"])

    def test_materialized_view(self):
        days = self.server.data("{ dashboardStatsList(limit: 5) { date totalPosts } }")
        self.assertEqual(len(days["dashboardStatsList"]), 5)

    def test_keys_come_in_the_order_of_the_selection(self):
        response = self.server.post(json.dumps({"query": "{ users(limit: 1) { status id name } }"}))
        user = json.loads(response.text)["data"]["users"][0]
        self.assertEqual(list(user), ["status", "id", "name"])

    def test_introspection_names_types_and_descriptions(self):
        user = self.server.data("""{
            __type(name: "User") { description fields { name type { kind } } }
        }""")["__type"]
        self.assertEqual(user["description"], "A person who writes or comments.")
        kinds = {field["name"]: field["type"]["kind"] for field in user["fields"]}
        self.assertEqual(kinds["email"], "NON_NULL")
        self.assertNotEqual(kinds["bio"], "NON_NULL")


class Writing(Blog):
    CREATE = """mutation Create($user: ID!, $title: String!, $tags: [String!]) {
        createPost(userId: $user, title: $title, content: "…", tags: $tags) {
            id
            post { title status tags author { id } }
        }
    }"""

    def test_create_and_read_again(self):
        user = self.an_active_user()
        made = self.server.data(self.CREATE, user=user, title="Über \"quotes\"", tags=["a", "b c"])
        post = made["createPost"]["post"]
        self.assertEqual(post["title"], "Über \"quotes\"")
        self.assertEqual(post["tags"], ["a", "b c"])
        self.assertEqual(post["author"]["id"], user)
        again = self.server.data("query P($id: ID!) { post(id: $id) { title } }",
                                 id=made["createPost"]["id"])
        self.assertEqual(again["post"]["title"], post["title"])

    def test_default_of_an_argument(self):
        made = self.server.data("""mutation M($user: ID!) {
            createPost(userId: $user, title: "No tags", content: "") { post { tags } }
        }""", user=self.an_active_user())
        self.assertEqual(made["createPost"]["post"]["tags"], [])

    def test_business_rule(self):
        nobody = "00000000-0000-0000-0000-000000000000"
        error = self.server.error(self.CREATE, user=nobody, title="Hello")
        self.assertEqual(error["extensions"]["code"], "BUSINESS_RULE_VIOLATION")
        self.assertEqual(error["message"], "The user does not exist or is not active.")
        self.assertEqual(error["path"], ["createPost"])
        self.assertEqual(error["locations"][0]["line"], 2)

    def test_errcode_of_the_functions_own(self):
        error = self.server.error(self.CREATE, user=self.an_active_user(), title="x")
        self.assertEqual(error["extensions"]["sqlstate"], "P0002")
        self.assertEqual(error["message"], "The title is too short.")

    def test_failed_mutation_leaves_nothing(self):
        count = "{ posts(limit: 1) { id } postWithCommentsList(limit: 1) { id } }"
        before = self.server.data(count)
        self.server.error(self.CREATE, user=self.an_active_user(), title="x")
        self.assertEqual(self.server.data(count), before)

    def test_sql_in_values_stays_a_value(self):
        hostile = "'; DROP TABLE comments CASCADE; --"
        made = self.server.data(self.CREATE, user=self.an_active_user(), title=hostile)
        self.assertEqual(made["createPost"]["post"]["title"], hostile)
        self.assertEqual(len(self.server.data("{ comments(limit: 2) { id } }")["comments"]), 2)

    def test_void_function(self):
        done = self.server.data("mutation { refreshDashboardStats { success } }")
        self.assertIs(done["refreshDashboardStats"]["success"], True)


class OneStatement(unittest.TestCase):
    # The claims settings, and what connections do at the start: all look whether there is a pooler
    # in between, others follow the registered operations, and look whether a cache is to be kept.
    BESIDE_THE_OPERATION = (r"BEGIN|COMMIT|SELECT (pg_catalog\.)?set_config|LISTEN "
                            r"|SELECT 1 WHERE to_reg(class|procedure)"
                            r"|SELECT pg_catalog\.pg_backend_pid\(\)$")

    def test_nested_operation_is_one_statement(self):
        database = Database(*BLOG_FILES, settings=["log_statement=all"])
        self.addCleanup(database.close)
        server = Server(command=["serve", "--database", database.url, "--schema-poll", "0"])
        self.addCleanup(server.close)
        query = """{
            userWithStatsList(limit: 9) { name stats { postCount } recentPosts { title } }
            posts(limit: 3) { title author { name } }
        }"""
        for _ in range(2):
            before = len(database.log())
            server.data(query)
            statements = re.findall(r"LOG:  (?:execute [^:]*|statement): (.*)",
                                    database.log()[before:])
            reading = [text for text in statements
                       if not re.match(self.BESIDE_THE_OPERATION, text)]
            self.assertEqual(len(reading), 1, reading)


class Commands(Blog):
    def test_schema_prints_sdl(self):
        result = run("schema", "--database", self.database.url)
        self.assertEqual(result.returncode, 0, result.stderr)
        for wanted in ("type UserWithStats", "userWithStats(id:", "type Mutation", "createPost("):
            self.assertIn(wanted, result.stdout)

    def test_explain_shows_one_statement(self):
        result = run("explain", "--database", self.database.url,
                     "{ userWithStatsList(limit: 2) { name stats { postCount } } }")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("Limit", result.stdout)
        self.assertIn("SELECT", result.stdout.upper())

    def test_explain_refuses_what_the_schema_lacks(self):
        result = run("explain", "--database", self.database.url, "{ usres { id } }")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn('Did you mean "users"', result.stdout + result.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
