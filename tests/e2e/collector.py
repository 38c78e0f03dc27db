# SPDX-License-Identifier: MIT
"""An OpenTelemetry collector for tests: takes OTLP over HTTP, and holds it to its form."""
import http.server
import json
import re
import threading
import time

HEX = re.compile("[0-9a-f]+")
KINDS = {1: "internal", 2: "server", 3: "client"}


def value_of(value):
    """Returns an AnyValue's only member."""
    (kind, inner), = value.items()
    if kind == "intValue":
        # 64-bit integers are strings in the JSON form of Protocol Buffers.
        assert isinstance(inner, str), inner
        return int(inner)
    assert kind in ("stringValue", "boolValue"), kind
    return inner


def attributes_of(given):
    assert len({each["key"] for each in given}) == len(given), given
    return {each["key"]: value_of(each["value"]) for each in given}


def read_span(span):
    """Returns a span as a flat dictionary, after a look at its form."""
    known = {"traceId", "spanId", "parentSpanId", "traceState", "name", "kind", "flags",
             "startTimeUnixNano", "endTimeUnixNano", "attributes", "status"}
    assert set(span) <= known, set(span) - known
    for name, size in (("traceId", 32), ("spanId", 16), ("parentSpanId", 16)):
        if name == "parentSpanId" and name not in span:
            continue
        assert len(span[name]) == size and HEX.fullmatch(span[name]), span[name]
        assert set(span[name]) != {"0"}
    start, end = span["startTimeUnixNano"], span["endTimeUnixNano"]
    assert isinstance(start, str) and isinstance(end, str)
    assert int(start) <= int(end)
    assert abs(int(start) / 1e9 - time.time()) < 600
    assert isinstance(span["flags"], int) and span["flags"] & 1
    assert span["status"] in ({}, {"code": 2}), span["status"]
    return {"trace": span["traceId"], "id": span["spanId"], "parent": span.get("parentSpanId"),
            "state": span.get("traceState", ""), "name": span["name"],
            "kind": KINDS[span["kind"]], "start": int(start), "end": int(end),
            "remote": bool(span["flags"] & 0x200), "failed": span["status"] != {},
            **attributes_of(span["attributes"])}


class Collector:
    """Listens on loopback. `statuses` are given one by one, then `status`."""

    def __init__(self, port=0):
        self.spans, self.resources, self.problems, self.requests = [], [], [], []
        self.statuses, self.status, self.delay, self.retry_after = [], 200, 0, None
        self.changed = threading.Condition()
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.requests.append((self.path, dict(self.headers), time.monotonic()))
                time.sleep(collector.delay)
                status = collector.statuses.pop(0) if collector.statuses else collector.status
                if status == 200:
                    collector.take(self.path, self.headers, body)
                answer = b"{}"
                self.send_response(status)
                if collector.retry_after is not None:
                    self.send_header("Retry-After", str(collector.retry_after))
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def take(self, path, headers, body):
        try:
            assert path == "/v1/traces", path
            assert headers["Content-Type"] == "application/json"
            document = json.loads(body)
            assert set(document) == {"resourceSpans"}
            spans = []
            for resource in document["resourceSpans"]:
                assert set(resource) == {"resource", "scopeSpans"}
                self.resources.append(attributes_of(resource["resource"]["attributes"]))
                for scope in resource["scopeSpans"]:
                    assert scope["scope"]["name"] == "fraiseql"
                    spans += [read_span(span) for span in scope["spans"]]
            assert spans
            with self.changed:
                self.spans += spans
                self.changed.notify_all()
        except (AssertionError, KeyError, ValueError) as problem:
            self.problems.append(repr(problem))

    def wait_for(self, condition, seconds=20):
        """Returns the first true value of `condition(spans)`."""
        found = None

        def holds():
            nonlocal found
            found = condition(list(self.spans))
            return found

        with self.changed:
            if not self.changed.wait_for(holds, seconds):
                raise AssertionError(f"no such span: {[span['name'] for span in self.spans]}")
        return found

    def trace(self, trace_id, count=1):
        """Returns the spans of a trace once there are `count`."""
        def find(spans):
            mine = [span for span in spans if span["trace"] == trace_id]
            return mine if len(mine) >= count else None
        return self.wait_for(find)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
