# SPDX-License-Identifier: MIT
"""Floods: operations that nobody sent before, one after the other, and documents of ten megabytes.
The server's memory stays where it was. FRAISEQL_FLOOD says how many operations: by hand, a
million."""
import concurrent.futures
import http.client
import json
import os
import pathlib
import re
import unittest

from product import BLOG_FILES, Database, Server, run

OPERATIONS = int(os.environ.pop("FRAISEQL_FLOOD", "12000"))
CLIENTS = 4
# Megabytes: what plans may take, and what memory may grow by once they take it all.
PLANS = 4
GROWTH = 24
TEN_MEGABYTES = 10 << 20


class Floods(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database(*BLOG_FILES)
        cls.addClassCleanup(cls.database.close)
        installed = run("db", "install", "turbo", "--database", cls.database.url)
        assert installed.returncode == 0, installed.stderr
        cls.server = Server(command=["serve", "--database", cls.database.url, "--workers", "2",
                                     "--plan-cache", str(PLANS), "--max-body-bytes",
                                     str(2 * TEN_MEGABYTES)])
        cls.addClassCleanup(cls.server.close)

    def megabytes(self, name="VmRSS"):
        status = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
        return int(re.search(rf"{name}:\s+(\d+) kB", status)[1]) / 1024

    def flood(self, first, count, write):
        """Sends `count` operations, no two of which are the same, and returns the last answer."""
        def send(client):
            connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
            for number in range(first + client, first + count, CLIENTS):
                connection.request("POST", "/graphql", json.dumps(write(number)),
                                   {"Content-Type": "application/json"})
                answer = json.loads(connection.getresponse().read())
                self.assertNotIn("errors", answer)
            connection.close()
            return answer

        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
            return list(pool.map(send, range(CLIENTS)))[-1]

    def test_distinct_operations(self):
        def write(number):
            return {"query": f"{{ u{number}: users(limit: 1) {{ id }} }}"}
        # By then the plans take all that they may.
        self.flood(0, OPERATIONS // 3, write)
        full = self.megabytes()
        answer = self.flood(OPERATIONS // 3, OPERATIONS, write)
        self.assertEqual(len(answer["data"]), 1)
        self.assertLess(self.megabytes() - full, GROWTH)

    def test_distinct_operation_names(self):
        """Metrics and plans by name are bounded, too."""
        def write(number):
            return {"query": f"query Q{number} {{ users(limit: 1) {{ id }} }}"}
        self.flood(0, OPERATIONS // 6, write)
        full = self.megabytes()
        lines = len(self.server.request("GET", "/metrics").text)
        self.flood(OPERATIONS // 6, OPERATIONS // 3, write)
        self.assertLess(self.megabytes() - full, GROWTH)
        self.assertLess(len(self.server.request("GET", "/metrics").text) - lines, 4096)

    def test_documents_of_ten_megabytes(self):
        comment = "#" + "x" * TEN_MEGABYTES + "\n{ users(limit: 1) { id } }"
        fields = "{ " + "".join(f"a{n}: __typename " for n in range(TEN_MEGABYTES // 16)) + "}"
        nested = "{" * (TEN_MEGABYTES // 2)
        text = '{ users(where: {name: {eq: "' + "y" * TEN_MEGABYTES + '"}}) { id } }'

        def send_all(times):
            for _ in range(times):
                for query in (comment, fields, nested, text):
                    answer = json.loads(self.server.post(json.dumps({"query": query})).text)
                    self.assertRegex(answer["errors"][0]["message"], "bytes; 1048576 are allowed")

        # Allocators keep some: what counts is that it does not become more.
        send_all(4)
        peak = self.megabytes("VmHWM")
        send_all(8)
        self.assertLess(self.megabytes("VmHWM") - peak, 4 * TEN_MEGABYTES >> 20)
        answer = json.loads(self.server.post('{"query": "{ users(limit: 1) { id } }"}').text)
        self.assertNotIn("errors", answer)

    def test_ten_megabytes_are_too_many_by_default(self):
        server = Server(self.database.url)
        self.addCleanup(server.close)
        answer = server.post(json.dumps({"query": "#" + "x" * TEN_MEGABYTES}))
        self.assertEqual(answer.status, 413)


if __name__ == "__main__":
    unittest.main()
