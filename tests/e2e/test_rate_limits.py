# SPDX-License-Identifier: MIT
"""How often, by whom and at what cost: refused with 429, by one server or by several together."""
import concurrent.futures
import json
import os
import subprocess
import tempfile
import time
import unittest

import tokens
from product import BLOG_FILES, Database, Server, free_port, run, wait_until

SECRET = "a secret for tests that has enough bytes"
SQL = """
CREATE FUNCTION fn_nap(p_seconds float8) RETURNS int LANGUAGE plpgsql VOLATILE AS
  $$ BEGIN PERFORM pg_sleep(p_seconds); RETURN 1; END $$;
CREATE ROLE api LOGIN;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO api;
"""
TYPENAME = json.dumps({"query": "{ __typename }"})


def bearer(**claims):
    return {"Authorization": "Bearer " + tokens.signed(SECRET, **claims)}


class Limited(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database(*BLOG_FILES, sql=SQL)
        cls.addClassCleanup(cls.database.close)
        os.environ["FRAISEQL_JWT_SECRET"] = SECRET
        cls.addClassCleanup(os.environ.pop, "FRAISEQL_JWT_SECRET")

    def serve(self, *options, url=None):
        server = Server(command=["serve", "--database", url or self.database.url, *options])
        self.addCleanup(server.close)
        return server

    def limited(self, *rules, options=()):
        return self.serve(*(word for rule in rules for word in ("--rate-limit", rule)), *options)

    def statuses(self, server, count, headers=None, body=TYPENAME):
        return [server.post(body, headers).status for _ in range(count)]


class Rules(Limited):
    def test_a_burst_and_then_429_with_what_a_client_needs_to_know(self):
        server = self.limited("ip 6/1m burst 3")
        first = server.post(TYPENAME)
        self.assertEqual(first.headers["RateLimit-Policy"], "6;w=60;burst=3")
        self.assertEqual(first.headers["RateLimit-Limit"], "3")
        self.assertEqual(first.headers["RateLimit-Remaining"], "2")
        self.assertEqual(first.headers["RateLimit-Reset"], "10")
        self.assertEqual(self.statuses(server, 2), [200, 200])
        refused = server.post(TYPENAME)
        self.assertEqual(refused.status, 429)
        self.assertLessEqual(int(refused.headers["Retry-After"]), 10)
        self.assertEqual(refused.headers["RateLimit-Remaining"], "0")
        error = json.loads(refused.text)["errors"][0]
        self.assertEqual(error["extensions"]["code"], "RATE_LIMITED")
        self.assertIn("ip 6/1m burst 3", error["message"])
        wait_until(lambda: server.request("GET", "/ready").status == 200, "open connections")
        for path in ("/health", "/ready", "/metrics"):
            self.assertEqual(server.request("GET", path).status, 200, "probes are not counted")
        self.assertEqual(server.request("GET", "/nowhere").status, 429, "all else is")
        server.wait_for_log("limit.rate")

    def test_waiting_as_told_is_enough(self):
        server = self.limited("ip 1/1s")
        self.assertEqual(self.statuses(server, 2), [200, 429])
        refused = server.post(TYPENAME)
        time.sleep(int(refused.headers["Retry-After"]))
        self.assertEqual(server.post(TYPENAME).status, 200)

    def test_a_sliding_window(self):
        server = self.limited("ip 5/1h sliding")
        self.assertEqual(self.statuses(server, 7), [200] * 5 + [429] * 2)
        self.assertEqual(server.post(TYPENAME).headers["RateLimit-Policy"], "5;w=3600")

    def test_the_total_is_exact_over_all_workers(self):
        server = self.limited("ip 100/1h", options=["--workers", "4"])
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            got = list(pool.map(lambda _: server.post(TYPENAME).status, range(200)))
        self.assertEqual(got.count(200), 100)
        self.assertEqual(got.count(429), 100)

    def test_users_and_tenants_are_counted_apart(self):
        server = self.limited("user 2/1h", "tenant 3/1h")
        ann = bearer(sub="ann", tenant_id="acme")
        self.assertEqual(self.statuses(server, 3, ann), [200, 200, 429])
        self.assertEqual(self.statuses(server, 2, bearer(sub="bob", tenant_id="acme")), [200, 429],
                         "the tenant has one left: what was refused did not count")
        self.assertEqual(self.statuses(server, 1, bearer(sub="ann", tenant_id="other")), [429])
        self.assertEqual(self.statuses(server, 3, bearer(sub="eve", tenant_id="other")),
                         [200, 200, 429])
        self.assertEqual(self.statuses(server, 3), [200, 200, 429], "no token: by address")

    def test_bad_tokens_are_counted_by_address_before_they_are_verified(self):
        server = self.limited("ip 3/1h")
        bad = {"Authorization": "Bearer x.y.z"}
        self.assertEqual(self.statuses(server, 4, bad), [401, 401, 401, 429])

    def test_operations_are_told_apart_by_their_fields_whatever_they_are_called(self):
        server = self.limited("ip+operation 2/1h on nap", "ip 2/1h on users",
                              options=["--default-page-size", "10"])
        nap = json.dumps({"query": "mutation A { nap(seconds: 0) { __typename } }"})
        self.assertEqual(self.statuses(server, 2, body=nap), [200, 200])
        renamed = json.dumps(
            {"query": "mutation B { __typename x: nap(seconds: 0) { __typename } }"})
        self.assertEqual(self.statuses(server, 3, body=renamed), [200, 200, 429],
                         "another set of fields, counted by itself")
        self.assertEqual(self.statuses(server, 1, body=nap), [429])
        users = json.dumps({"query": "query X { u: users { id } }"})
        self.assertEqual(self.statuses(server, 3, body=users), [200, 200, 429])
        self.assertEqual(self.statuses(server, 5), [200] * 5, "all else is free")

    def test_mutations_only(self):
        server = self.limited("ip 1/1h on mutations")
        nap = json.dumps({"query": "mutation { nap(seconds: 0) { __typename } }"})
        self.assertEqual(self.statuses(server, 2, body=nap), [200, 429])
        self.assertEqual(self.statuses(server, 3), [200] * 3)

    def test_rules_that_are_not_clear_stop_the_start(self):
        for options, said in (
                (["--rate-limit", "ip"], "needs a key and a rate"),
                (["--rate-limit", "usr 1/s"], 'Did you mean "user"'),
                (["--rate-limit", "ip 1/s burst 2 sliding"], "both a burst and a sliding"),
                (["--rate-limit", "ip 1/s;ip 1/s"], "there twice"),
                (["--rate-limit", "ip 1/s on usres"], 'Did you mean "users"'),
                (["--rate-limit-store", "redis://localhost"], "nothing to count"),
                (["--rate-limit", "ip 1/s", "--rate-limit-store", "memcache://x"],
                 "cannot be read"),
                (["--rate-limit", "ip 1/s", "--rate-limit-store", "rediss://:s3cret@x"],
                 "in the clear only"),
                (["--rate-limit", "ip 1/s", "--rate-limit-store", "database"],
                 "db install limits"),
                (["--rate-limit", "ip 1/s", "--rate-limit-fallback", "refuse"],
                 "which is not there"),
                (["--unlimited-address", "10.0.0.0/8"], "but no limit"),
                (["--deny-address", "10.0.0.0/8", "--allow-address", "10.0.0.0/8"],
                 "both denied and allowed"),
                (["--deny-address", "everyone"], "is not a network")):
            done = run("serve", "--database", self.database.url, *options)
            self.assertEqual(done.returncode, 1, options)
            self.assertIn(said, done.stderr)


class Addresses(Limited):
    def from_address(self, server, address, path="/graphql"):
        return server.request("POST", path, TYPENAME, {"Content-Type": "application/json",
                                                       "X-Forwarded-For": address}).status

    def test_what_strangers_say_of_themselves_does_not_count(self):
        server = self.limited("ip 2/1h")
        self.assertEqual([self.from_address(server, f"192.0.2.{i}") for i in range(4)],
                         [200, 200, 429, 429])

    def test_clients_behind_a_trusted_proxy(self):
        server = self.limited("ip 1/1h", options=["--trusted-proxy", "127.0.0.0/8"])
        self.assertEqual([self.from_address(server, f"192.0.2.{i}") for i in (1, 2, 1)],
                         [200, 200, 429])
        self.assertEqual(self.from_address(server, "1.2.3.4, 192.0.2.1"), 429)
        self.assertEqual(self.from_address(server, "2001:db8::1"), 200)
        self.assertEqual(self.from_address(server, "2001:db8::ffff"), 429, "one network of 64 bits")
        server.wait_for_log('"address":"192.0.2.1"')

    def test_lists_of_networks(self):
        server = self.limited("ip 1/1h", options=[
            "--trusted-proxy", "127.0.0.1", "--allow-address", "192.0.2.0/24,10.0.0.0/8",
            "--deny-address", "192.0.2.66", "--unlimited-address", "10.0.0.0/8"])
        self.assertEqual(self.from_address(server, "192.0.2.66"), 403)
        self.assertEqual(self.from_address(server, "198.51.100.1"), 403)
        self.assertEqual([self.from_address(server, "192.0.2.1") for _ in range(2)], [200, 429])
        self.assertEqual([self.from_address(server, "10.1.1.1") for _ in range(5)], [200] * 5)
        self.assertEqual(server.request("GET", "/health").status, 200)


class Concurrency(Limited):
    def test_one_user_has_so_many_requests_at_a_time(self):
        server = self.serve("--max-concurrent-requests", "2", "--workers", "2")
        slow = json.dumps({"query": "mutation { nap(seconds: 1) { __typename } }"})
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = [pool.submit(server.post, slow, bearer(sub="ann")) for _ in range(4)]
            time.sleep(0.3)
            self.assertEqual(server.post(TYPENAME, bearer(sub="bob")).status, 200)
            got = sorted(answer.result().status for answer in answers)
        self.assertEqual(got, [200, 200, 429, 429])
        self.assertEqual(self.statuses(server, 5, bearer(sub="ann")), [200] * 5)


class PlanCost(Limited):
    HEAVY = "{ posts(limit: 1000, where: {content: {contains: \"x\"}}) { id } }"

    def test_what_the_planner_thinks_too_dear_is_not_executed(self):
        server = self.serve("--max-plan-cost", "20")
        self.assertEqual(len(server.data("{ users(limit: 1) { id } }")["users"]), 1)
        for _ in range(2):
            error = server.error(self.HEAVY)
            self.assertEqual(error["extensions"]["code"], "QUERY_TOO_COMPLEX", error)
            self.assertEqual(error["extensions"]["limit"], "20")
            self.assertGreater(float(error["extensions"]["cost"]), 20)
        self.assertNotIn("EXPLAIN", server.error("{ nonsense }")["message"])

    def test_registered_operations_are_free_of_it(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(f"{folder}/heavy.graphql", "w", encoding="utf-8") as file:
                file.write("query Heavy " + self.HEAVY)
            server = self.serve("--max-plan-cost", "20", "--operations", folder)
            response = server.post(json.dumps({"documentId": "heavy"}))
            self.assertNotIn("errors", json.loads(response.text))


class Shared(Limited):
    RULES = ["--rate-limit", "ip 20/1h", "--rate-limit", "user 6/1h sliding"]

    def two_servers(self, *options, url=None):
        return [self.serve(*self.RULES, *options, url=url) for _ in range(2)]

    def check_together(self, servers):
        ann = bearer(sub="ann")
        got = [servers[i % 2].post(TYPENAME, ann).status for i in range(10)]
        self.assertEqual(got, [200] * 6 + [429] * 4)
        # Ten were counted by address: what the user's rule refused had been let in by it.
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            got = list(pool.map(lambda i: servers[i % 2].post(TYPENAME, bearer(sub=f"u{i}")).status,
                                range(30)))
        self.assertEqual(got.count(200), 10)
        refused = servers[0].post(TYPENAME)
        self.assertEqual(refused.status, 429)
        self.assertGreater(int(refused.headers["Retry-After"]), 0)

    def test_two_servers_count_together_in_postgresql(self):
        installed = run("db", "install", "limits", "--role", "api", "--database",
                        self.database.url)
        self.assertEqual(installed.returncode, 0, installed.stderr)
        url = self.database.url.replace("postgres@", "api@")
        self.check_together(self.two_servers("--rate-limit-store", "database", url=url))

    def redis(self, port):
        process = subprocess.Popen(
            ["redis-server", "--port", str(port), "--save", "", "--requirepass", "a+b %",
             "--bind", "127.0.0.1", "--daemonize", "no"], stdout=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        return process

    def test_two_servers_count_together_in_redis(self):
        port = free_port()
        self.redis(port)
        servers = self.two_servers("--rate-limit-store", f"redis://:a+b%20%25@127.0.0.1:{port}/3")
        wait_until(lambda: self.together(servers[0]), "an answer of Redis")
        subprocess.run(["redis-cli", "-p", str(port), "-a", "a+b %", "flushall"], check=True,
                       capture_output=True)
        self.check_together(servers)
        shown = run("config", "--rate-limit-store", "redis://:a+b@127.0.0.1").stdout
        self.assertIn("redis://:****@127.0.0.1", shown)

    def together(self, server):
        server.post(TYPENAME, bearer(sub="probe"))
        return "does not answer" not in server.log() or "answers again" in server.log()

    def test_while_the_store_is_away_each_counts_for_itself_and_then_together_again(self):
        port = free_port()
        process = self.redis(port)
        options = ["--rate-limit", "ip 5/1h", "--rate-limit-store",
                   f"redis://:a+b%20%25@localhost:{port}"]
        server = self.serve(*options)
        strict = self.serve(*options, "--rate-limit-fallback", "refuse")
        wait_until(lambda: server.post(TYPENAME).status == 429, "the end of the shared limit")
        process.kill()
        process.wait()
        self.assertEqual(self.statuses(server, 7), [200] * 5 + [429] * 2)
        refused = strict.post(TYPENAME)
        self.assertEqual(refused.status, 503)
        self.assertEqual(json.loads(refused.text)["errors"][0]["extensions"]["code"],
                         "SERVICE_UNAVAILABLE")
        server.wait_for_log("does not answer")
        self.redis(port)
        wait_until(lambda: strict.post(TYPENAME).status == 200, "the store's return")
        wait_until(lambda: server.post(TYPENAME).status == 200, "the store's return")


if __name__ == "__main__":
    unittest.main(verbosity=2)
