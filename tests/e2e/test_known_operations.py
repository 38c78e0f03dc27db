# SPDX-License-Identifier: MIT
"""Persisted and registered operations, as clients and operators meet them."""
import hashlib
import json
import pathlib
import subprocess
import tempfile
import unittest
import urllib.parse

from product import BLOG_FILES, Database, Server, run, wait_until

QUERY = "query Users($limit: Int) { users(limit: $limit) { id } }"


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def by_hash(text):
    return {"persistedQuery": {"version": 1, "sha256Hash": sha256(text)}}


class KnownOperations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database(*BLOG_FILES)
        cls.addClassCleanup(cls.database.close)
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        two_users = pathlib.Path(cls.folder.name) / "two_users.graphql"
        two_users.write_text("{ users(limit: 2) { id } }")
        cls.command("db", "install", "turbo")
        serve = ["serve", "--database", cls.database.url, "--workers", "2"]
        cls.server = Server(command=[*serve, "--operations", cls.folder.name])
        cls.addClassCleanup(cls.server.close)
        cls.strict = Server(command=[*serve, "--only-registered"])
        cls.addClassCleanup(cls.strict.close)

    @classmethod
    def command(cls, *words):
        done = run(*words, "--database", cls.database.url)
        if done.returncode != 0:
            raise AssertionError(f"{words}: {done.stdout}{done.stderr}")
        return done.stdout

    def add(self, name, text, *words):
        with tempfile.NamedTemporaryFile("w", suffix=".graphql") as file:
            file.write(text)
            file.flush()
            return self.command("turbo", "add", name, file.name, *words)

    def ask(self, server=None, **request):
        return json.loads((server or self.server).post(json.dumps(request)).text)

    def code(self, answer):
        self.assertNotIn("data", answer)
        return answer["errors"][0]["extensions"]["code"]

    def test_automatic_persisted_queries(self):
        unknown = self.server.post(json.dumps({"extensions": by_hash(QUERY)}))
        self.assertEqual(unknown.status, 200)
        error = json.loads(unknown.text)["errors"][0]
        self.assertEqual(error["message"], "PersistedQueryNotFound")
        self.assertEqual(error["extensions"]["code"], "PERSISTED_QUERY_NOT_FOUND")
        plain = self.ask(query=QUERY, variables={"limit": 3})
        taught = self.ask(query=QUERY, variables={"limit": 3}, extensions=by_hash(QUERY))
        for _ in range(8):
            known = self.ask(variables={"limit": 3}, extensions=by_hash(QUERY))
            self.assertEqual(known, plain)
        self.assertEqual(taught, plain)
        parameters = urllib.parse.urlencode({"extensions": json.dumps(by_hash(QUERY)),
                                             "variables": json.dumps({"limit": 3})})
        got = self.server.request("GET", "/graphql?" + parameters)
        self.assertEqual(json.loads(got.text), plain)

    def test_a_hash_of_another_text_poisons_nothing(self):
        other = "{ users { name } }"
        self.assertEqual(self.code(self.ask(query=QUERY, extensions=by_hash(other))), "BAD_REQUEST")
        unknown = self.ask(extensions=by_hash(other))
        self.assertEqual(self.code(unknown), "PERSISTED_QUERY_NOT_FOUND")

    def test_a_get_by_hash_runs_no_mutation(self):
        text = "mutation { __typename }"
        self.assertEqual(self.ask(query=text, extensions=by_hash(text))["data"],
                         {"__typename": "Mutation"})
        parameters = urllib.parse.urlencode({"extensions": json.dumps(by_hash(text))})
        self.assertEqual(self.server.request("GET", "/graphql?" + parameters).status, 405)

    def test_operations_of_a_folder(self):
        answer = self.ask(documentId="two_users", variables={"limit": 100})
        self.assertEqual(len(answer["data"]["users"]), 2)
        got = self.server.request("GET", "/graphql?documentId=two_users")
        self.assertEqual(json.loads(got.text), answer)
        self.assertEqual(self.code(self.ask(documentId="nothing")), "PERSISTED_QUERY_NOT_FOUND")

    def test_registering_is_live_on_all_servers(self):
        self.add("live", QUERY, "--hash", "my-own-hash")
        for server in (self.server, self.strict):
            wait_until(lambda s=server: "data" in self.ask(s, documentId="live"), "registering")
            for name in ("live", "my-own-hash", "sha256:" + sha256(QUERY)):
                answer = self.ask(server, documentId=name, variables={"limit": 2})
                self.assertEqual(len(answer["data"]["users"]), 2)
        self.assertIn("live", self.command("turbo", "list"))
        self.assertIn("my-own-hash", self.command("turbo", "show", "live"))
        self.command("turbo", "remove", "live")
        wait_until(lambda: "errors" in self.ask(documentId="live"), "the operation's end")

    def test_only_registered_operations_run(self):
        self.add("allowed", "{ users(limit: 1) { id name } }")
        allowed = {"documentId": "allowed"}
        wait_until(lambda: "data" in self.ask(self.strict, **allowed), "the new operation")
        as_text = self.ask(self.strict, query="{ users(limit: 1) { id name } }")
        self.assertEqual(as_text, self.ask(self.strict, **allowed))
        for query in ("{ users(limit: 2) { id name } }", "{ __schema { types { name } } }", "{"):
            self.assertEqual(self.code(self.ask(self.strict, query=query)), "FORBIDDEN")
            hashed = self.ask(self.strict, query=query, extensions=by_hash(query))
            self.assertEqual(self.code(hashed), "FORBIDDEN")

    def test_a_lost_connection_is_made_again(self):
        end_all = ("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                   "WHERE query LIKE '%turbo%' AND pid <> pg_backend_pid()")
        self.add("before", "{ b: users(limit: 1) { id } }")
        wait_until(lambda: "data" in self.ask(documentId="before"), "the first operation")
        subprocess.run(["psql", "-X", "-q", "-d", self.database.url, "-c", end_all], check=True,
                       capture_output=True)
        self.add("after", "{ c: users(limit: 1) { id } }")
        wait_until(lambda: "data" in self.ask(documentId="after"), "the second operation")
        wait_until(lambda: "listening for changes again" in self.server.log(), "a note in the log")

    def test_what_does_not_fit_the_schema_is_refused(self):
        with tempfile.NamedTemporaryFile("w", suffix=".graphql") as file:
            file.write("{ users { nmae } }")
            file.flush()
            done = run("turbo", "add", "wrong", file.name, "--database", self.database.url)
        self.assertEqual(done.returncode, 1)
        self.assertIn("nmae", done.stderr)
        self.assertNotIn("wrong", self.command("turbo", "list"))

    def test_manifests_are_imported_whole_or_not_at_all(self):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump({"relay1": "{ r: users(limit: 1) { id } }"}, file)
            file.flush()
            self.assertIn("relay1", self.command("turbo", "import", file.name))
        wait_until(lambda: "data" in self.ask(documentId="relay1"), "the imported operation")

    def test_installing_twice_changes_nothing(self):
        self.add("stays", "{ s: users(limit: 1) { id } }")
        self.command("db", "install", "turbo")
        self.assertIn("stays", self.command("turbo", "list"))
        refused = run("db", "install", "turbos", "--database", self.database.url)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("turbo", refused.stderr)


if __name__ == "__main__":
    unittest.main()
