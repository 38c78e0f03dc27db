# SPDX-License-Identifier: MIT
"""A client of server-sent events."""
import http.client
import json

from product import PATIENCE


class EventStream:
    """The answers to one operation as server-sent events."""

    def __init__(self, port, query, headers=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.connection.request("POST", "/graphql", json.dumps({"query": query}),
                                {"Accept": "text/event-stream", "Content-Type": "application/json"}
                                | (headers or {}))
        self.response = self.connection.getresponse()

    def next(self):
        """Returns name and data of the next event; data is parsed where there is some."""
        name = None
        while line := self.response.readline().decode():
            if line.startswith("event: "):
                name = line.removeprefix("event: ").strip()
            elif line.startswith("data: "):
                text = line.removeprefix("data: ").strip()
                return name, json.loads(text) if text else None
        return "end", None

    def close(self):
        self.response.close()
        self.connection.close()
