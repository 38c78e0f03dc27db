# SPDX-License-Identifier: MIT
"""Subscriptions to what the database has: answers follow what is written, for whom they may."""
import http.client
import json
import os
import pathlib
import re
import subprocess
import tempfile
import time
import unittest
import urllib.parse

import tokens
from product import BLOG_FILES, Database, Server, as_role, run, wait_until
from test_web import BROWSER, install
from websocket import Closed, WebSocket

SECRET = b"a secret for tokens that nobody else knows"
SQL = """
CREATE TABLE tb_note (id int PRIMARY KEY, tenant text NOT NULL, body text NOT NULL,
                      hidden boolean NOT NULL DEFAULT false);
INSERT INTO tb_note VALUES (1, 'a', 'first of a'), (2, 'b', 'first of b');
ALTER TABLE tb_note ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tb_note USING (tenant = current_setting('app.tenant_id', true));
CREATE VIEW v_note WITH (security_invoker) AS
    SELECT id, tenant, jsonb_build_object('id', id, 'body', body) AS data FROM tb_note;
CREATE TABLE tb_counter (id int PRIMARY KEY, n int NOT NULL);
INSERT INTO tb_counter VALUES (1, 0), (2, 0), (3, 0);
CREATE VIEW v_counter AS SELECT id, jsonb_build_object('id', id, 'n', n) AS data FROM tb_counter;
CREATE VIEW v_moment AS SELECT 1 AS id, jsonb_build_object('id', 1, 'at', now()) AS data;
CREATE ROLE api LOGIN;
GRANT SELECT ON v_note, tb_note, v_counter, tb_counter, v_moment TO api;
"""
COUNTER = "subscription { counter(id: 1) { n } }"


def token(tenant, lifetime=3600, **claims):
    """Returns a JWT (HS256) of a user of the tenant."""
    claims = {"sub": f"user of {tenant}", "tenant_id": tenant,
              "exp": int(time.time()) + lifetime} | claims
    return tokens.signed(SECRET, **claims)


class Subscriptions(unittest.TestCase):
    OPTIONS = ("--workers", "2", "--subscription-interval", "50")

    @classmethod
    def setUpClass(cls):
        cls.database = Database(*BLOG_FILES, sql=SQL)
        cls.addClassCleanup(cls.database.close)
        installed = run("db", "install", "subscriptions", "--role", "api",
                        "--database", cls.database.url)
        assert installed.returncode == 0, installed.stderr
        cls.installed = installed.stdout
        cls.server = cls.serve()
        cls.addClassCleanup(cls.server.close)

    @classmethod
    def serve(cls, *options, url=None):
        return Server(command=["serve", "--database", url or cls.database.url, *cls.OPTIONS,
                               *options])

    def connect(self, server=None, authorization=None, **options):
        client = WebSocket((server or self.server).port, **options)
        self.addCleanup(client.close)
        if authorization:
            return client.initialise(Authorization=f"Bearer {authorization}")
        return client.initialise()

    def sql(self, text):
        done = subprocess.run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", self.database.url, "-c",
                               text], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def metric(self, name, server=None):
        text = (server or self.server).request("GET", "/metrics").text
        return float(re.search(rf"^{name} (\S+)$", text, re.M)[1])

    def count(self):
        """Returns the number that the counter has from now on."""
        return int(self.sql("UPDATE tb_counter SET n = n + 1 WHERE id = 1 RETURNING n"))


