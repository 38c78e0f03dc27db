# SPDX-License-Identifier: MIT
"""Reads from streaming replicas: spread, no older than promised, never behind one's own writes."""
import concurrent.futures
import json
import os
import signal
import subprocess
import threading
import time
import unittest

from product import Server, run, wait_until
from streaming import Replicated, query
from test_security import SECRET, bearer

SCHEMA = """
CREATE ROLE api LOGIN IN ROLE pg_monitor;
CREATE TABLE tb_counter (id int PRIMARY KEY, n int NOT NULL);
INSERT INTO tb_counter SELECT i, 0 FROM generate_series(0, 31) i;
CREATE VIEW v_counter AS SELECT id, jsonb_build_object('id', id, 'n', n,
  'port', current_setting('port')) AS data FROM tb_counter;
CREATE FUNCTION fn_count(p_id int, p_n int) RETURNS int LANGUAGE sql
  AS $$ UPDATE tb_counter SET n = p_n WHERE id = p_id RETURNING n $$;
CREATE FUNCTION fn_where() RETURNS text LANGUAGE sql AS $$ SELECT current_setting('port') $$;
CREATE FUNCTION fn_fail() RETURNS int LANGUAGE plpgsql AS $$
BEGIN UPDATE tb_counter SET n = -1; RAISE 'no' USING ERRCODE = 'P0001'; END $$;
CREATE FUNCTION fn_where_stable() RETURNS text LANGUAGE sql STABLE
  AS $$ SELECT current_setting('port') $$;
-- A standby has no transaction ids to give.
CREATE VIEW v_transaction AS SELECT 1 AS id,
  jsonb_build_object('id', 1, 'port', current_setting('port'), 'number', txid_current()) AS data;
CREATE TABLE tb_note (id int PRIMARY KEY, tenant int NOT NULL);
INSERT INTO tb_note SELECT i, i % 8 FROM generate_series(0, 79) i;
ALTER TABLE tb_note ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tb_note USING (tenant = current_setting('app.user_id')::int);
CREATE VIEW v_note WITH (security_invoker) AS SELECT id, jsonb_build_object('id', id,
  'tenant', tenant, 'port', current_setting('port')) AS data FROM tb_note;
GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA public TO api;
"""
COUNT = "mutation ($id: ID!, $n: Int!) { count(id: $id, n: $n) { result } }"
COUNTER = "query ($id: ID!) { counter(id: $id) { n port } }"


def as_api(url):
    return url.replace("//postgres@", "//api@")


class Client:
    """Keeps the token of its last write, and sends it with every request."""

    def __init__(self, server, number=0, by_cookie=False):
        self.server, self.number, self.by_cookie = server, number, by_cookie
        self.token = None

    def ask(self, text, headers=None, **variables):
        """Returns the response, and the parsed body."""
        body = {"query": text, "variables": variables}
        headers = dict(headers or {})
        if self.token and self.by_cookie:
            headers["Cookie"] = f"fraiseql_consistency={self.token}"
        elif self.token:
            body["extensions"] = {"consistency": self.token}
        response = self.server.post(json.dumps(body), headers)
        answer = json.loads(response.text)
        if token := answer.get("extensions", {}).get("consistency"):
            self.token = token
        return response, answer

    def data(self, text, headers=None, **variables):
        answer = self.ask(text, headers, **variables)[1]
        if "errors" in answer:
            raise AssertionError(answer["errors"])
        return answer["data"]

    def write(self, n):
        return self.data(COUNT, id=self.number, n=n)["count"]["result"]

    def read(self):
        """Returns the counter, and the port of the server that told it."""
        counter = self.data(COUNTER, id=self.number)["counter"]
        return counter["n"], counter["port"]


