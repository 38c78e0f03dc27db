# SPDX-License-Identifier: MIT
"""Every query of the golden cases: plain, planned, registered and kept answers."""
import json
import pathlib
import tempfile
import unittest

from product import BLOG, BLOG_FILES, Database, Server, run

GOLDEN = BLOG.parents[1] / "tests" / "golden"


class EqualityTest(unittest.TestCase):
    """Every query of the golden cases: plain, planned, registered and kept answers."""

    # Contexts of our own: what the views call does not matter to what is compared here.
    ANNOTATE = """DO $$ DECLARE v record; BEGIN
      FOR v IN SELECT oid::regclass AS name, obj_description(oid) AS comment FROM pg_class
               WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace LOOP
        EXECUTE format('COMMENT ON VIEW %s IS %L', v.name,
                       concat_ws(E'\\n', v.comment, '@cache context golden'));
      END LOOP; END $$"""

    @classmethod
    def setUpClass(cls):
        cls.db = Database(*BLOG_FILES, *(str(GOLDEN / f) for f in ("extra.sql", "functions.sql")),
                          sql=cls.ANNOTATE)
        installed = run("db", "install", "cache", "--database", cls.db.url)
        assert installed.returncode == 0, installed.stderr
        cls.folder = tempfile.TemporaryDirectory()
        cls.cases = {}
        for file in sorted(GOLDEN.glob("*/*/request.graphql")):
            name = f"{file.parent.parent.name}-{file.parent.name}"
            text = file.read_text().rstrip("\n")
            if "mutation" in text:
                continue
            variables = file.parent / "variables.json"
            given = json.loads(variables.read_text()) if variables.exists() else {}
            cls.cases[name] = (text, given)
            (pathlib.Path(cls.folder.name) / f"{name}.graphql").write_text(text)

    @classmethod
    def tearDownClass(cls):
        cls.db.close()
        cls.folder.cleanup()

    def test_all_four_are_the_same_bytes(self):
        def serve(*options):
            server = Server(command=["serve", "--database", self.db.url, *options])
            self.addCleanup(server.close)
            return server

        plain = serve("--cache-memory", "0")
        cached = serve("--cache-store-after", "0", "--operations", self.folder.name)
        kept = 0
        self.assertGreater(len(self.cases), 30)
        for name, (text, variables) in self.cases.items():
            with self.subTest(name):
                by_text = json.dumps({"query": text, "variables": variables})
                by_name = json.dumps({"documentId": name, "variables": variables})
                expected = plain.post(by_text).text
                self.assertEqual(plain.post(by_text).text, expected)
                for body in (by_text, by_text, by_name, by_name):
                    answer = cached.post(body)
                    self.assertEqual(answer.text, expected)
                kept += answer.getheader("ETag") is not None
        self.assertGreater(kept, len(self.cases) // 2)


if __name__ == "__main__":
    unittest.main()