class Following(Subscriptions):
    def test_the_first_answer_comes_at_once(self):
        n = self.count()
        client = self.connect().subscribe(COUNTER)
        self.assertEqual(client.next(), {"data": {"counter": {"n": n}}})

    def test_what_is_written_is_answered(self):
        client = self.connect().subscribe(COUNTER)
        client.next()
        for _ in range(3):
            n = self.count()
            self.assertEqual(client.next()["data"]["counter"]["n"], n)

    def test_nothing_comes_where_the_answer_is_the_same(self):
        client = self.connect().subscribe(COUNTER)
        client.next()
        self.sql("UPDATE tb_counter SET n = n + 1 WHERE id = 2")
        self.sql("UPDATE tb_counter SET n = n WHERE id = 1")
        self.assertTrue(client.is_silent(1))
        n = self.count()
        self.assertEqual(client.next()["data"]["counter"]["n"], n)

    def test_what_was_rolled_back_was_never_there(self):
        client = self.connect().subscribe(COUNTER)
        client.next()
        self.sql("BEGIN; UPDATE tb_counter SET n = -1 WHERE id = 1; ROLLBACK")
        self.assertTrue(client.is_silent(1))

    def test_lists_filters_connections_and_aggregates(self):
        client = self.connect()
        where = "where: {title: {eq: \\\"A new one\\\"}}".replace("\\", "")
        client.subscribe(f"subscription {{ posts({where}) {{ title author {{ name }} }} }}", "many")
        self.assertEqual(client.next("many"), {"data": {"posts": []}})
        client.subscribe(f"subscription {{ postsConnection({where}) {{ totalCount }} }}", "page")
        self.assertEqual(client.next("page"), {"data": {"postsConnection": {"totalCount": 0}}})
        client.subscribe(f"subscription {{ postsAggregate({where}) {{ count }} }}", "sum")
        client.next("sum")
        self.sql("UPDATE posts SET title = 'A new one' WHERE id = (SELECT id FROM posts LIMIT 1)")
        messages = {}
        while len(messages) < 3:
            message = client.receive()
            messages[message["id"]] = message["payload"]["data"]
        self.assertEqual(messages["many"]["posts"][0]["title"], "A new one")
        self.assertEqual(messages["page"]["postsConnection"]["totalCount"], 1)
        # What another table says of the same row.
        self.sql("UPDATE users SET name = 'Renamed'")
        self.assertEqual(client.next("many")["data"]["posts"][0]["author"]["name"], "Renamed")

    def test_ends_when_the_client_says_so(self):
        client = self.connect().subscribe(COUNTER)
        client.next()
        client.send({"type": "complete", "id": "1"})
        self.count()
        self.assertTrue(client.is_silent(1))
        client.subscribe(COUNTER)
        client.next()

    def test_nothing_is_left_of_those_who_went_away(self):
        clients = [self.connect().subscribe(COUNTER) for _ in range(10)]
        for client in clients:
            client.next()
        self.assertGreaterEqual(self.metric("fraiseql_subscriptions"), 10)
        for client in clients:
            client.close()
        wait_until(lambda: self.metric("fraiseql_subscriptions") == 0, "the end of subscriptions")

    def test_equal_subscriptions_share_an_execution(self):
        clients = [self.connect().subscribe(COUNTER) for _ in range(50)]
        for client in clients:
            client.next()
        statements = "SELECT sum(seq_scan + coalesce(idx_scan, 0)) FROM pg_stat_user_tables " \
                     "WHERE relname = 'tb_counter'"
        time.sleep(1.5)
        before = int(self.sql(statements))
        n = self.count()
        for client in clients:
            self.assertEqual(client.next()["data"]["counter"]["n"], n)
        time.sleep(1.5)
        # One for the write, and one or two for each worker.
        self.assertLessEqual(int(self.sql(statements)) - before, 8)

    def test_bounds_subscriptions_of_a_client(self):
        server = self.serve("--max-subscriptions", "3")
        self.addCleanup(server.close)
        first = self.connect(server)
        for name in "abc":
            first.subscribe(COUNTER, name).next(name)
        second = self.connect(server).subscribe(COUNTER)
        self.assertEqual(second.receive()["payload"][0]["extensions"]["code"], "RATE_LIMITED")
        first.send({"type": "complete", "id": "a"})
        wait_until(lambda: self.metric("fraiseql_subscriptions", server) == 2, "a free place")
        second.subscribe(COUNTER).next()

    def test_rate_limits_count_how_often_one_begins(self):
        server = self.serve("--rate-limit", "ip 3/1h on counter")
        self.addCleanup(server.close)
        client = self.connect(server)
        for name in "abc":
            client.subscribe(COUNTER, name).next(name)
        for _ in range(5):
            n = self.count()
            for _ in "abc":
                self.assertEqual(client.receive()["payload"]["data"]["counter"]["n"], n)
        client.subscribe(COUNTER, "d")
        self.assertEqual(client.receive()["payload"][0]["extensions"]["code"], "RATE_LIMITED")

    def test_a_slow_client_gets_the_latest_and_no_more(self):
        self.sql("INSERT INTO tb_counter SELECT i, 0 FROM generate_series(10, 909) i")
        self.addCleanup(self.sql, "DELETE FROM tb_counter WHERE id >= 10")
        client = self.connect(receive_buffer=4096)
        much = " ".join(f"a_long_name_of_the_same_number_{i}: n" for i in range(10))
        client.subscribe(f"subscription {{ counters(limit: 1000) {{ id n {much} }} }}")
        client.next()
        superseded = self.metric("fraiseql_subscription_events_superseded_total")
        for n in range(1, 41):
            self.sql(f"UPDATE tb_counter SET n = {n} WHERE id >= 10")
            time.sleep(0.1)
        wait_until(lambda: self.metric("fraiseql_subscription_events_superseded_total")
                   > superseded, "an answer that nobody saw")
        seen = []
        while not seen or seen[-1] != 40:
            seen.append(client.next()["data"]["counters"][-1]["n"])
        self.assertEqual(seen, sorted(seen))
        self.assertLess(len(seen), 40)


