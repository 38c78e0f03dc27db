# SPDX-License-Identifier: MIT
"""Pages of documentation as lists of snippets, with what comments say of each.

A comment before a fence says how the snippet is run: `<!-- name -->` or `<!-- name: value -->`,
where the name is one of `DIRECTIVES`. CONTRIBUTING.md explains them.
"""
import dataclasses
import json
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
LANGUAGES = {"c", "cmake", "cpp", "graphql", "http", "js", "json", "sh", "sql", "text", "toml", "yaml"}
DIRECTIVES = {
    "not run": "why it cannot be: such snippets are counted",
    "part of": "a file that is built or run by tests, or `schema`: what `fraiseql schema` prints",
    "file": "it is written to this file, which a later command reads",
    "fails": "the code of the error, SQLSTATE, or exit code that it ends with",
    "as": "claims, as JSON: the request has a token with these",
    "role": "sql runs as this role of PostgreSQL",
    "variables": "JSON object",
    "headers": "JSON object",
    "keep": "`name = path`: a value of the answer, which later variables call \"$name\"",
    "at": "the port, as the page names it, of the server that is asked",
    "its SQL": "this is the SQL of the operation before",
    "its plan": "this is in the plan of the operation before",
    "eventually": "run again, for a while, until it says what is shown",
    "log": "this is in the log of the server before",
    "numbers vary": "digits in the output are not compared",
    "page": "words: what the page's database has at first",
}
_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\S*)(?P<more>[^\n]*)$")
_COMMENT = re.compile(r"^ *<!-- (?P<name>[^:]+?)(: (?P<value>.*))? -->$")
_LIST_ITEM = re.compile(r"^ *([-*+]|\d+\.) ")


class Malformed(Exception):
    """A page is not written as CONTRIBUTING.md says."""


@dataclasses.dataclass
class Snippet:
    """One fenced block: `text` without its indentation, `says` with the comments before it."""
    page: pathlib.Path
    line: int
    language: str
    text: str
    says: dict

    def __str__(self):
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def pages():
    """Returns the pages whose snippets are run: the README, all of docs/, and the examples."""
    return [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md")),
            *sorted(ROOT.glob("examples/*/README.md"))]


def snippets(page):
    """Returns the snippets of a page in order. Raises Malformed."""
    lines = page.read_text(encoding="utf-8").splitlines()
    out, says, number = [], {}, 0
    while number < len(lines):
        line = lines[number]
        here = f"{page.relative_to(ROOT)}:{number + 1}"
        if fence := _FENCE.match(line):
            end = number + 1
            while end < len(lines) and lines[end].strip() != "```":
                end += 1
            if end == len(lines):
                raise Malformed(f"{here}: the fence has no end")
            if fence["language"] not in LANGUAGES or fence["more"].strip():
                raise Malformed(f"{here}: ```{fence['language']}{fence['more']}: name one of "
                                + ", ".join(sorted(LANGUAGES)))
            width = len(fence["indent"])
            text = "".join(each[width:] + "\n" for each in lines[number + 1:end])
            out.append(Snippet(page, number + 1, fence["language"], text, says))
            says, number = {}, end
        elif comment := _COMMENT.match(line):
            if comment["name"] in DIRECTIVES:
                says[comment["name"]] = comment["value"] or ""
            elif _before_fence(lines, number):
                raise Malformed(f"{here}: there is no comment \"{comment['name']}\" for snippets")
        elif line.strip():
            if says and set(says) != {"page"}:
                raise Malformed(f"{here}: the comment before it belongs to no snippet")
            says = {} if out else says
            if line.startswith("    ") and not _in_list(lines, number):
                raise Malformed(f"{here}: indented code is never run: use a fence")
        number += 1
    return out


def _before_fence(lines, number):
    return number + 1 < len(lines) and bool(_FENCE.match(lines[number + 1]))


def _in_list(lines, number):
    """Whether the line goes on with a list item, or with a paragraph."""
    for line in reversed(lines[:number]):
        if _LIST_ITEM.match(line):
            return True
        if line and not line.startswith(" "):
            return bool(lines[number - 1].strip())
    return False


def words_of_page(page):
    """Returns the words of the page's comment `<!-- page: … -->`."""
    found = re.search(r"^<!-- page: (.*) -->$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1].split() if found else []


# --- What is shown, and what there is. "…" stands for anything. ---

def same_json(shown, real):
    """Whether two JSON values are the same, where the string "…" is like anything and a list or
    object that ends with it may go on."""
    if shown == "…":
        return True
    if isinstance(shown, str) and "…" in shown:
        return isinstance(real, str) and bool(_pattern(shown).fullmatch(real))
    if isinstance(shown, dict) and isinstance(real, dict):
        more = shown.get("…") == "…"
        keys = [key for key in shown if key != "…"]
        return (more or len(keys) == len(real)) and all(
            key in real and same_json(shown[key], real[key]) for key in keys)
    if isinstance(shown, list) and isinstance(real, list):
        if shown and shown[-1] == "…":
            shown, real = shown[:-1], real[:len(shown) - 1]
        return len(shown) == len(real) and all(map(same_json, shown, real))
    return shown == real and isinstance(shown, bool) == isinstance(real, bool)


def same_text(shown, real, numbers_vary=False, within=False):
    """Whether two texts are the same but for white space; "…" stands for anything within a line,
    and alone in a line for any lines. `within`: the lines shown may be a part of the others."""
    def squeezed(text):
        lines = [" ".join(line.replace("│", " ").split()) for line in text.splitlines()]
        lines = [line for line in lines if line]
        return [re.sub(r"\d[\d.,]*", "0", line) for line in lines] if numbers_vary else lines
    wanted = squeezed(shown)
    if within:
        wanted = ["…", *wanted, "…"]
    expression = "".join(r"(.*\n)*?" if line == "…" else _pattern(line).pattern + "\n"
                         for line in wanted)
    return bool(re.fullmatch(expression, "".join(line + "\n" for line in squeezed(real))))


def _pattern(text):
    return re.compile(".*?".join(re.escape(part) for part in text.split("…")))


def is_part(snippet, source):
    """Whether the lines of `snippet` stand together in `source`, but for indentation and space."""
    def joined(text):
        return "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip())
    return f"\n{joined(snippet)}\n" in f"\n{joined(source)}\n"


def shown_json(snippet):
    try:
        return json.loads(snippet.text)
    except json.JSONDecodeError as problem:
        raise Malformed(f"{snippet}: this is not JSON: {problem}") from problem
