# SPDX-License-Identifier: MIT
"""GraphiQL in Chromium and npm's audit, each run by node against a served blog."""
import os
import pathlib
import subprocess
import unittest

from product import BLOG_FILES, Database, Server

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
        cls.database = Database(*BLOG_FILES)
        cls.addClassCleanup(cls.database.close)
        cls.server = Server(cls.database.url)
        cls.addClassCleanup(cls.server.close)

    def run_node_test(self, name):
        url = f"http://127.0.0.1:{self.server.port}"
        result = subprocess.run(["node", "--test", name], cwd=BROWSER, capture_output=True,
                                text=True, timeout=300, env=os.environ | {"FRAISEQL_URL": url})
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_graphiql(self):
        self.run_node_test("graphiql.test.mjs")

    def test_graphql_over_http(self):
        self.run_node_test("graphql_http.test.mjs")


if __name__ == "__main__":
    unittest.main(verbosity=2)