class Schema(Subscriptions):
    def test_schema_and_introspection_show_it(self):
        printed = run("schema", "--database", self.database.url).stdout
        self.assertIn("type Subscription {", printed)
        fields = self.server.data("{ __schema { subscriptionType { fields { name } } } }")
        names = {each["name"] for each in fields["__schema"]["subscriptionType"]["fields"]}
        self.assertGreaterEqual(names, {"counter", "counters", "posts", "post", "postsConnection"})

    def test_what_changes_by_itself_is_left_out(self):
        self.assertIn("v_moment cannot be subscribed to", self.installed)
        self.assertIn("__typename", self.server.data("{ __typename }"))
        message = self.server.error("subscription { moment(id: 1) { at } }")["message"]
        self.assertIn("moment", message)

    def test_the_rules_of_validation(self):
        client = self.connect()
        for query in ("subscription { a: counter(id: 1) { n } b: counter(id: 1) { n } }",
                      "subscription { __typename }",
                      "subscription { counter(id: 1) @skip(if: false) { n } }",
                      "subscription { counter { n } }"):
            client.subscribe(query)
            message = client.receive()
            self.assertEqual(message["type"], "error", query)
            self.assertEqual(message["payload"][0]["extensions"]["code"],
                             "GRAPHQL_VALIDATION_FAILED", query)

    def test_one_answer_has_no_place_for_it(self):
        error = self.server.error(COUNTER)
        self.assertEqual(error["extensions"]["code"], "BAD_REQUEST")
        self.assertIn("graphql-transport-ws", error["extensions"]["hint"])

    def test_without_the_module_there_is_none(self):
        database = Database(*BLOG_FILES)
        self.addCleanup(database.close)
        self.assertNotIn("Subscription", run("schema", "--database", database.url).stdout)

    def test_estimates_cannot_be_followed(self):
        client = self.connect()
        client.subscribe("subscription { countersConnection { estimatedCount } }")
        self.assertEqual(client.receive()["type"], "error")

    def test_registered_operations(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "count.graphql").write_text(
                "subscription Count { counter(id: 1) { n } }")
            server = self.serve("--operations", folder, "--only-registered")
            self.addCleanup(server.close)
            client = self.connect(server)
            client.send({"type": "subscribe", "id": "1", "payload": {"documentId": "count"}})
            client.next()
            n = self.count()
            self.assertEqual(client.next()["data"]["counter"]["n"], n)
            client.subscribe("subscription { counters { n } }", "2")
            self.assertEqual(client.receive()["type"], "error")

    def test_follows_changes_of_the_schema(self):
        self.sql("CREATE TABLE tb_thing (id int PRIMARY KEY); INSERT INTO tb_thing VALUES (1);"
                 "CREATE VIEW v_thing AS SELECT id, jsonb_build_object('id', id) AS data "
                 "FROM tb_thing; SELECT turbo.track('tb_thing')")
        server = self.serve("--schema-poll", "1")
        self.addCleanup(server.close)
        client = self.connect(server)
        client.subscribe("subscription { things { id } }", "thing").next("thing")
        client.subscribe(COUNTER, "count").next("count")
        self.sql("DROP VIEW v_thing; DROP TABLE tb_thing")
        # Until the server knows the new schema, the statement fails.
        message = client.receive()
        while message["type"] == "next":
            self.assertEqual(message["payload"]["data"], None)
            message = client.receive()
        self.assertEqual((message["type"], message["id"]), ("error", "thing"), message)
        n = self.count()
        self.assertEqual(client.next("count")["data"]["counter"]["n"], n)


