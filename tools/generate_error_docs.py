#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes docs/reference/errors.md from the table of error codes; --check only compares."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "src" / "base" / "error_codes.def"
PAGE = ROOT / "docs" / "reference" / "errors.md"
ROW = re.compile(r'^X\((\w+), "(\w+)", (\d+), "((?:[^"\\]|\\.)*)"\)$', re.MULTILINE)

OPENING = """# Error codes

Every error of a response has its code in `extensions.code`. Clients may rely on these names; the
messages beside them are for people and may change. The status is that of a response that has
nothing but such an error, where the client accepts `application/graphql-response+json`; with
`application/json` GraphQL errors come with 200, as older clients expect.

An error that PostgreSQL raised has its SQLSTATE in `extensions.sqlstate`.

<!-- Generated from src/base/error_codes.def by tools/generate_error_docs.py. -->

| code | HTTP status | meaning |
|---|--:|---|
"""


def page():
    """Returns the text of the page."""
    rows = ROW.findall(TABLE.read_text())
    return OPENING + "".join(f"| `{wire}` | {status} | {meaning} |\n"
                             for _, wire, status, meaning in rows)


def main():
    if sys.argv[1:] == ["--check"]:
        if PAGE.exists() and PAGE.read_text() == page():
            return 0
        print(f"{PAGE.relative_to(ROOT)} is not what the table says: "
              "run tools/generate_error_docs.py")
        return 1
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
