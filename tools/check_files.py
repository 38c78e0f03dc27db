#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Fails when a hand-written file breaks the house rules: header, size, width, leftovers, paths."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LICENSE = "SPDX-License-Identifier: MIT"
MOST_LINES = 500
MOST_COLUMNS = 100
CODE = {".cpp", ".hpp", ".py", ".sh", ".js", ".mjs", ".jsx", ".ts", ".css"}
# Data, and tables with one row a line, are as long and as wide as they need to be.
TABLES = {".def", ".sql", ".json", ".md", ".lua", ".html"}
LEFTOVER = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
# An absolute path into somebody's own folders works on one machine only.
OWN_FOLDER = re.compile(r"(?<![\w/.-])/(work|home|root)/\w")


def tracked_files():
    """Returns the project's text files, tracked or about to be, without generated ones."""
    out = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"],
                         cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in out.splitlines():
        path = ROOT / name
        generated = path.name == "package-lock.json" or "golden" in path.parts
        if path.is_file() and not generated and (path.suffix in CODE | TABLES):
            yield path


def opening_problem(path, lines):
    """Returns what is wrong with the first lines of a source, or None."""
    head = lines[:3] if lines and lines[0].startswith("#!") else lines[:2]
    if not any(LICENSE in line for line in head):
        return f"the first line has to say {LICENSE}"
    if path.suffix != ".hpp":
        return None
    sentence = lines[1] if len(lines) > 1 else ""
    if not sentence.startswith("// "):
        return "the second line has to be a sentence that says what the file is"
    return None


def problems_of(path):
    """Yields (line number, problem) for one file."""
    lines = path.read_text(encoding="utf-8").split("\n")
    if path.suffix in CODE:
        if problem := opening_problem(path, lines):
            yield 1, problem
        if len(lines) > MOST_LINES:
            yield MOST_LINES, f"{len(lines)} lines; {MOST_LINES} is the limit: split it by idea"
    for number, line in enumerate(lines, 1):
        if path.suffix in CODE and len(line) > MOST_COLUMNS and "http" not in line:
            yield number, f"{len(line)} columns; {MOST_COLUMNS} is the limit"
        if path.suffix != ".md" and LEFTOVER.search(line):
            yield number, "finish it, or file an issue"
        if OWN_FOLDER.search(line):
            yield number, "an absolute path into somebody's own folders"
        if line != line.rstrip() and path.suffix != ".md":
            yield number, "white space at the end of the line"


def main():
    count, status = 0, 0
    for path in tracked_files():
        count += 1
        for number, problem in problems_of(path):
            print(f"{path.relative_to(ROOT)}:{number}: {problem}")
            status = 1
    if status == 0:
        print(f"{count} files keep the house rules")
    return status


if __name__ == "__main__":
    sys.exit(main())
