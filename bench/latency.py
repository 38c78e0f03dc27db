#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How long requests take while the server still has reserves: at 70 % of what it can do.

For each workload, h2load asks as fast as it is answered, then at 70 % of that rate, in turns. Each
round's pace follows from its own saturation. Memory is the server's own, idle before the first
request and after all of them.
"""
import contextlib
import pathlib
import statistics
import sys
import tempfile

import measure
import run as bench
from schemas import memory
from workloads import WORKLOADS

LOAD = 0.7
CHOSEN = ("user", "posts", "nested")


class Run:
    """What h2load saw: requests a second, and latencies in milliseconds."""

    def __init__(self, options, address, body, folder, pace=None):
        log = folder / "requests.log"
        log.unlink(missing_ok=True)
        command = ["h2load", "--h1", "-t", "1", "-c", str(options.connections), "-D",
                   str(options.seconds), "-d", str(body), "-H", "content-type: application/json",
                   "--log-file", str(log)]
        if pace is not None:
            command += ["--rps", f"{pace / options.connections:.3f}"]
        measure.output_of([*command, f"http://{address}/graphql"])
        rows = [line.split("\t") for line in log.read_text().splitlines()]
        if failed := [row for row in rows if row[1] != "200"]:
            raise SystemExit(f"{len(failed)} of {len(rows)} requests failed: {failed[0]}")
        began, ended = (pick(int(row[0]) for row in rows) for pick in (min, max))
        self.requests = len(rows)
        self.rate = len(rows) / max((ended - began) / 1e6, 1e-9)
        times = statistics.quantiles((int(row[2]) / 1e3 for row in rows), n=1000)
        self.p50, self.p99, self.p999 = times[499], times[989], times[998]


def one_round(options, address, body, folder, meter):
    saturated = Run(options, address, body, folder)
    with meter() as cost:
        paced = Run(options, address, body, folder, LOAD * saturated.rate)
    return {"HTTP/s": saturated.rate, "its p50 ms": saturated.p50, "its p99 ms": saturated.p99,
            "reached": paced.rate / saturated.rate, "p50 ms": paced.p50, "p99 ms": paced.p99,
            "p99.9 ms": paced.p999, "server µs": 1e6 * cost.server / paced.requests,
            "others": cost.others}


def print_table(results, idle, after):
    names = list(next(iter(results.values()))[0])
    print("| workload |" + "".join(f" {name} |" for name in names))
    print("|---|" + "--:|" * len(names))
    for workload, rounds in results.items():
        cells = []
        for name in names:
            value = statistics.median(each[name] for each in rounds)
            form = ".0%" if name in ("reached", "others") else ".0f" if value > 1000 else ".2f"
            cells.append(f" {value:{form}} |")
        print(f"| `{workload}` |" + "".join(cells))
    print(f"\nMemory: {idle[0]:.1f} MB idle, {after[0]:.1f} MB after the load, {after[1]:.1f} MB "
          "at most.")


def main():
    options = measure.parser(__doc__, rounds=5, seconds=5).parse_args()
    chosen = [each for each in WORKLOADS if each.name in CHOSEN]
    results = {each.name: [] for each in chosen}
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url, database_pid = stack.enter_context(bench.database(options.bin))
        address, pid = stack.enter_context(bench.server(options.bin, url))
        idle = memory(pid)
        # Round 0 warms up.
        for number in range(options.rounds + 1):
            for workload in chosen:
                body = folder / "body"
                body.write_text(workload.bodies()[0])
                one = one_round(options, address, body, folder,
                                lambda: measure.Meter(pid, database_pid))
                if number > 0:
                    results[workload.name].append(one)
                bench.say(f"round {number}, {workload.name}: {one['HTTP/s']:.0f} a second, p99 "
                          f"{one['p99 ms']:.2f} ms at {one['reached']:.0%}")
        after = memory(pid)
    print_table(results, idle, after)
    return 0


if __name__ == "__main__":
    sys.exit(main())
