# SPDX-License-Identifier: MIT
"""Every GraphQL snippet of the documents answers without an error on the example database."""
import pathlib
import re
import unittest

import product

ROOT = pathlib.Path(__file__).resolve().parents[2]
SNIPPET = re.compile(r"^```graphql\n(.*?)^```", re.DOTALL | re.MULTILINE)


def snippets():
    for page in [ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/blog/*.md")]:
        for number, text in enumerate(SNIPPET.findall(page.read_text(encoding="utf-8")), 1):
            yield f"{page.relative_to(ROOT)}, snippet {number}", text


class Snippets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = product.Database(*product.BLOG_FILES)
        cls.server = product.Server(cls.database.url)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()
        cls.database.close()

    def test_the_documents_have_snippets(self):
        self.assertGreater(len(list(snippets())), 3)

    def test_every_snippet_answers(self):
        for name, text in snippets():
            with self.subTest(name):
                self.assertTrue(self.server.data(text))


if __name__ == "__main__":
    unittest.main()