class Load:
    """Clients that write and read their writes, and others that only read, until told to stop."""

    def __init__(self, server, writers=3, readers=3):
        self.server = server
        self.stopping = threading.Event()
        self.acknowledged = {}
        self.failures, self.stale, self.ports, self.slowest = [], [], {}, 0
        self.written_at = self.read_at = time.monotonic()
        self.requests = 0
        self.pool = concurrent.futures.ThreadPoolExecutor(writers + readers)
        self.work = [self.pool.submit(self.write, i) for i in range(writers)]
        self.work += [self.pool.submit(self.read, 16 + i) for i in range(readers)]

    def timed(self, call):
        """Returns what `call` does, or nothing where the request failed."""
        began = time.monotonic()
        try:
            self.requests += 1
            return call()
        except (AssertionError, OSError) as error:
            self.failures.append((time.monotonic(), str(error)))
            time.sleep(0.02)
            return None
        finally:
            self.slowest = max(self.slowest, time.monotonic() - began)

    def write(self, number):
        client = Client(self.server, number, by_cookie=number % 2 == 1)
        n = 0
        while not self.stopping.is_set():
            n += 1
            if self.timed(lambda: client.write(n)) is None:
                continue
            self.acknowledged[number] = n
            self.written_at = time.monotonic()
            for _ in range(3):
                if (seen := self.timed(client.read)) and seen[0] != n:
                    self.stale.append((number, n, seen))

    def read(self, number):
        client = Client(self.server, number)
        while not self.stopping.is_set():
            if seen := self.timed(client.read):
                self.read_at = time.monotonic()
                self.ports[seen[1]] = self.ports.get(seen[1], 0) + 1

    def stop(self):
        self.stopping.set()
        for each in self.work:
            each.result()


class Replicas(unittest.TestCase):
    """What all have in common: a primary, standbys, and a server that is told of them all."""

    def setUp(self):
        self.servers = []
        self.addCleanup(lambda: [each.close() for each in self.servers])

    def serve(self, *options):
        cluster = self.cluster
        urls = [as_api(word) for word in cluster.replica_options()]
        server = Server(command=["serve", "--database", as_api(cluster.write_url()),
                                 "--workers", "2", "--pool-quick", "2", *urls, *options])
        self.servers.append(server)
        wait_until(lambda: self.following(server) == len(cluster.standbys)
                   # A standby is not read from before it has what the primary had written when it
                   # was first asked, nor by a worker that is not connected to it yet.
                   and self.metric(server, "fraiseql_replica_lag_seconds") < 1e6
                   and self.metric(server, "fraiseql_replica_connections")
                   == 2 * 2 * len(cluster.standbys), "the standbys in use")
        return server

    def following(self, server):
        return json.loads(server.request("GET", "/ready").text).get("replicas", {}).get("following")

    def metric(self, server, name, **labels):
        """Returns the sum of a metric over all lines that have these labels."""
        wanted = [f'{key}="{value}"' for key, value in labels.items()]
        lines = [line for line in server.request("GET", "/metrics").text.splitlines()
                 if line.startswith(name + "{") and all(each in line for each in wanted)]
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines)

    def ports(self):
        return {each.port for each in self.cluster.standbys}

    def pause(self, paused=True):
        for each in self.cluster.standbys:
            each.query(f"SELECT pg_wal_replay_{'pause' if paused else 'resume'}()")
            if paused:
                wait_until(lambda each=each: each.query("SELECT pg_get_wal_replay_pause_state()")
                           == "paused", "the pause of replay")


