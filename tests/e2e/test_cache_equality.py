# SPDX-License-Identifier: MIT
"""Every operation of the golden cases: plain, planned, registered and kept answers."""
import json
import pathlib
import re
import subprocess
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

    # What a mutation makes up itself differs each time.
    MADE_UP = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
                         r"|\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)")

    @classmethod
    def setUpClass(cls):
        cls.db = Database(*BLOG_FILES, *(str(GOLDEN / f) for f in ("extra.sql", "functions.sql")),
                          sql=cls.ANNOTATE)
        cls.addClassCleanup(cls.db.close)
        installed = run("db", "install", "cache", "--database", cls.db.url)
        assert installed.returncode == 0, installed.stderr

    def cases(self, mutations, suffix=False):
        """Returns a folder of operations to register, and name, text and variables of each."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        cases = []
        for file in sorted(GOLDEN.glob("*/*/request.graphql")):
            topic, case = file.parent.parent.name, file.parent.name
            text = file.read_text().rstrip("\n")
            if ("mutation" in text) != mutations or (topic == "suffix") != suffix:
                continue
            variables = file.parent / "variables.json"
            given = json.loads(variables.read_text()) if variables.exists() else {}
            cases.append((f"{topic}-{case}", text, given))
            (pathlib.Path(folder.name) / f"{topic}-{case}.graphql").write_text(text)
        return folder.name, cases

    def serve(self, *options, url=None):
        server = Server(command=["serve", "--database", url or self.db.url, *options])
        self.addCleanup(server.close)
        return server

    def compare_queries(self, *options, suffix=False):
        """Returns how many cases there are, and how many of their answers were kept."""
        folder, cases = self.cases(False, suffix)
        plain = self.serve("--cache-memory", "0", *options)
        cached = self.serve("--cache-store-after", "0", "--operations", folder, *options)
        kept = 0
        for name, text, variables in cases:
            with self.subTest(name):
                by_text = json.dumps({"query": text, "variables": variables})
                by_name = json.dumps({"documentId": name, "variables": variables})
                expected = plain.post(by_text).text
                self.assertEqual(plain.post(by_text).text, expected)
                for body in (by_text, by_text, by_name, by_name):
                    answer = cached.post(body)
                    self.assertEqual(answer.text, expected)
                kept += answer.getheader("ETag") is not None
        return len(cases), kept

    def test_queries_are_the_same_bytes_all_four_ways(self):
        cases, kept = self.compare_queries()
        self.assertGreater(cases, 50)
        self.assertGreater(kept, cases / 2)

    def test_so_are_those_with_the_other_style_of_filters(self):
        cases, kept = self.compare_queries("--filter-style", "suffix", suffix=True)
        self.assertGreater(cases, 0)
        self.assertGreater(kept, 0)

    def test_mutations_answer_alike(self):
        folder, cases = self.cases(True)
        urls = []
        for name in ("plain", "text", "registered"):
            urls.append(self.db.url.replace("/blog?", f"/{name}?"))
            subprocess.run(["psql", "-X", "-q", "-d", self.db.url.replace("/blog?", "/postgres?"),
                            "-c", f"CREATE DATABASE {name} TEMPLATE blog"], check=True)
        plain = self.serve("--cache-memory", "0", url=urls[0])
        by_text, by_name = (self.serve("--operations", folder, url=url) for url in urls[1:])
        self.assertGreater(len(cases), 5)
        for name, text, variables in cases:
            with self.subTest(name):
                body = json.dumps({"query": text, "variables": variables})
                registered = json.dumps({"documentId": name, "variables": variables})
                for _ in range(2):
                    answers = (plain.post(body), by_text.post(body), by_name.post(registered))
                    texts = {self.MADE_UP.sub("…", answer.text) for answer in answers}
                    self.assertEqual(len(texts), 1, texts)
                    self.assertEqual([a.getheader("ETag") for a in answers], [None] * 3)


if __name__ == "__main__":
    unittest.main()
