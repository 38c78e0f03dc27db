#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a resolver in C++ costs: one row by id, by the database's own field and by code.

One server answers the same question in turns: `user` of the catalog; a resolver that has the
repository find the row and returns its JSON; one that reads it as a struct; and one that makes a
struct without asking anybody.
"""
import contextlib
import json
import pathlib
import statistics
import sys
import tempfile

import measure
import run as bench
from workloads import WORKLOADS

CATALOG = "catalog"
FIELDS = {CATALOG: ("user", "ID!"), "JSON by code": ("jsonUser", "UUID!"),
          "struct by code": ("structUser", "UUID!"), "struct, no database": ("madeUser", "UUID!")}


@contextlib.contextmanager
def server(binaries, url):
    """Yields (address, process id) of the server with resolvers, once it answers."""
    address = bench.free_address()
    command = [binaries / "resolvers_bench", "--database", url, "--listen", address]
    with bench.running(command, stdin=bench.subprocess.DEVNULL,
                       stdout=bench.subprocess.DEVNULL) as process:
        bench.await_answers(process, address)
        yield address, process.pid


def write_bodies(folder, name):
    """Writes the requests, and returns their file and the first of them."""
    workload = next(each for each in WORKLOADS if each.name == "user")
    field, argument = FIELDS[name]
    query = f"query U($id: {argument}) {{ user: {field}(id: $id) {{ id username email }} }}"
    bodies = [json.dumps({"query": query, "variables": workload.variables(number)})
              for number in workload.numbers]
    path = folder / field
    path.write_text("".join(body + "\n" for body in bodies))
    return path, bodies[0]


def main():
    options = measure.parser(__doc__, rounds=5, seconds=4).parse_args()
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url, database_pid = stack.enter_context(bench.database(options.bin))
        address, pid = stack.enter_context(server(options.bin, url))
        files = {}
        for name in FIELDS:
            files[name], first = write_bodies(folder, name)
            answer = json.loads(bench.request(address, "POST", "/graphql", first)[1])
            if not (answer.get("data") or {}).get("user"):
                raise SystemExit(f"{name}: the server answers {answer}")
        runs = {name: [] for name in FIELDS}
        # Round 0 warms up.
        for number in range(options.rounds + 1):
            for name, bodies in files.items():
                one = measure.load((pid, database_pid), address, bodies, options)
                if number > 0:
                    runs[name].append(one)
            bench.say(f"round {number} of {options.rounds}")
    print_table(runs)
    return 0


def print_table(runs):
    def by_round(mine, column):
        # What disturbs one run disturbs its neighbours as well.
        return statistics.median(a[column] / b[column] for a, b in zip(mine, runs[CATALOG]))

    print("| field | HTTP/s | ÷ catalog | server µs | ÷ catalog | database µs | p99 ms | others |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for name, mine in runs.items():
        rate, own, database, p99, others = (statistics.median(column) for column in zip(*mine))
        print(f"| {name} | {rate:.0f} | {by_round(mine, 0):.2f} | {own:.1f} | "
              f"{by_round(mine, 1):.2f} | {database:.1f} | {p99:.2f} | {others:.0%} |")


if __name__ == "__main__":
    sys.exit(main())
