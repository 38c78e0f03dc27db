# SPDX-License-Identifier: MIT
"""WebSockets of users who signed in: by cookies of which page, by tokens, and until when."""
import json
import time
import unittest

from session_product import ACCESS, Product
from websocket import WebSocket

WRITE = "mutation { write { result } }"
FOREIGN = "https://app.example"


class SocketSessions(Product):
    options = ("--workers", "2")

    def connect(self, server, browser=None, origin=None):
        headers = {"Origin": origin} if origin else {}
        if browser:
            headers["Cookie"] = f"{ACCESS}={browser.cookies[ACCESS]}"
        client = WebSocket(server.port, headers=headers)
        self.addCleanup(client.close)
        return client

    def refused(self, client):
        client.send({"type": "connection_init"})
        return client.closed()

    def test_cookies_count_for_pages_of_this_origin(self):
        server = self.serve()
        self.sign_up(server)
        browser = self.sign_in(server)
        client = self.connect(server, browser, browser.origin).initialise()
        result = client.subscribe(WRITE).next()
        self.assertTrue(result["data"]["write"]["result"], result)

    def test_cookies_do_not_count_for_others(self):
        server = self.serve("--cors-origin", FOREIGN)
        self.sign_up(server)
        browser = self.sign_in(server)
        self.assertEqual(self.connect(server, browser, "https://evil.example").status, 403)
        # A page that may read, but not with cookies; and whoever does not say which page asks.
        self.assertEqual(self.refused(self.connect(server, browser, FOREIGN)), 4403)
        self.assertEqual(self.refused(self.connect(server, browser)), 4403)
        self.assertEqual(self.sql("SELECT count(*) FROM tb_log"), "0")

    def test_cookies_count_for_trusted_origins(self):
        server = self.serve("--cors-origin", FOREIGN, "--cors-credentials")
        self.sign_up(server)
        browser = self.sign_in(server)
        client = self.connect(server, browser, FOREIGN).initialise()
        self.assertIn("data", client.subscribe(WRITE).next())

    def test_a_token_takes_the_place_of_cookies(self):
        server = self.serve()
        self.sign_up(server)
        browser = self.sign_in(server)
        client = self.connect(server, browser)
        client.initialise(Authorization=f"Bearer {browser.cookies[ACCESS]}")
        self.assertIn("data", client.subscribe(WRITE).next())

    def test_the_connection_ends_with_the_session(self):
        server = self.serve()
        self.sign_up(server)
        browser, other = self.sign_in(server), self.sign_in(server)
        client = self.connect(server, browser, browser.origin).initialise()
        kept = self.connect(server, other, browser.origin).initialise()
        self.assertEqual(browser.post("/auth/logout").status, 200)
        began = time.monotonic()
        self.assertEqual(client.closed(), 4403)
        self.assertLess(time.monotonic() - began, 7)
        self.assertIn("data", kept.subscribe(WRITE).next())
        self.assertEqual(json.loads(other.send("GET", "/auth/me").text)["email"], "ann@x.org")


if __name__ == "__main__":
    unittest.main()