class WhoAsks(Subscriptions):
    NOTES = "subscription { notes(orderBy: {id: ASC}) { body } }"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = tempfile.NamedTemporaryFile()
        cls.addClassCleanup(cls.key.close)
        cls.key.write(SECRET)
        cls.key.flush()
        cls.guarded = cls.serve("--jwt-secret-file", cls.key.name, "--jwt-leeway", "0",
                                url=as_role(cls.database.url, "api"))
        cls.addClassCleanup(cls.guarded.close)

    def bodies(self, client):
        return [each["body"] for each in client.next()["data"]["notes"]]

    def test_tenants_see_their_own(self):
        clients = {tenant: [self.connect(self.guarded, token(tenant)).subscribe(self.NOTES)
                            for _ in range(20)] for tenant in "ab"}
        for tenant, all_of_it in clients.items():
            for client in all_of_it:
                self.assertTrue(all(body.endswith(f" of {tenant}")
                                    for body in self.bodies(client)))
        self.sql("INSERT INTO tb_note VALUES (10, 'a', 'second of a')")
        self.addCleanup(self.sql, "DELETE FROM tb_note WHERE id >= 10")
        for client in clients["a"]:
            self.assertIn("second of a", self.bodies(client))
        for client in clients["b"]:
            self.assertTrue(client.is_silent(0.1))

    def test_a_token_in_the_handshake(self):
        client = WebSocket(self.guarded.port,
                           headers={"Authorization": f"Bearer {token('a')}"}).initialise()
        self.addCleanup(client.close)
        self.assertIn("first of a", self.bodies(client.subscribe(self.NOTES)))

    def test_without_a_token_there_is_nothing_to_see(self):
        client = self.connect(self.guarded).subscribe(self.NOTES)
        self.assertEqual(self.bodies(client), [])

    def test_a_token_that_is_none(self):
        for payload in ({"Authorization": "Bearer no"}, {"authorization": 5},
                        {"headers": {"Authorization": "Basic eA=="}},
                        {"Authorization": f"Bearer {token('a', -10)}"}):
            client = WebSocket(self.guarded.port)
            self.addCleanup(client.close)
            client.send({"type": "connection_init", "payload": payload})
            self.assertEqual(client.closed(), 4403, payload)

    def test_the_connection_ends_with_the_token(self):
        client = self.connect(self.guarded, token("a", 3)).subscribe(self.NOTES)
        began = time.monotonic()
        self.assertEqual(client.closed(), 4403)
        self.assertLess(time.monotonic() - began, 6)


class Outages(Subscriptions):
    def test_nothing_is_lost_while_the_database_is_away(self):
        client = self.connect().subscribe(COUNTER)
        client.next()
        self.database.fall_over()
        self.assertTrue(client.is_silent(2))
        self.database.get_up()
        wait_until(lambda: self.server.request("GET", "/ready").status == 200, "the database")
        n = self.count()
        self.assertEqual(client.next()["data"]["counter"]["n"], n)
        n = self.count()
        self.assertEqual(client.next()["data"]["counter"]["n"], n)