class Reading(Replicas):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Replicated(SCHEMA)
        cls.addClassCleanup(cls.cluster.close)

    def test_queries_are_spread_over_the_standbys(self):
        # On a busy machine they may be seconds behind.
        server = self.serve("--max-replica-lag", "60000")
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            ports = [port for _, port in
                     pool.map(lambda _: Client(server).read(), range(80))]
        self.assertEqual(set(ports), self.ports())
        for port in set(ports):
            # The less loaded one is asked: on a busy machine one may be that more often.
            self.assertGreater(ports.count(port), 8)
        wait_until(lambda: self.metric(server, "fraiseql_replica_reads_total") == 80,
                   "the count of all reads")
        primary = f"{self.cluster.primary.folder}:{self.cluster.primary.port}"
        self.assertEqual(self.metric(server, "fraiseql_replica_state", replica=primary,
                                     state="primary"), 1)
        self.assertEqual(self.metric(server, "fraiseql_replica_state", state="following"), 2)
        self.assertLess(self.metric(server, "fraiseql_replica_lag_seconds"), 60)
        server.wait_for_log("follows the primary")
        checked = subprocess.run(["promtool", "check", "metrics"], capture_output=True, text=True,
                                 input=server.request("GET", "/metrics").text, check=False)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def test_what_may_write_goes_to_the_primary(self):
        server = self.serve()
        primary = self.cluster.primary.port
        for _ in range(5):
            self.assertEqual(server.data("mutation { where { result } }")["where"]["result"],
                             primary)
        self.assertIn(server.data("{ whereStable }")["whereStable"], self.ports())

    def test_the_primary_has_the_last_word_on_errors(self):
        server = self.serve()
        found = server.data("{ transactions { port number } }")["transactions"][0]
        self.assertEqual(found["port"], self.cluster.primary.port)
        wait_until(lambda: self.metric(server, "fraiseql_replica_fallbacks_total",
                                       reason="failed") == 1, "the count of the fallback")

    def test_clients_read_their_writes(self):
        server = self.serve()
        clients = [Client(server, 1), Client(server, 1, by_cookie=True)]
        stranger = Client(server, 1)
        clients[0].write(1)
        self.cluster.caught_up()
        self.pause()
        self.addCleanup(self.pause, False)
        for n, client in enumerate(clients, 2):
            response, _ = client.ask(COUNT, id=1, n=n)
            cookie = response.getheader("Set-Cookie")
            self.assertRegex(cookie, f"^fraiseql_consistency={client.token}; Path=/; Max-Age=6; "
                                     "HttpOnly; SameSite=Strict$")
            for _ in range(4):
                self.assertEqual(client.read(), (n, self.cluster.primary.port))
        # Who has written nothing is not in a hurry.
        self.assertEqual(stranger.read()[0], 1)
        self.assertIn(stranger.read()[1], self.ports())
        self.pause(False)
        wait_until(lambda: clients[1].read()[1] in self.ports(), "a read from a standby again")
        self.assertEqual(clients[1].read()[0], 3)
        wait_until(lambda: self.metric(server, "fraiseql_replica_fallbacks_total",
                                       reason="client_ahead") >= 8, "the count of the fallbacks")

    def test_what_failed_is_not_waited_for(self):
        client = Client(self.serve())
        answer = client.ask("mutation { fail { result } }")[1]
        self.assertEqual(answer["errors"][0]["extensions"]["code"], "BUSINESS_RULE_VIOLATION")
        self.assertIsNone(client.token)

    def test_tokens_that_are_none_are_refused(self):
        server = self.serve()
        body = {"query": "{ __typename }"}
        for bad in ("", "x", "g" * 40, "0" * 41, 7):
            response = server.post(json.dumps(body | {"extensions": {"consistency": bad}}))
            error = json.loads(response.text)["errors"][0]
            self.assertEqual(error["extensions"]["code"], "BAD_REQUEST", bad)
        response = server.post(json.dumps(body), {"Cookie": "fraiseql_consistency=x"})
        self.assertIn("errors", json.loads(response.text))
        self.assertIn("Max-Age=0", response.getheader("Set-Cookie"))

    def test_tokens_of_another_log_mean_the_primary(self):
        client = Client(self.serve(), 2)
        client.write(1)
        self.cluster.caught_up()
        wait_until(lambda: client.read()[1] in self.ports(), "a read from a standby")
        system, timeline, lsn = client.token[:16], client.token[16:24], client.token[24:]
        for other in ("0" * 16 + timeline + lsn, system + "00000002" + lsn,
                      system + timeline + "f" * 16):
            client.token = other
            self.assertEqual(client.read()[1], self.cluster.primary.port)

    def test_no_answer_is_older_than_promised(self):
        lag = 0.6
        server = self.serve("--max-replica-lag", "600")
        writer, reader = Client(server, 3), Client(server, 3)
        writer.write(0)
        acknowledged = [(time.monotonic(), 0)]
        self.cluster.caught_up()
        self.pause()
        self.addCleanup(self.pause, False)
        answers = []
        while time.monotonic() < acknowledged[0][0] + 2.5:
            writer.write(len(acknowledged))
            acknowledged.append((time.monotonic(), len(acknowledged)))
            least = max([n for when, n in acknowledged if when <= time.monotonic() - lag] or [0])
            answers.append(reader.read())
            self.assertGreaterEqual(answers[-1][0], least)
        self.assertIn(answers[0][1], self.ports())
        self.assertEqual(answers[-1][1], self.cluster.primary.port)
        wait_until(lambda: self.metric(server, "fraiseql_replica_fallbacks_total",
                                       reason="stale") > 0, "the count of the fallbacks")
        self.pause(False)
        wait_until(lambda: reader.read()[1] in self.ports(), "a read from a standby again")

    def test_an_idle_primary_makes_no_replica_late(self):
        server = self.serve("--max-replica-lag", "500")
        # The log then ends behind the header of a page that no replica has.
        self.cluster.primary.query("SELECT pg_switch_wal()")
        wait_until(lambda: Client(server).read()[1] in self.ports(), "a read from a standby", 3)
        time.sleep(1.5)
        # A busy machine makes one late now and then, a log that ends differently for ever.
        ports = {Client(server).read()[1] for _ in range(20)}
        self.assertNotEqual(ports & self.ports(), set())

    def test_tenants_are_apart_on_standbys_too(self):
        os.environ["FRAISEQL_JWT_SECRET"] = SECRET
        self.addCleanup(os.environ.pop, "FRAISEQL_JWT_SECRET")
        client = Client(self.serve("--max-replica-lag", "60000"))

        def look(tenant):
            notes = client.data("{ notes { id tenant port } }", bearer(sub=str(tenant)))["notes"]
            return tenant, {each["tenant"] for each in notes}, len(notes), notes[0]["port"]

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            seen = list(pool.map(look, [i % 8 for i in range(120)]))
        for tenant, tenants, count, _ in seen:
            self.assertEqual((tenants, count), ({tenant}, 10))
        self.assertEqual({port for _, _, _, port in seen}, self.ports())

    def test_strangers_are_not_read_from(self):
        other = Replicated(SCHEMA, standbys=0)
        self.addCleanup(other.close)
        server = Server(command=["serve", "--database", as_api(other.primary.url), "--replica",
                                 as_api(self.cluster.standbys[0].url)])
        self.servers.append(server)
        wait_until(lambda: self.metric(server, "fraiseql_replica_state", state="stranger") == 1,
                   "the stranger being noticed")
        self.assertEqual(Client(server).read()[1], other.primary.port)

    def test_urls_that_cannot_work_stop_the_start(self):
        primary, standby = self.cluster.primary, self.cluster.standbys[0]
        several = self.cluster.write_url().replace("&target_session_attrs=read-write", "")
        for database, replicas, words in (
                (primary.url, ["nonsense=1"], "--replica"),
                (primary.url, [standby.url, standby.url], "twice"),
                (several, [standby.url], "target_session_attrs")):
            options = [word for each in replicas for word in ("--replica", each)]
            refused = run("serve", "--database", database, *options)
            self.assertEqual(refused.returncode, 1)
            self.assertIn(words, refused.stderr)


