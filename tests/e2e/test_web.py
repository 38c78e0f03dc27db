# SPDX-License-Identifier: MIT
"""GraphiQL, its Explain panel and /admin in Chromium, and npm's audit, run by node on a blog."""
import os
import pathlib
import subprocess
import tempfile
import unittest

from product import BLOG_FILES, Database, Server

TOKEN = "an-admin-token-of-more-than-32-characters"
# A table whose name and values are a script where HTML is made of them.
SQL = """
CREATE UNLOGGED TABLE "<img src=x onerror=window.struck=1>" (id int PRIMARY KEY, label text);
INSERT INTO "<img src=x onerror=window.struck=1>"
    SELECT i, '<script>window.struck=1</script>' || i FROM generate_series(1, 30000) i;
CREATE VIEW v_trap AS SELECT id, jsonb_build_object('id', id, 'label', label) AS data
    FROM "<img src=x onerror=window.struck=1>";
COMMENT ON VIEW v_trap IS '<script>window.struck=1</script>';
ANALYZE "<img src=x onerror=window.struck=1>";
"""
BROWSER = pathlib.Path(__file__).resolve().parent / "browser"


def install():
    """Installs the npm packages where they are not the ones of package-lock.json."""
    installed = BROWSER / "node_modules" / ".installed"
    lock = BROWSER / "package-lock.json"
    if installed.exists() and installed.stat().st_mtime > lock.stat().st_mtime:
        return
    subprocess.run(["npm", "ci", "--ignore-scripts", "--loglevel=error"], cwd=BROWSER, check=True)
    installed.touch()


class Web(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        install()
        cls.database = Database(*BLOG_FILES, sql=SQL)
        cls.addClassCleanup(cls.database.close)
        cls.server = Server(cls.database.url)
        cls.addClassCleanup(cls.server.close)

    def run_node_test(self, name, **environment):
        url = f"http://127.0.0.1:{self.server.port}"
        result = subprocess.run(["node", "--test", name], cwd=BROWSER, capture_output=True,
                                text=True, timeout=300,
                                env=os.environ | {"FRAISEQL_URL": url} | environment)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_graphiql(self):
        self.run_node_test("graphiql.test.mjs")

    def guarded(self):
        """Returns what says where a server is that wants a token, and the token."""
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(TOKEN)
            file.flush()
            guarded = Server(command=["serve", "--database", self.database.url,
                                      "--admin-token-file", file.name])
        self.addCleanup(guarded.close)
        return {"FRAISEQL_GUARDED_TOKEN": TOKEN,
                "FRAISEQL_GUARDED_URL": f"http://127.0.0.1:{guarded.port}"}

    def test_explain(self):
        self.run_node_test("explain.test.mjs", **self.guarded())

    def test_admin(self):
        self.run_node_test("admin.test.mjs", **self.guarded())

    def test_graphql_over_http(self):
        self.run_node_test("graphql_http.test.mjs")


if __name__ == "__main__":
    unittest.main(verbosity=2)
