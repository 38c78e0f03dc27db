# SPDX-License-Identifier: MIT
"""Operations that ask for too much are refused before any SQL; parts of lists are what they say."""
import unittest

from product import BLOG_FILES, Database, Server, run

LIMITS = ["--max-depth", "6", "--max-complexity", "3000", "--max-root-fields", "5",
          "--max-aliases", "8", "--max-page-size", "1000"]
WEIGHTS = """
COMMENT ON VIEW v_user_with_stats IS '@cost 100 stats:40';
COMMENT ON FUNCTION fn_publish_post IS '@cost 6000';
"""


class Limits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database(*BLOG_FILES, sql=WEIGHTS)
        cls.addClassCleanup(cls.database.close)
        cls.server = Server(command=["serve", "--database", cls.database.url, *LIMITS])
        cls.addClassCleanup(cls.server.close)

    def refused(self, query, *words, **variables):
        error = self.server.error(query, **variables)
        self.assertEqual(error["extensions"]["code"], "QUERY_TOO_COMPLEX", error)
        for word in words:
            self.assertIn(word, error["message"] + error["extensions"]["hint"])
        return error["extensions"]

    def test_the_score_follows_the_limits_of_the_request(self):
        query = "query ($n: Int) { posts(limit: $n) { title author { name } } }"
        self.assertEqual(len(self.server.data(query, n=300)["posts"]), 300)
        said = self.refused(query, "posts", n=1000)
        self.assertEqual((said["score"], said["limit"]), ("4000", "3000"))
        self.assertEqual(said["heaviestPath"], "posts.author")

    def test_lists_inside_lists_multiply(self):
        query = """query ($n: Int) { postWithCommentsList(limit: 50) {
                     comments(limit: $n) { content author { name } } } }"""
        self.server.data(query, n=5)
        said = self.refused(query, "postWithCommentsList.comments", n=1000)
        self.assertEqual(said["score"], str(50 + 50 * 1000 * 4))
        self.assertTrue(said["heaviestPath"].startswith("postWithCommentsList.comments"))

    def test_pages_of_connections_count(self):
        query = "query ($n: Int) { postsConnection(first: $n) { nodes { title content status } } }"
        self.server.data(query, n=100)
        self.refused(query, "postsConnection.nodes", n=1000)
        query = query.replace("nodes {", "edges { node {").replace("}", "} }", 1)
        self.refused(query.replace("first", "last"), "postsConnection.edges", n=1000)

    def test_depth(self):
        self.server.data("{ postsConnection(first: 1) { edges { node { author { id } } } } }")
        server = Server(command=["serve", "--database", self.database.url, "--max-depth", "3"])
        self.addCleanup(server.close)
        error = server.error("{ postsConnection(first: 1) { edges { node { id } } } }")
        self.assertEqual(error["extensions"]["code"], "QUERY_TOO_COMPLEX")
        self.assertIn("deeper than 3", error["message"])

    def test_root_fields(self):
        self.refused("{" + " ".join(f"a{i}: __typename" for i in range(6)) + "}", "root fields")

    def test_aliases(self):
        self.refused("{ users(limit: 1) {" + " ".join(f"a{i}: id" for i in range(9)) + "} }",
                     "aliases")

    def test_fragments_that_multiply(self):
        fragments = ["fragment F0 on User { id name email }"]
        for i in range(1, 14):
            fragments.append(f"fragment F{i} on User {{ ...F{i - 1} ...F{i - 1} }}")
        data = self.server.data("{ users(limit: 1) { ...F13 } } " + " ".join(fragments))
        self.assertEqual(len(data["users"]), 1)
        wide = " ".join(f"a{i}: author {{ ...U }}" for i in range(400))
        self.refused("{ posts { " + wide + " } } fragment U on User { id name email bio status }",
                     "aliases")

    def test_introspection_in_circles(self):
        circle = "name"
        for _ in range(10):
            circle = "fields { type { " + circle + " } }"
        error = self.server.error("{ __schema { types { " + circle + " } } }")
        self.assertEqual(error["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED")
        self.assertIn("introspection depth", error["message"])

    def test_weights_of_annotations(self):
        said = self.refused("{ userWithStatsList(limit: 50) { name } }", "userWithStatsList")
        self.assertEqual(said["score"], str(50 * (100 + 1)))
        said = self.refused("{ userWithStatsList(limit: 36) { stats { postCount } } }")
        self.assertEqual(said["score"], str(36 * (100 + 40 + 1)))
        self.refused('mutation { publishPost(postId: "%s") { success: __typename } }'
                     % ("0" * 8 + "-0000" * 3 + "-" + "0" * 12), "publishPost")

    def test_a_wrong_annotation_stops_the_start(self):
        for comment, word in (("@cost much", "no cost"), ("@cost nme:5", "name")):
            database = Database(*BLOG_FILES, sql=f"COMMENT ON VIEW v_user IS '{comment}';")
            self.addCleanup(database.close)
            done = run("schema", "--database", database.url)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(word, done.stderr + done.stdout)


class PartsOfLists(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database(*BLOG_FILES)
        cls.addClassCleanup(cls.database.close)
        cls.server = Server(cls.database.url)
        cls.addClassCleanup(cls.server.close)

    def test_parts_are_cut_from_the_whole(self):
        whole = self.server.data(
            "{ postWithCommentsList(limit: 40) { comments { id createdAt } } }")
        parts = self.server.data(
            "query ($n: Int, $skip: Int) { postWithCommentsList(limit: 40) {"
            " comments(limit: $n, offset: $skip) { id createdAt } } }", n=2, skip=1)
        for all_of_it, part in zip(whole["postWithCommentsList"], parts["postWithCommentsList"]):
            self.assertEqual(part["comments"], all_of_it["comments"][1:3])

    def test_columns_beside_the_document_where_rows_are_known(self):
        data = self.server.data("{ postWithCommentsList(limit: 5) {"
                                " comments(orderBy: [{userId: ASC}]) { author { id } } } }")
        for post in data["postWithCommentsList"]:
            ids = [comment["author"]["id"] for comment in post["comments"]]
            self.assertEqual(ids, sorted(ids))

    def test_values_are_never_sql(self):
        for text in ("'; DROP TABLE posts; --", "\\", "%", "$1", '"'):
            data = self.server.data(
                "query ($t: String!) { postWithCommentsList(limit: 3) {"
                " comments(where: {content: {eq: $t}}) { id } } }", t=text)
            self.assertEqual([p["comments"] for p in data["postWithCommentsList"]], [[], [], []])


if __name__ == "__main__":
    unittest.main()
