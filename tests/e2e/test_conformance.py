# SPDX-License-Identifier: MIT
"""graphql-js and FraiseQL agree on generated documents against the example database's schema."""
import pathlib
import subprocess
import tempfile
import unittest

import product

DIFFERENTIAL = pathlib.Path(__file__).resolve().parents[1] / "conformance/graphql/differential.mjs"


class BlogSchema(unittest.TestCase):
    def test_both_give_the_same_verdicts(self):
        database = product.Database(*product.BLOG_FILES)
        self.addCleanup(database.close)
        schema = product.run("schema", "--database", database.url)
        self.assertEqual(schema.returncode, 0, schema.stderr)
        with tempfile.NamedTemporaryFile("w", suffix=".graphql") as file:
            file.write(schema.stdout)
            file.flush()
            done = subprocess.run(
                ["node", DIFFERENTIAL, "--driver", product.VERDICT,
                 "--schema", file.name, "--documents", "2000", "--seed", "20260101"],
                capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