class Many(Subscriptions):
    def test_a_thousand_sockets(self):
        def memory():
            status = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
            return int(re.search(r"VmRSS:\s+(\d+)", status)[1])
        self.connect().subscribe(COUNTER).next()
        before = memory()
        server = self.serve("--max-subscriptions", "5000")
        self.addCleanup(server.close)
        self.server, old = server, self.server
        self.addCleanup(setattr, self, "server", old)
        self.connect().subscribe(COUNTER).next()
        before = memory()
        clients = [self.connect() for _ in range(1000)]
        for client in clients:
            client.subscribe(COUNTER)
        for client in clients:
            client.next()
        each = (memory() - before) / 1000
        print(f"{each:.0f} kB for each socket with a subscription")
        self.assertLess(each, 128)
        n = self.count()
        for client in clients:
            self.assertEqual(client.next()["data"]["counter"]["n"], n)


class Events(Subscriptions):
    """The same by server-sent events (GraphQL over SSE, distinct connections)."""

    def open(self, query, method="POST", accept="text/event-stream", **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        self.addCleanup(connection.close)
        headers = {"Accept": accept, "Content-Type": "application/json"} | headers
        path, body = "/graphql", json.dumps({"query": query})
        if method == "GET":
            path, body = "/graphql?" + urllib.parse.urlencode({"query": query}), None
        connection.request(method, path, body, headers)
        return connection.getresponse()

    def events(self, response):
        """Yields (event, data) until the stream ends."""
        event, data = None, []
        while line := response.readline().decode():
            name, _, value = line.rstrip("\n").partition(": ")
            if name == "event":
                event = value
            elif name == "data":
                data.append(value)
            elif name == "" and event:
                yield event, json.loads("\n".join(data) or "null")
                event, data = None, []

    def test_follows_what_is_written(self):
        for method in ("POST", "GET"):
            response = self.open(COUNTER, method)
            self.assertEqual(response.getheader("Content-Type"), "text/event-stream; charset=utf-8")
            events = self.events(response)
            event, first = next(events)
            self.assertEqual(event, "next")
            for _ in range(3):
                n = self.count()
                self.assertEqual(next(events), ("next", {"data": {"counter": {"n": n}}}))
            response.close()
        wait_until(lambda: self.metric("fraiseql_event_streams") == 0, "the end of streams")
        self.assertEqual(self.metric("fraiseql_subscriptions"), 0)

    def test_other_operations_have_one_answer(self):
        events = list(self.events(self.open("{ counter(id: 2) { id } }")))
        self.assertEqual(events, [("next", {"data": {"counter": {"id": "2"}}}),
                                  ("complete", None)])

    def test_tells_errors(self):
        events = list(self.events(self.open("subscription { nothing }")))
        self.assertEqual([event for event, _ in events], ["next", "complete"])
        self.assertEqual(events[0][1]["errors"][0]["extensions"]["code"],
                         "GRAPHQL_VALIDATION_FAILED")

    def test_whoever_takes_json_gets_json(self):
        response = self.open("{ counter(id: 2) { id } }",
                             accept="application/json, text/event-stream")
        self.assertEqual(json.load(response), {"data": {"counter": {"id": "2"}}})

    def test_ends_with_the_server(self):
        server = self.serve()
        self.addCleanup(server.close)
        self.server, old = server, self.server
        self.addCleanup(setattr, self, "server", old)
        events = self.events(self.open(COUNTER))
        next(events)
        server.process.terminate()
        self.assertEqual(list(events)[-1], ("complete", None))
        self.assertEqual(server.process.wait(30), 0)


class RealClients(Subscriptions):
    def test_graphql_ws(self):
        self.run_node_test("subscriptions.test.mjs")

    def test_graphiql(self):
        self.run_node_test("graphiql_subscription.test.mjs")

    def run_node_test(self, name):
        install()
        done = subprocess.run(
            ["node", "--test", name], cwd=BROWSER, capture_output=True,
            text=True, timeout=300,
            env=os.environ | {"FRAISEQL_URL": f"http://127.0.0.1:{self.server.port}",
                              "FRAISEQL_DATABASE": self.database.url})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
