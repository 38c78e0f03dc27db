# SPDX-License-Identifier: MIT
"""Tables that hold what a view shows: installed, kept in step, compared, and served."""
import subprocess
import unittest

from product import BLOG_FILES, Database, Server, run


class Projection(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database(*BLOG_FILES)
        cls.addClassCleanup(cls.database.close)

    def sql(self, text):
        subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-c", text, self.database.url],
                       check=True, capture_output=True)

    def db(self, *words):
        return run("db", *words, "--database", self.database.url)

    def test_install_serve_change_and_verify(self):
        installed = self.db("install", "tv", "v_user_with_stats")
        self.assertEqual(installed.returncode, 0, installed.stderr)
        verified = self.db("verify", "tv_user_with_stats")
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        self.assertIn("exactly what", verified.stdout)
        self.sql("COMMENT ON VIEW v_user_with_stats IS '@hide'")
        server = Server(self.database.url)
        self.addCleanup(server.close)
        active = "{ users(limit: 1, where: {status: {eq: active}}) { id } }"
        user = server.data(active)["users"][0]["id"]
        count = "query Q($id: ID!) { userWithStats(id: $id) { stats { postCount } } }"
        before = server.data(count, id=user)["userWithStats"]["stats"]["postCount"]
        server.data("""mutation M($id: ID!) {
            createPost(userId: $id, title: "Stored", content: "") { id }
        }""", id=user)
        after = server.data(count, id=user)["userWithStats"]["stats"]["postCount"]
        self.assertEqual(after, before + 1)
        self.assertEqual(self.db("verify", "v_user_with_stats").returncode, 0)
        self.sql(f"DELETE FROM tv_user_with_stats WHERE id = '{user}'")
        verified = self.db("verify", "tv_user_with_stats")
        self.assertEqual(verified.returncode, 1)
        self.assertEqual(verified.stdout.split(), ["missing", "(1):", user])

    def test_print_changes_nothing(self):
        printed = self.db("install", "tv", "v_comment", "--print")
        self.assertEqual(printed.returncode, 0, printed.stderr)
        self.assertIn("CREATE TABLE IF NOT EXISTS public.tv_comment", printed.stdout)
        self.assertEqual(self.db("verify", "v_comment").returncode, 1)

    def test_refusals_say_why(self):
        self.sql("CREATE OR REPLACE VIEW v_newest AS SELECT id, data FROM v_post LIMIT 3")
        for words, reason in [
                (("install", "tv"), "The view to store is missing"),
                (("install", "tv", "v_pots"), 'Did you mean "v_post"'),
                (("install", "tv", "users"), "not a view"),
                (("install", "tv", "v_post", "--key", "nothing"), "--key COLUMN"),
                (("install", "tv", "v_newest"), "LIMIT"),
                (("install", "turbo", "v_post"), "Only `db install tv`"),
                (("verify", "v_user"), "no table that holds")]:
            with self.subTest(words):
                result = self.db(*words)
                self.assertEqual(result.returncode, 1)
                self.assertIn(reason, result.stderr)
        self.assertEqual(self.db("install", "tv", "v_newest", "--without-triggers").returncode, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
