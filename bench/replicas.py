#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures what a replica takes off the primary, and what reading one's own writes costs writers.

Two servers are asked in turns: one that knows the primary only, one that has a streaming replica
besides. All share one machine, so what counts is processor time, not requests a second.
"""
import contextlib
import os
import pathlib
import statistics
import sys
import tempfile
import time

import measure
import run
from workloads import WORKLOADS

HERE = pathlib.Path(__file__).resolve().parent
NAMES = ("user", "posts", "nested", "create")


def arguments():
    parser = measure.parser(__doc__, rounds=3, seconds=5)
    parser.add_argument("workloads", nargs="*", default=NAMES)
    return parser.parse_args()


def standby_of(binaries, url):
    """Returns a streaming replica of the server at `url`; close() ends it."""
    os.environ |= {"FRAISEQL_BINARY": str(binaries / "fraiseql"), "FRAISEQL_VERDICT": "",
                   "FRAISEQL_PRIVATE_CLUSTER": str(binaries / "fraiseql-private-cluster")}
    sys.path.insert(0, str(HERE.parent / "tests" / "e2e"))
    import streaming  # pylint: disable=import-outside-toplevel
    run.say("Copying the primary")
    return streaming.Standby(streaming.Node(url), "bench")


def measured(options, address, bodies, pids):
    """Returns the rate, latencies and the processor µs for a request of each of `pids`."""
    before = {name: measure.tree_seconds(pid) for name, pid in pids.items()}
    busy, own, started = measure.busy_seconds(), measure.own_seconds(), time.monotonic()
    requests, elapsed, p50, p99 = measure.wrk(f"http://{address}", HERE / "wrk" / "graphql.lua",
                                              bodies, options.connections, options.seconds)
    spent = {name: measure.tree_seconds(pid) - before[name] for name, pid in pids.items()}
    others = (measure.busy_seconds() - busy - (measure.own_seconds() - own) - sum(spent.values()))
    out = {name: 1e6 * seconds / requests for name, seconds in spent.items()}
    return out | {"rate": requests / elapsed, "p50": p50, "p99": p99,
                  "others": max(0.0, others) / (time.monotonic() - started)}


def compare(options, workload, servers, pids, folder):
    bodies = folder / workload.name
    bodies.write_text("\n".join(workload.bodies()) + "\n")
    runs = {name: [] for name in servers}
    for number in range(options.rounds + 1):
        for name, (address, pid) in servers.items():
            result = measured(options, address, bodies, pids | {"server": pid})
            run.say(f"round {number}, {workload.name}, {name}: {result['rate']:.0f}/s")
            if number > 0:
                runs[name].append(result)
    for name, results in runs.items():
        row = {key: statistics.median(each[key] for each in results) for key in results[0]}
        print(f"| `{workload.name}` | {name} | {row['rate']:.0f} | {row['p50']:.2f} "
              f"| {row['p99']:.2f} | {row['server']:.1f} | {row['primary']:.1f} "
              f"| {row['replica']:.1f} | {row['others']:.0%} |", flush=True)


def main():
    options = arguments()
    with contextlib.ExitStack() as stack:
        url, primary = stack.enter_context(run.database(options.bin))
        standby = standby_of(options.bin, url)
        stack.callback(standby.close)
        servers = {"primary only": stack.enter_context(run.server(options.bin, url)),
                   "one replica": stack.enter_context(
                       run.server(options.bin, url, "--replica", standby.url))}
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        pids = {"primary": primary, "replica": standby.pid()}
        print("| workload | server with | HTTP/s | p50 ms | p99 ms | server µs | primary µs "
              "| replica µs | others |\n|---|---|" + "--:|" * 7)
        for workload in WORKLOADS:
            if workload.name in options.workloads:
                compare(options, workload, servers, pids, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
