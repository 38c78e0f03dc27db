# SPDX-License-Identifier: MIT
"""One page of documentation, run from top to bottom on a database called `shop` of its own."""
import functools
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import urllib.parse

import documents
import product
import tokens
import websocket
from documents import ROOT, same_json, same_text

SECRET = "the pages of docs/ sign their tokens with this"
PSQL = ["psql", "-X", "-q", "-d", "shop", "-v", "ON_ERROR_STOP=1"]
# What pages call the server's role.
ROLE = "CREATE ROLE api LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO api;"
# Stands for the program: notes what `fraiseql serve` was called with, and leaves it to the page.
SHIM = """#!/usr/bin/env bash
if [ "${{1:-}}" = serve ]; then
    {{ printf '%s\\0' "$@"; printf '\\0'; env -0; }} > "{folder}/serve.$RANDOM$RANDOM"
    exit 0
fi
exec "{binary}" "$@"
"""


def answer_of(server, query, variables, headers):
    """Returns the answer to an operation; of a subscription, the first one."""
    if not query.startswith("subscription"):
        return json.loads(server.post(json.dumps({"query": query, "variables": variables}),
                                      headers).text)
    with websocket.WebSocket(server.port, headers=headers) as client:
        client.initialise().subscribe(query, variables=variables)
        message = client.receive()
        return message["payload"] if message["type"] == "next" else {"errors": message["payload"]}


class Served(product.Server):
    """A server as a page has started it: with its arguments, environment and folder."""

    def __init__(self, arguments, environment, folder, documented):
        self.given = (arguments, environment, folder, documented)
        self.host, self.port = "127.0.0.1", product.free_port()
        self.log_file = tempfile.TemporaryFile("w+")
        kept = [word for index, word in enumerate(arguments)
                if word != "--listen" and arguments[index - 1] != "--listen"]
        self.process = subprocess.Popen(
            [product.BINARY, *kept, "--listen", f"127.0.0.1:{self.port}"], env=environment,
            cwd=folder, stdin=subprocess.DEVNULL, stdout=self.log_file, stderr=subprocess.STDOUT)
        product.wait_until(self.answers, "an answer from /health")
        # Who reads a page is slower than the server is at opening its connections.
        product.wait_until(lambda: "being opened" not in self.request("GET", "/ready").text,
                           "open connections")


