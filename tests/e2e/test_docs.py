# SPDX-License-Identifier: MIT
"""Every snippet of the documents is run, and what a page shows is what comes out."""
import collections
import concurrent.futures
import os
import unittest

import documents
from document_page import Page

# Snippets that cannot be run here, by page: each gives its reason in the page. A page that needs
# another one has to be changed here as well.
NOT_RUN = {
    "README.md": 2,
    "docs/adr/0007-see-through-privileges.md": 1,
    "docs/benchmarks.md": 1,
    "docs/deployment.md": 2,
    "docs/observability.md": 1,
    "docs/replicas.md": 2,
    "docs/security.md": 2,
    "docs/turbo.md": 2,
    "docs/views.md": 1,
    "examples/custom-resolvers/README.md": 1,
    "examples/existing-server/README.md": 1,
    "examples/multi-tenant/README.md": 1,
}


def problems_of(page):
    """Runs the page and returns what is wrong with it, as one text."""
    try:
        snippets = documents.snippets(page)
    except documents.Malformed as problem:
        return str(problem)
    if all({"not run", "part of"} & set(each.says) and each.says.get("part of") != "schema"
           for each in snippets):
        return "\n".join(_parts(snippets))
    problems = []
    run = None
    try:
        run = Page(page)
        for snippet in snippets:
            try:
                run.run(snippet)
            except (AssertionError, documents.Malformed) as problem:
                problems.append(str(problem))
    except AssertionError as problem:
        problems.append(str(problem))
    finally:
        if run:
            run.close()
    return "\n".join(problems)


def _parts(snippets):
    for snippet in snippets:
        of = snippet.says.get("part of")
        if of and not documents.is_part(snippet.text, (documents.ROOT / of).read_text()):
            yield f"{snippet}: these lines are not in {of}"


class Documents(unittest.TestCase):
    maxDiff = None

    def test_every_snippet_does_what_its_page_says(self):
        chosen = os.environ.get("FRAISEQL_PAGE", "")
        pages = [page for page in documents.pages() if chosen in str(page)]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for page, problems in zip(pages, pool.map(problems_of, pages)):
                with self.subTest(page.name):
                    if problems:
                        self.fail(f"\n{problems}")

    def test_what_is_not_run_is_counted(self):
        counted = collections.Counter()
        for page in documents.pages():
            for snippet in documents.snippets(page):
                if "not run" in snippet.says:
                    counted[str(page.relative_to(documents.ROOT))] += 1
                    self.assertGreater(len(snippet.says["not run"]), 10, f"{snippet}: why?")
        self.assertEqual(dict(counted), NOT_RUN)

    def test_parts_are_of_files_that_tests_run(self):
        for page in documents.pages():
            for snippet in documents.snippets(page):
                of = snippet.says.get("part of", "schema")
                folder = of.split("/")[0]
                self.assertIn(folder, ("deploy", "examples", "schema", "sql", "src", "tests"),
                              f"{snippet}: nothing there is run by tests")

    def test_files_are_used(self):
        for page in documents.pages():
            snippets = documents.snippets(page)
            for number, snippet in enumerate(snippets):
                # Every command reads a fraiseql.toml.
                if (name := snippet.says.get("file", "fraiseql.toml")) != "fraiseql.toml":
                    later = "".join(each.text for each in snippets[number + 1:]
                                    if each.language == "sh")
                    self.assertTrue(name in later or name.split("/")[0] in later,
                                    f"{snippet}: no command reads {name}")


class Comparisons(unittest.TestCase):
    """What is shown is held to what there is: these are the rules."""

    def test_json(self):
        same = documents.same_json
        self.assertTrue(same({"a": [1, "…"]}, {"a": [1, 2, 3]}))
        self.assertTrue(same({"a": 1, "…": "…"}, {"a": 1, "b": 2}))
        self.assertTrue(same("a…c", "abc"))
        for shown, real in (({"a": 1}, {"a": 1, "b": 2}), ([1], [1, 2]), (1, True), ("a…c", "abd"),
                            ({"a": None}, {}), ({"a": "1"}, {"a": 1}), ([1, 2, "…"], [1])):
            self.assertFalse(same(shown, real), (shown, real))

    def test_text(self):
        same = documents.same_text
        self.assertTrue(same("a  b\n…\nz", "a b\nc\nd\nz\n"))
        self.assertTrue(same("took 1.5 ms", "took 27.25 ms", numbers_vary=True))
        self.assertTrue(same("b", "a\nb\nc", within=True))
        for shown, real in (("a", "a\nb"), ("a\nb", "a"), ("took 1 ms", "took 2 ms"), ("…x", "y")):
            self.assertFalse(same(shown, real), (shown, real))

    def test_parts(self):
        self.assertTrue(documents.is_part("  a;\n\n  b;\n", "x;\na;\nb;\ny;\n"))
        self.assertFalse(documents.is_part("a;\nb;\n", "a;\nc;\nb;\n"))
        self.assertFalse(documents.is_part("a;\n", "aa;\n"))


if __name__ == "__main__":
    unittest.main()
