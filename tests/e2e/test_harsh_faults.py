# SPDX-License-Identifier: MIT
"""Harsher faults: a database killed while it writes, a full disk, a cut network, and crowds of
clients that do nothing. What needs root (mounts, network namespaces) is skipped without."""
import contextlib
import http.client
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

import product
import streaming
from faults import READ, SCHEMA, Faulty

IDLE_CLIENTS = 2000
SLOW_CLIENTS = 200
SLOW = "{ slows { id } }"


def root(*command):
    subprocess.run(command, check=True, capture_output=True)


class Killed(Faulty):
    def test_a_database_that_is_killed_while_it_writes(self):
        self.begin()
        # From now on it is a child of this process, which can tell that it is gone.
        self.database.fall_over()
        self.database.get_up()
        product.wait_until(lambda: self.add("before") is None, "the first write")
        stop = threading.Event()
        refused = []

        def write(number):
            turn = 0
            while not stop.is_set():
                began = time.monotonic()
                with contextlib.suppress(OSError, http.client.HTTPException):
                    code = self.add(f"writer {number}, {turn}")
                    if code is not None:
                        refused.append((code, time.monotonic() - began))
                        time.sleep(0.01)
                turn += 1

        writers = [threading.Thread(target=write, args=[number]) for number in range(4)]
        for each in writers:
            each.start()
        try:
            for _ in range(2):
                before = len(self.acknowledged)
                product.wait_until(lambda: len(self.acknowledged) > before + 20, "some writes")
                refused.clear()
                self.node.signal_all(signal.SIGKILL)
                self.database.revived.wait(product.PATIENCE)
                product.wait_until(lambda: refused, "a refusal")
                self.get_up()
                product.wait_until(lambda: self.add("between") is None, "recovery")
        finally:
            stop.set()
            for each in writers:
                each.join()
        self.assertEqual({code for code, _ in refused}, {"SERVICE_UNAVAILABLE"})
        self.assertLess(max(took for _, took in refused), 10)
        self.expect_recovery()
        self.expect_nothing_lost()

    def test_a_postmaster_that_hangs_while_clients_give_up(self):
        self.begin("--workers", "1", "--timeout", "30")
        self.assertIsNone(self.read_code())
        postmaster = self.node.pid()
        os.kill(postmaster, signal.SIGSTOP)
        self.addCleanup(lambda: os.kill(postmaster, signal.SIGCONT))
        # Each of them has its statement cancelled, and PostgreSQL takes no cancel request now.
        for _ in range(8):
            client = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=5)
            client.request("POST", "/graphql", '{"query": "%s"}' % SLOW,
                           {"Content-Type": "application/json"})
            time.sleep(0.05)
            client.close()
        for _ in range(5):
            _, answer, took = self.ask(READ, headers={"Request-Timeout": "1000"})
            self.assertLess(took, 5)
            for error in answer.get("errors", ()):
                self.assertIn(error["extensions"]["code"], ("TIMEOUT", "SERVICE_UNAVAILABLE"))
        os.kill(postmaster, signal.SIGCONT)
        self.expect_recovery()
        # Nor do cancel requests that nobody answers keep a server from its end.
        os.kill(postmaster, signal.SIGSTOP)
        self.ask(SLOW, headers={"Request-Timeout": "300"})
        began = time.monotonic()
        self.assertEqual(self.server.stop(), 0)
        self.assertLess(time.monotonic() - began, 20)


