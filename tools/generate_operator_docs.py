#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes docs/reference/operators.md from the table of operators; --check only compares."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "src" / "schema" / "operators.def"
PAGE = ROOT / "docs" / "reference" / "operators.md"
ROW = re.compile(r'^X\((\w+), "(\w+)", "(\w*)", \w+, "((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)"\)$',
                 re.MULTILINE)
FAMILIES = {
    "Any": "Every value",
    "Equality": "Values that are equal or are not: all but lists and JSON",
    "Order": "Text, numbers, dates and times",
    "Text": "Text: text, varchar, char, citext (whose operators never look at the case)",
    "FullText": "tsvector",
    "List": "Lists of values (arrays)",
    "Json": "JSON: json, jsonb",
    "Network": "Addresses and networks: inet, cidr",
    "LTree": "Paths: ltree",
    "Range": "Ranges and multiranges",
}

OPENING = """# Operators of filters

What can be asked of a value depends on its PostgreSQL type. In SQL, `%c` stands for the value and
`%v` for what it is compared with, a bound parameter in all cases. How filters combine, and what
null does to them, is told in [reading.md](../reading.md#filters). The suffix is for the other
[style of filters](../reading.md#filters-with-suffixes).

<!-- Generated from src/schema/operators.def by tools/generate_operator_docs.py. -->
"""


def page():
    """Returns the text of the page."""
    rows = ROW.findall(TABLE.read_text(encoding="utf-8"))
    out = OPENING
    for family, title in FAMILIES.items():
        out += f"\n## {title}\n\n| operator | suffix | meaning | SQL |\n|---|---|---|---|\n"
        for of, name, suffix, sql, meaning in rows:
            if of == family:
                shown = sql.replace("|", "\\|")
                after = f"`_{suffix}`" if suffix else "–"
                out += f"| `{name}` | {after} | {meaning} | `{shown}` |\n"
    return out


def main():
    if sys.argv[1:] == ["--check"]:
        if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page():
            return 0
        print(f"{PAGE.relative_to(ROOT)} is not what the table says: "
              "run tools/generate_operator_docs.py")
        return 1
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
