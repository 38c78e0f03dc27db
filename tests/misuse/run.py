# SPDX-License-Identifier: MIT
"""What must not compile does not, and the compiler says what to do: one file, one mistake."""
import pathlib
import re
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
COMPILER = sys.argv.pop(1)


def compile_file(path):
    command = [COMPILER, "-std=c++20", "-fsyntax-only", "-I", HERE.parents[1] / "include", path]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


class Misuse(unittest.TestCase):
    def test_each_mistake_is_named(self):
        files = sorted(HERE.glob("*.cpp"))
        self.assertGreater(len(files), 8)
        for path in files:
            with self.subTest(path.name):
                expected = re.search(r"^// expect: (.*)$", path.read_text(), re.MULTILINE)[1]
                result = compile_file(path)
                self.assertNotEqual(result.returncode, 0)
                self.assertIn(expected, result.stderr)

    def test_an_application_compiles(self):
        result = compile_file(HERE.parents[1] / "examples" / "custom-resolvers" / "main.cpp")
        self.assertEqual((result.returncode, result.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
