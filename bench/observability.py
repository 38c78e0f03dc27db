#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What it costs to be watched: one row by id, by servers that count and record ever more.

All answer the same requests in turns, on one PostgreSQL. Spans go to a collector that reads and
drops them.
"""
import contextlib
import multiprocessing
import pathlib
import socket
import statistics
import sys
import tempfile
import threading

import measure
import run as bench
from workloads import WORKLOADS

OFF = "off"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


def ways(collector):
    """Returns {name: options of the server}."""
    traced = ("--otlp-endpoint", collector, "--trace-sample")
    return {
        OFF: ("--metrics", "off"),
        "metrics": (),
        "metrics, slow operations": ("--slow-operation", "10s"),
        "metrics, 1 % traced": (*traced, "0.01"),
        "metrics, 1 % traced, in SQL too": (*traced, "0.01", "--trace-sql-comments"),
        "metrics, all traced": (*traced, "1"),
    }


def swallow(connection):
    """Reads requests to their ends, and answers each."""
    buffer = b""
    while True:
        while b"\r\n\r\n" not in buffer:
            got = connection.recv(1 << 20)
            if not got:
                return
            buffer += got
        head, _, buffer = buffer.partition(b"\r\n\r\n")
        length = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n")
                      if line.startswith(b"content-length"))
        left = length - len(buffer)
        buffer = b"" if left >= 0 else buffer[length:]
        while left > 0:
            got = connection.recv(min(left, 1 << 20))
            if not got:
                return
            left -= len(got)
        connection.sendall(ANSWER)


def collect(listener):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=swallow, args=(connection,), daemon=True).start()


@contextlib.contextmanager
def collector():
    """Yields the URL of a process that takes everything."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        process = multiprocessing.Process(target=collect, args=(listener,), daemon=True)
        process.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            process.terminate()
            process.join()


def spans_of(address):
    """Returns (exported, dropped) as the server counts them; zeros where it does not."""
    found = {"exported": 0, "dropped": 0}
    for line in bench.request(address, "GET", "/metrics")[1].splitlines():
        for name in found:
            if line.startswith(f"fraiseql_spans_{name}_total "):
                found[name] = float(line.split()[1])
    return found["exported"], found["dropped"]


def main():
    options = measure.parser(__doc__, rounds=5, seconds=4).parse_args()
    workload = next(each for each in WORKLOADS if each.name == "user")
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        bodies = folder / "bodies"
        bodies.write_text("".join(body + "\n" for body in workload.bodies()))
        url, database_pid = stack.enter_context(bench.database(options.bin))
        servers = {name: stack.enter_context(bench.server(options.bin, url, *chosen))
                   for name, chosen in ways(stack.enter_context(collector())).items()}
        runs = {name: [] for name in servers}
        # Round 0 warms up.
        for number in range(options.rounds + 1):
            for name, (address, pid) in servers.items():
                one = measure.load((pid, database_pid), address, bodies, options)
                if number > 0:
                    runs[name].append(one)
            bench.say(f"round {number} of {options.rounds}")
        spans = {name: spans_of(address) for name, (address, _) in servers.items()}
    print_table(runs, spans)
    return 0


def print_table(runs, spans):
    def by_round(mine, column):
        # What disturbs one run disturbs its neighbours as well.
        return statistics.median(a[column] / b[column] for a, b in zip(mine, runs[OFF]))

    print("| case | HTTP/s | ÷ off | server µs | ÷ off | database µs | p99 ms | dropped | others |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    for name, mine in runs.items():
        rate, server, database, p99, others = (statistics.median(column) for column in zip(*mine))
        exported, dropped = spans[name]
        share = f"{dropped / (exported + dropped):.0%}" if exported + dropped else ""
        print(f"| {name} | {rate:.0f} | {by_round(mine, 0):.3f} | {server:.2f} | "
              f"{by_round(mine, 1):.3f} | {database:.1f} | {p99:.2f} | {share} | {others:.0%} |")


if __name__ == "__main__":
    sys.exit(main())