@unittest.skipUnless(os.getuid() == 0, "only root mounts a small disk")
class FullDisk(Faulty):
    def test_a_disk_that_is_full(self):
        self.begin()
        disk = pathlib.Path(tempfile.mkdtemp(prefix="fq-disk-", dir="/tmp"))
        self.addCleanup(shutil.rmtree, disk)
        root("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk)
        self.addCleanup(root, "umount", "-l", disk)
        space = disk / "space"
        space.mkdir()
        shutil.chown(space, self.database.data.owner())
        self.node.query(f"CREATE TABLESPACE small LOCATION '{space}'")
        self.node.query("ALTER TABLE tb_item SET TABLESPACE small")
        self.assertIsNone(self.add("before"))
        rest = disk / "rest"
        with contextlib.suppress(OSError), rest.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        codes = {self.add(os.urandom(3500).hex()) for _ in range(20)} - {None}
        # Nobody is told that it was written. It is worth trying again, but the database is there.
        self.assertEqual(codes, {"SERVICE_UNAVAILABLE"})
        self.assertEqual(self.metric("fraiseql_database_breaker_openings_total"), 0)
        self.assertIsNone(self.read_code())
        self.assertEqual(self.server.request("GET", "/ready").status, 200)
        self.assertIn("No space left on device", self.database.log())
        rest.unlink()
        self.expect_recovery()
        self.expect_nothing_lost()


@unittest.skipUnless(os.getuid() == 0, "only root cuts networks")
class CutNetwork(Faulty):
    settings = [*Faulty.settings, "listen_addresses=*"]

    def link(self, name, number):
        """Joins this network (10.77.N.1) and the server's (10.77.N.2)."""
        near, far = f"{name}n{os.getpid()}"[:15], f"{name}f{os.getpid()}"[:15]
        root("ip", "link", "add", near, "type", "veth", "peer", far, "netns", self.namespace)
        root("ip", "address", "add", f"10.77.{number}.1/24", "dev", near)
        root("ip", "link", "set", near, "up")
        inside = ("ip", "-n", self.namespace)
        root(*inside, "address", "add", f"10.77.{number}.2/24", "dev", far)
        root(*inside, "link", "set", far, "up")
        return near

    def begin_far(self):
        self.namespace = f"fq{os.getpid()}"
        root("ip", "netns", "add", self.namespace)
        self.addCleanup(root, "ip", "netns", "delete", self.namespace)
        root("ip", "-n", self.namespace, "link", "set", "lo", "up")
        self.link("fqc", 41)
        self.wire = self.link("fqd", 42)
        self.database = product.Database(sql=SCHEMA, settings=self.settings)
        self.addCleanup(self.database.close)
        self.node = streaming.Node(self.database.url)
        with (self.database.data / "pg_hba.conf").open("a") as rules:
            rules.write("host all all 10.77.42.0/24 trust\n")
        self.node.query("SELECT pg_reload_conf()")
        # Both links are its own: one leads to its clients, the other to its database.
        self.server = product.Server(binary="ip", host="10.77.41.2", command=[
            "netns", "exec", self.namespace, product.BINARY, "serve", "--workers", "1",
            "--environment", "development", "--database",
            f"postgres://postgres@10.77.42.1:{self.node.port}/blog?sslmode=disable"])
        self.addCleanup(self.server.close)
        self.acknowledged = []

    def test_a_network_that_is_cut(self):
        self.begin_far()
        self.assertIsNone(self.add("before"))
        self.assertIsNone(self.read_code())
        threading.Thread(target=self.ask, args=[SLOW], kwargs={
            "headers": {"Request-Timeout": "3000"}}).start()
        time.sleep(0.3)
        root("ip", "link", "set", self.wire, "down")
        # Found out by a timeout; then nobody waits.
        first = self.ask(READ, headers={"Request-Timeout": "2000"})
        self.assertLess(first[2], 4)
        self.assertIn("errors", first[1])
        product.wait_until(lambda: self.ask(READ, headers={"Request-Timeout": "1000"})[1]["errors"][
            0]["extensions"]["code"] == "SERVICE_UNAVAILABLE", "an open breaker", 20)
        for _ in range(20):
            _, answer, took = self.ask(READ)
            self.assertEqual(answer["errors"][0]["extensions"]["code"], "SERVICE_UNAVAILABLE")
            self.assertLess(took, 2)
        root("ip", "link", "set", self.wire, "up")
        took = self.expect_recovery(15)
        self.expect_nothing_lost()
        print(f"a network that was cut: back after {took:.1f} s")


class Crowds(Faulty):
    def megabytes(self):
        status = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def test_idle_and_slow_clients_hold_up_nobody(self):
        self.begin("--workers", "2")
        self.assertIsNone(self.read_code())
        before = self.megabytes()
        with contextlib.ExitStack() as all_of_them:
            def connect():
                client = all_of_them.enter_context(
                    socket.create_connection(("127.0.0.1", self.server.port), 10))
                return client
            for _ in range(IDLE_CLIENTS):
                connect()
            slow = [connect() for _ in range(SLOW_CLIENTS)]
            for each in slow:
                each.sendall(b"POST /graphql HTTP/1.1\r\nHost: x\r\nX-Slow: ")
            ended = set()
            began = time.monotonic()
            while time.monotonic() - began < 25 and len(ended) < SLOW_CLIENTS:
                for each in set(slow) - ended:
                    try:
                        each.send(b"x")
                        if each.recv(1, socket.MSG_DONTWAIT | socket.MSG_PEEK) is not None:
                            ended.add(each)
                    except BlockingIOError:
                        pass
                    except OSError:
                        ended.add(each)
                _, answer, took = self.ask(READ)
                self.assertNotIn("errors", answer)
                self.assertLess(took, 5)
                self.assertIsNone(self.add("meanwhile"))
                time.sleep(0.5)
            # A head has to come within its time, however much of it comes.
            self.assertEqual(len(ended), SLOW_CLIENTS)
            self.assertLess(self.megabytes() - before, 100)
        self.expect_recovery()
        self.expect_nothing_lost()

    def test_more_clients_than_may_be(self):
        self.begin("--workers", "2", "--max-connections", "100")
        with contextlib.ExitStack() as crowd:
            for _ in range(300):
                crowd.enter_context(socket.create_connection(("127.0.0.1", self.server.port), 10))
            time.sleep(1)
            self.assertLessEqual(self.metric_of_process("fd"), 250)
        self.expect_recovery()

    def metric_of_process(self, name):
        return len(list(pathlib.Path(f"/proc/{self.server.process.pid}/{name}").iterdir()))


if __name__ == "__main__":
    unittest.main()