class Trouble(Replicas):
    """Standbys come and go under load: no request fails, and no client misses its writes."""

    def test_no_request_fails(self):
        self.cluster = Replicated(SCHEMA)
        self.addCleanup(self.cluster.close)
        server = self.serve()
        first, second = self.cluster.standbys

        def both():
            wait_until(lambda: self.following(server) == 2, "both standbys in use again")

        load = Load(server)
        try:
            time.sleep(0.5)
            first.stop(signal.SIGQUIT)
            time.sleep(0.5)
            first.start()
            both()
            second.query("SELECT pg_wal_replay_pause()")
            time.sleep(0.5)
            second.stop(signal.SIGINT)
            second.start()
            both()
            frozen = first.processes()
            for each in frozen:
                os.kill(each, signal.SIGSTOP)
            time.sleep(2.5)
            for each in frozen:
                os.kill(each, signal.SIGCONT)
            both()
            # What restarts is behind for a moment: it must not tell of the past.
            for _ in range(3):
                second.stop(signal.SIGQUIT)
                second.start(wait=False)
                time.sleep(0.4)
            both()
        finally:
            load.stop()
        self.assertEqual(load.failures[:3], [])
        self.assertEqual(load.stale[:3], [])
        self.assertLess(load.slowest, 10)
        self.assertEqual(set(load.ports) & self.ports(), self.ports())


