#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Fails when a page links to what is not there, is listed nowhere, or is not what it documents."""
import pathlib
import re
import subprocess
import sys

import generate_error_docs
import generate_operator_docs

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(#[^)\s]*)?\)")
CODE_BLOCK = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
# Sources that the pages name, as `src/cli/main.cpp`.
SOURCE = re.compile(r"`((?:src|tests|tools|docs|bench|examples|web|cmake)/[\w./-]+)`")


def pages():
    out = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
                         cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in out.splitlines() if (ROOT / name).is_file()]


def main():
    problems = []
    linked = {ROOT / "README.md"}
    for page in pages():
        text = CODE_BLOCK.sub("", page.read_text(encoding="utf-8"))
        name = page.relative_to(ROOT)
        for target, _ in LINK.findall(text):
            if re.match(r"[a-z]+:", target):
                continue
            path = (page.parent / target).resolve()
            linked.add(path)
            if not path.exists():
                problems.append(f"{name}: links to {target}, which is not there")
        for source in SOURCE.findall(text):
            if not (ROOT / source).exists():
                problems.append(f"{name}: names {source}, which is not there")
    folders = {path for path in linked if path.is_dir()}
    for page in pages():
        if page not in linked and page.parent not in folders:
            problems.append(f"{page.relative_to(ROOT)}: no other page links to it")
    print("\n".join(problems) or f"{len(pages())} pages, all links lead somewhere")
    return max(1 if problems else 0, generate_error_docs.main(), generate_operator_docs.main())


if __name__ == "__main__":
    sys.argv[1:] = ["--check"]
    sys.exit(main())
