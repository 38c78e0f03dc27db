# SPDX-License-Identifier: MIT
"""Kept answers are never older than they may be, whatever breaks."""
import concurrent.futures
import re
import time
import unittest

from kept_answers import KeptAnswers
from product import wait_until


class FreshnessTest(KeptAnswers):
    """Writers and readers in parallel, on two servers."""

    def run_readers(self, servers, seconds, slack, disturb=lambda: None):
        """Returns how many answers were right; fails where one is older than `slack` allows."""
        acknowledged = []  # (when, value), by the only writer
        acknowledged.append((time.monotonic(), self.n(servers[0])))
        stop = time.monotonic() + seconds
        reads = [0] * 6

        def write():
            while time.monotonic() < stop:
                try:
                    written = servers[0].data("mutation { count(id: 1) { result } }")
                    acknowledged.append((time.monotonic(), written["count"]["result"]))
                except (OSError, AssertionError):
                    # Whether it took effect is not known: that is no acknowledgement.
                    pass
                time.sleep(0.003)

        def read(i):
            while time.monotonic() < stop:
                began = time.monotonic() - slack
                least = max(value for when, value in list(acknowledged) if when <= began or
                            when == acknowledged[0][0])
                try:
                    got = self.n(servers[i % len(servers)])
                except (OSError, AssertionError):
                    continue
                self.assertGreaterEqual(got, least)
                reads[i] += 1

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            work = [pool.submit(write), *(pool.submit(read, i) for i in range(len(reads)))]
            disturb()
            for each in work:
                each.result()
        return sum(reads)

    def test_no_answer_is_older_than_a_write_before_its_request(self):
        servers = [self.serve(), self.serve()]
        self.assertGreater(self.run_readers(servers, 4, 0), 50)

    def test_not_even_when_connections_are_cut(self):
        servers = [self.serve(), self.serve()]

        def disturb():
            for _ in range(5):
                time.sleep(0.5)
                self.sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                         "WHERE application_name LIKE 'fraiseql%' AND pid <> pg_backend_pid()")

        self.assertGreater(self.run_readers(servers, 4, 0, disturb), 20)

    def test_not_even_when_a_server_starts_anew(self):
        servers = [self.serve(), self.serve()]

        def disturb():
            for _ in range(3):
                time.sleep(0.5)
                servers[1].close()
                servers[1] = self.serve()

        self.assertGreater(self.run_readers(servers, 6, 0, disturb), 20)

    def test_not_even_when_the_database_starts_anew(self):
        servers = [self.serve(), self.serve()]

        def disturb():
            for _ in range(2):
                time.sleep(1)
                self.db.fall_over()
                self.db.get_up()

        self.assertGreater(self.run_readers(servers, 8, 0, disturb), 20)

    def test_a_lease_bounds_how_old_an_answer_is(self):
        servers = [self.serve("--cache-lease", "300"), self.serve("--cache-lease", "300")]
        self.assertGreater(self.run_readers(servers, 4, 0.3), 50)


class OutageTest(KeptAnswers):
    def wait_for_workers(self, server):
        """Each worker finds out by itself that the database is back."""
        query = "{ counter(id: 1) { n } }"
        wait_until(lambda: all("errors" not in server.graphql(query) for _ in range(10)),
                   "the database's return")

    def test_memory_is_not_trusted_while_the_database_is_away(self):
        for options in ([], ["--cache-lease", "100"]):
            with self.subTest(options=options):
                server = self.serve(*options)
                before = self.n(server)
                self.db.fall_over()
                time.sleep(0.3)
                self.assertEqual(server.error("{ counter(id: 1) { n } }")["extensions"]["code"],
                                 "SERVICE_UNAVAILABLE")
                self.db.get_up()
                self.wait_for_workers(server)
                self.assertEqual(self.n(server), before)
                self.sql("UPDATE tb_counter SET n = n + 1 WHERE id = 1")
                time.sleep(0.2)
                self.assertEqual(self.n(server), before + 1)


class FloodTest(KeptAnswers):
    def test_memory_and_database_are_bounded(self):
        server = self.serve("--cache-memory", "1", "--cache-database", "1")
        self.sql("INSERT INTO tb_note SELECT i, 1, repeat('x', 2000) "
                 "FROM generate_series(100, 3100) i")
        self.addCleanup(self.sql, "DELETE FROM tb_note WHERE id >= 100")

        def ask(i):
            note = server.data("query($id: ID!) { note(id: $id) { title } }", id=i)["note"]
            self.assertEqual(len(note["title"]), 2000)

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(ask, range(100, 3100)))
        taken = re.search(r"(?m)^fraiseql_cache_memory_bytes (\S+)",
                          server.request("GET", "/metrics").text)[1]
        self.assertGreater(float(taken), 100_000)
        self.assertLessEqual(float(taken), 1 << 20)
        wait_until(lambda: int(self.sql("SELECT COALESCE(sum(bytes), 0) "
                                        "FROM turbo.tb_graphql_cache")) <= 1 << 20,
                   "the end of the oldest answers")


if __name__ == "__main__":
    unittest.main()