class Failover(Replicas):
    RECOVERY = 5

    def test_while_the_primary_is_away_reads_go_on_as_long_as_was_promised(self):
        self.cluster = cluster = Replicated(SCHEMA, standbys=1)
        self.addCleanup(cluster.close)
        server = self.serve("--max-replica-lag", "3000")
        client = Client(server)
        wait_until(lambda: client.read()[1] in self.ports(), "a read from the standby")
        os.kill(cluster.primary.pid(), signal.SIGQUIT)
        gone = time.monotonic()
        answered, failed = [], []
        while time.monotonic() < gone + 4:
            began = time.monotonic() - gone
            (answered if self.succeeds(client.read) else failed).append(began)
        self.assertGreater(min(failed), 1)
        # The primary may have lived a little longer than the signal took.
        self.assertLess(max(answered), 3.5)

    def test_promotion_loses_no_acknowledged_write(self):
        # One that had more of the log than the one that takes over could not follow it.
        self.cluster = cluster = Replicated(SCHEMA, cascading=True)
        self.addCleanup(cluster.close)
        server = self.serve()
        first, second = cluster.standbys
        # The standby that will take over has each commit before it is acknowledged.
        cluster.primary.query("ALTER SYSTEM SET synchronous_standby_names = 'standby0'")
        cluster.primary.query("ALTER DATABASE blog SET synchronous_commit = on")
        cluster.primary.query("SELECT pg_reload_conf()")
        wait_until(lambda: cluster.primary.query("SELECT count(*) FROM pg_stat_replication "
                                                 "WHERE sync_state = 'sync'") == "1", "sync")
        cluster.primary.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                              "WHERE usename = 'api'")
        old = Client(server, 9)
        wait_until(lambda: self.succeeds(lambda: old.write(1)), "a write")
        load = Load(server)
        try:
            time.sleep(1)
            os.kill(cluster.primary.pid(), signal.SIGQUIT)
            time.sleep(0.5)
            promoted = time.monotonic()
            self.assertEqual(first.query("SELECT pg_promote()"), "t")
            wait_until(lambda: load.written_at > promoted, "a write after the promotion",
                       self.RECOVERY)
            wait_until(lambda: self.following(server) == 1, "the other standby in use")
            load.ports.clear()
            wait_until(lambda: load.failures[-1][0] < time.monotonic() - 1.5,
                       "an end of the failures", self.RECOVERY + 1.5)
        finally:
            load.stop()
        self.assertLess(load.failures[-1][0], promoted + self.RECOVERY)
        self.assertEqual(load.stale[:3], [])
        for number, n in load.acknowledged.items():
            self.assertGreaterEqual(int(first.query(
                f"SELECT n FROM tb_counter WHERE id = {number}")), n)
        # A replica that was promoted is none, and a write of before is read where it surely is.
        self.assertIn(second.port, load.ports)
        name = f"{first.folder}:{first.port}"
        self.assertEqual(self.metric(server, "fraiseql_replica_state", replica=name,
                                     state="primary"), 1)
        self.assertEqual(old.read(), (1, first.port))

    def succeeds(self, call):
        try:
            return call() is not None
        except (AssertionError, OSError):
            return False

    def test_a_server_that_takes_no_writes_is_not_available(self):
        self.cluster = cluster = Replicated(SCHEMA, standbys=1)
        self.addCleanup(cluster.close)
        standby = cluster.standbys[0]
        server = Server(command=["serve", "--database", as_api(standby.url), "--no-refresh"])
        self.servers.append(server)
        error = server.error(COUNT, id=1, n=1)
        self.assertEqual(error["extensions"]["code"], "SERVICE_UNAVAILABLE")
        standby.query("SELECT pg_promote()")
        self.assertEqual(Client(server, 1).write(2), 2)
        self.assertEqual(query(standby.url, "SELECT n FROM tb_counter WHERE id = 1"), "2")


if __name__ == "__main__":
    unittest.main()