class Page:
    """What the snippets of one page share: cluster, working folder, servers."""

    def __init__(self, page):
        self.page = page
        words = documents.words_of_page(page)
        # A page has the blog in its database, unless it says "empty", or "nothing": no database.
        start = words.pop(0) if words else "blog"
        files = list(product.BLOG_FILES) if start == "blog" else []
        self.database = product.Database(
            *files, sql=ROLE, name="other" if start == "nothing" else "shop",
            settings=[word for word in words if "=" in word])
        self.folder = tempfile.TemporaryDirectory()
        self.work = pathlib.Path(self.folder.name) / "work"
        self.work.mkdir()
        for word in words:
            if word.startswith("examples/") and not word.endswith(".sql"):
                shutil.copytree(ROOT / word, self.work, dirs_exist_ok=True)
        shim = pathlib.Path(self.folder.name) / "bin" / "fraiseql"
        shim.parent.mkdir()
        shim.write_text(SHIM.format(folder=self.folder.name, binary=product.BINARY))
        shim.chmod(0o755)
        (self.work / "build/release/bin").mkdir(parents=True)
        (self.work / "build/release/bin/fraiseql").symlink_to(shim)
        url = urllib.parse.urlsplit(self.database.url)
        where = urllib.parse.parse_qs(url.query)
        self.environment = {
            "PATH": f"{shim.parent}:{os.environ['PATH']}", "HOME": str(self.work),
            "LC_ALL": "C.UTF-8", "PGHOST": where["host"][0], "PGPORT": where["port"][0],
            "PGUSER": url.username,
            "DATABASE_URL": "postgres:///shop", "FRAISEQL_JWT_SECRET": SECRET,
            "FRAISEQL_ADMIN_TOKEN": "the-admin-token-of-the-pages-of-docs"}
        for word in words:
            if word.endswith(".sql"):
                done = self.call([*PSQL, "-f", str(ROOT / word)])
                if done.returncode != 0:
                    raise AssertionError(f"{page}: {done.stderr}")
        self.servers = {}
        self.kept = {}
        self.stale = False
        self.last = None
        self.operation = None

    def close(self):
        for server in self.servers.values():
            server.close()
        self.database.close()
        self.folder.cleanup()

    # --- Each way to run a snippet raises AssertionError, or leaves `last` for what is shown next.

    def run(self, snippet):
        says = snippet.says
        if "not run" in says:
            self.last = None
        elif "part of" in says:
            self.check_part(snippet)
        elif "file" in says:
            path = self.work / says["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(snippet.text)
            if path.name == "fraiseql.toml":
                self.environment.pop("DATABASE_URL")  # it would win over what the page shows
        elif "its SQL" in says or "its plan" in says:
            self.check_statement(snippet)
        elif "log" in says:
            self.show_log(snippet)
        elif snippet.language in ("json", "text") and self.last is not None:
            self.last(snippet)
        elif run := getattr(self, f"run_{snippet.language}", None):
            run(snippet)
        else:
            raise documents.Malformed(
                f"{snippet}: nothing runs it: say which file it is part of, or why it is not run")

    def check_part(self, snippet):
        of = snippet.says["part of"]
        if of == "schema":
            source = self.call(["fraiseql", "schema", "--database", "postgres:///shop"]).stdout
        else:
            source = (ROOT / of).read_text(encoding="utf-8")
        if not documents.is_part(snippet.text, source):
            raise AssertionError(f"{snippet}: these lines are not in {of}")
        self.last = None

    def run_sql(self, snippet):
        says = snippet.says
        user = {"PGUSER": says["role"]} if "role" in says else {}
        done = self.call([*PSQL, "-v", "VERBOSITY=verbose"], input=snippet.text,
                         env=self.environment | user)
        said = done.stdout + done.stderr
        self.stale = True
        if "fails" in says:
            if f"ERROR:  {says['fails']}:" not in said:
                raise AssertionError(f"{snippet}: no error {says['fails']}:\n{said}")
        elif done.returncode != 0:
            raise AssertionError(f"{snippet}: {said}")
        self.last = lambda shown: self.show(shown, said)

    def run_sh(self, snippet):
        says = snippet.says
        script = snippet.text
        if "curl" in script or "8080" in script and "serve" not in script:
            self.server(self.asked(snippet))
        for documented, server in self.servers.items():
            script = script.replace(f":{documented}", f":{server.port}")
        extra = {"TOKEN": self.token(snippet)} if "as" in says else {}
        done = self.call(["bash", "-euo", "pipefail", "-c", script], env=self.environment | extra)
        said = done.stdout + done.stderr
        if str(done.returncode) != says.get("fails", "0"):
            raise AssertionError(f"{snippet}: it ended with {done.returncode}:\n{said}")
        if re.search(r"\b(psql|createdb|install)\b", script):
            self.stale = True
        self.start_noted()
        for documented, server in self.servers.items():
            said = said.replace(f":{server.port}", f":{documented}")

        def compare(shown, deadline=time.monotonic() + product.PATIENCE):
            try:
                self.show(shown, said)
            except AssertionError:
                if "eventually" not in says or time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
                self.run_sh(snippet)
                self.last(shown, deadline)
        self.last = compare

    def run_graphql(self, snippet):
        says = snippet.says
        variables = self.filled(says.get("variables", "{}"))
        headers = json.loads(says.get("headers", "{}"))
        if "as" in says:
            headers["Authorization"] = "Bearer " + self.token(snippet)
        answer = answer_of(self.server(self.asked(snippet)), snippet.text, variables, headers)
        self.operation = (snippet.text, says)
        codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
        if codes != ([says["fails"]] if "fails" in says else []):
            raise AssertionError(f"{snippet}: {json.dumps(answer, indent=2)}")

        if "keep" in says:
            name, _, path = (part.strip() for part in says["keep"].partition("="))
            self.kept[name] = functools.reduce(
                lambda value, key: value[int(key) if key.isdigit() else key], path.split("."),
                answer["data"])

        def compare(shown):
            wanted = documents.shown_json(shown)
            whole = not {"data", "errors"}.isdisjoint(wanted)
            if not same_json(wanted, answer if whole else answer.get("data")):
                raise AssertionError(f"{shown}: the answer is\n"
                                     + json.dumps(answer, indent=2, ensure_ascii=False))
        self.last = compare

    def filled(self, text):
        """The JSON of `text`, with what was kept in place of "$name"."""
        for name, value in self.kept.items():
            text = text.replace(f'"${name}"', json.dumps(value))
        return json.loads(text)

    def run_toml(self, snippet):
        path = self.work / "shown.toml"
        path.write_text(snippet.text)
        done = self.call(["fraiseql", "config", "--config", str(path)])
        if done.returncode != 0:
            raise AssertionError(f"{snippet}: {done.stderr}")
        self.last = None

    def check_statement(self, snippet):
        query, says = self.operation
        words = ["fraiseql", "explain", "--database", "postgres:///shop", query]
        for name, option in (("variables", "--variables"), ("as", "--claims")):
            words += [option, json.dumps(self.filled(says[name]))] if name in says else []
        if "its plan" in snippet.says:
            done = self.call([*words, "--format", "tree"])
            self.show(snippet, done.stdout + done.stderr, within=True)
            return
        done = self.call([*words, "--format", "json"])
        if done.returncode != 0:
            raise AssertionError(f"{snippet}: {done.stderr}")
        sql = "\n".join(each["sql"] for each in json.loads(done.stdout)["statements"])
        if not same_text(_one_space(snippet.text), _one_space(sql)):
            raise AssertionError(f"{snippet}: the SQL is\n{sql}")

    def show_log(self, shown):
        """A server may answer before it has said that it does."""
        server = self.server(self.asked(shown))
        deadline = time.monotonic() + product.PATIENCE
        while True:
            try:
                return self.show(shown, server.log(), within=True)
            except AssertionError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def show(self, shown, real, within=False):
        if shown.language == "json":
            try:
                same = same_json(documents.shown_json(shown), json.loads(real))
            except json.JSONDecodeError:
                same = False
            if not same:
                raise AssertionError(f"{shown}: it is\n{real}")
        elif not same_text(shown.text, real, "numbers vary" in shown.says, within):
            raise AssertionError(f"{shown}: it says\n{real}")

    # --- Programs and servers ---

    def call(self, words, **options):
        defaults = {"env": self.environment}
        if "input" not in options:
            defaults["stdin"] = subprocess.DEVNULL
        return subprocess.run(words, cwd=self.work, capture_output=True, text=True, timeout=60,
                              **(defaults | options))

    def start_noted(self):
        """Starts what the snippet called `fraiseql serve` for, in place of what had its port."""
        for note in sorted(pathlib.Path(self.folder.name).glob("serve.*")):
            words, _, variables = note.read_text().partition("\0\0")
            note.unlink()
            arguments = words.split("\0")
            environment = dict(line.split("=", 1) for line in variables.split("\0") if "=" in line)
            documented = "8080"
            if "--listen" in arguments:
                documented = arguments[arguments.index("--listen") + 1].rpartition(":")[2]
            self.start(arguments, environment, documented)

    def start(self, arguments, environment, documented):
        if documented in self.servers:
            self.servers.pop(documented).close()
        self.servers[documented] = Served(arguments, environment, self.work, documented)
        self.stale = False

    def token(self, snippet):
        """A token of the claims that the snippet names, for the server that it asks."""
        environment = self.server(self.asked(snippet)).given[1]
        return tokens.signed(environment["FRAISEQL_JWT_SECRET"],
                             **self.filled(snippet.says["as"]))

    def asked(self, snippet):
        return snippet.says.get("at", "8080")

    def server(self, documented):
        """Returns the server at that port, started anew where the page has changed the database."""
        if self.stale:
            for running in list(self.servers.values()):
                arguments, environment, _, port = running.given
                self.start(arguments, environment, port)
        if documented not in self.servers:
            self.start(["serve", "--database", "postgres:///shop"], self.environment, documented)
        return self.servers[documented]


def _one_space(sql):
    """The SQL with one space where there are some, and none inside parentheses."""
    return re.sub(r"(?<=\() | (?=\))", "", " ".join(sql.split()))
