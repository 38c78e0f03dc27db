# SPDX-License-Identifier: MIT
"""Two servers behind HAProxy, restarted one by one under load: no request fails."""
import concurrent.futures
import json
import os
import pathlib
import shutil
import signal
import subprocess
import threading
import unittest
import urllib.request

from product import BLOG_FILES, Database, Server, free_port, wait_until

CONFIGURATION = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "haproxy" / "haproxy.cfg"
CLIENTS = 8
QUERY = json.dumps({"query": "{ users(limit: 3) { id name } }"}).encode()
WRITE = json.dumps({"query": "mutation { refreshDashboardStats { success } }"}).encode()


class Load:
    """Clients that ask again and again, on new connections, and remember what failed."""

    def __init__(self, url):
        self.url = url
        self.stopping = threading.Event()
        self.failures = []
        self.pool = concurrent.futures.ThreadPoolExecutor(CLIENTS)
        self.counts = [self.pool.submit(self.ask, QUERY if i % 4 else WRITE)
                       for i in range(CLIENTS)]

    def ask(self, body):
        count = 0
        while not self.stopping.is_set():
            request = urllib.request.Request(self.url, body, {"Content-Type": "application/json"})
            try:
                with urllib.request.urlopen(request, timeout=20) as response:
                    answer = json.load(response)
                if "errors" in answer:
                    self.failures.append(answer["errors"])
            except OSError as error:
                self.failures.append(repr(error))
            count += 1
        return count

    def stop(self):
        """Returns how many requests there were."""
        self.stopping.set()
        return sum(count.result() for count in self.counts)


class RollingRestart(unittest.TestCase):
    def start(self, port):
        return Server(command=["serve", "--database", self.database.url, "--shutdown-delay", "2",
                               "--workers", "1"], port=port)

    def states(self):
        """Returns what the proxy thinks of each server, by its name."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.status}/;csv", timeout=5) as page:
            rows = [line.split(",") for line in page.read().decode().splitlines()]
        return {row[1]: row[17] for row in rows if row[0] == "fraiseql"}

    def test_no_request_fails(self):
        self.database = Database(*BLOG_FILES)
        self.addCleanup(self.database.close)
        ports = {"a": free_port(), "b": free_port()}
        servers = {name: self.start(port) for name, port in ports.items()}
        self.addCleanup(lambda: [server.close() for server in servers.values()])
        front, self.status = free_port(), free_port()
        proxy = subprocess.Popen(
            [shutil.which("haproxy"), "-f", CONFIGURATION, "-f", "/dev/stdin"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=os.environ | {"FRONT": f"127.0.0.1:{front}",
                              "SERVER_A": f"127.0.0.1:{ports['a']}",
                              "SERVER_B": f"127.0.0.1:{ports['b']}"})
        self.addCleanup(proxy.wait)
        self.addCleanup(proxy.kill)
        proxy.stdin.write(f"listen status\n  bind 127.0.0.1:{self.status}\n  stats enable\n"
                          "  stats uri /\n".encode())
        proxy.stdin.close()

        def up(*names):
            try:
                states = self.states()
            except OSError:
                return False
            return all(states[name].startswith("UP") for name in names)

        wait_until(lambda: up("a", "b"), "both servers being up")
        load = Load(f"http://127.0.0.1:{front}/graphql")
        try:
            for name in ("a", "b"):
                self.assertEqual(servers[name].stop(signal.SIGTERM), 0)
                servers[name].log_file.close()
                servers[name] = self.start(ports[name])
                wait_until(lambda: up("a", "b"), "the restarted server being up")
        finally:
            requests = load.stop()
        self.assertEqual(load.failures[:3], [])
        self.assertGreater(requests, 20)


if __name__ == "__main__":
    unittest.main()
