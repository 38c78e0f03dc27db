#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares the server with PostgreSQL itself, on the same data, machine and run.

For each workload, pgbench runs hand-written SQL and wrk posts the GraphQL operation, in turns, with
as many connections. What is printed are medians; docs/benchmarks.md says how to read them.
"""
import contextlib
import http.client
import json
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

import measure
from workloads import WORKLOADS

HERE = pathlib.Path(__file__).resolve().parent
# As a production database on this machine would be set; durability is on, unlike in the tests.
SETTINGS = {
    "shared_buffers": "1GB", "work_mem": "16MB", "effective_cache_size": "8GB",
    "max_wal_size": "8GB", "checkpoint_timeout": "1h", "random_page_cost": "1.1",
    "autovacuum": "off", "jit": "off", "max_parallel_workers_per_gather": "0",
    "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on",
}


def say(text):
    print(text, file=sys.stderr, flush=True)


def arguments():
    parser = measure.parser(__doc__, rounds=3, seconds=5)
    parser.add_argument("--json", type=pathlib.Path, help="write all runs to this file")
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD",
                        help="of: " + ", ".join(w.name for w in WORKLOADS))
    return parser.parse_args()


@contextlib.contextmanager
def running(command, **options):
    process = subprocess.Popen([str(word) for word in command], text=True, **options)
    try:
        yield process
    finally:
        if process.stdin:
            process.stdin.close()
        process.terminate()
        process.wait(60)


@contextlib.contextmanager
def database(binaries):
    """Yields (URL, process id) of a private PostgreSQL with the data in it, read into memory."""
    say("Loading 10,000 users, 100,000 posts and 500,000 comments (about a minute)")
    settings = [word for name, value in SETTINGS.items() for word in ("--set", f"{name}={value}")]
    with running([binaries / "fraiseql-private-cluster", *settings, "--database", "bench",
                  HERE / "sql" / "schema.sql", HERE / "sql" / "views.sql"],
                 stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        url = process.stdout.readline().strip()
        if not url:
            raise SystemExit("the private PostgreSQL did not start")
        measure.output_of(["psql", "-X", "-q", "-c", "VACUUM ANALYZE", "-c", "CHECKPOINT", url])
        yield url, postmaster(url)


def postmaster(url):
    """Returns the process id of a private PostgreSQL."""
    host = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)["host"][0]
    return int((pathlib.Path(host) / "data" / "postmaster.pid").read_text().split()[0])


def free_address():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


@contextlib.contextmanager
def server(binaries, url, *options):
    """Yields (address, process id) of the server, once it answers."""
    address = free_address()
    with running([binaries / "fraiseql", "serve", "--database", url, "--listen", address, *options],
                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        await_answers(process, address)
        yield address, process.pid


def await_answers(process, address):
    deadline = time.monotonic() + 30
    while not answers_at(address, "/health"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("the server did not start")
        time.sleep(0.1)


def answers_at(address, path):
    try:
        return request(address, "GET", path)[0] == 200
    except OSError:
        return False


def request(address, method, path, body=None):
    connection = http.client.HTTPConnection(address, timeout=30)
    with contextlib.closing(connection):
        connection.request(method, path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, response.read().decode()


def pgbench_program():
    """Returns the newest pgbench; Debian keeps it beside the server."""
    found = list(pathlib.Path("/usr/lib/postgresql").glob("*/bin/pgbench"))
    return str(max(found, key=lambda path: int(path.parts[-3]), default="pgbench"))


def generated_script(binaries, url, workload):
    """Returns a pgbench script with the statement that the server makes of the query."""
    command = [str(binaries / "fraiseql"), "explain", "--format", "json", "--database", url,
               workload.query]
    if "$" in workload.query:
        command += ["--variables", json.dumps(workload.variables(workload.numbers[0]))]
    sql = json.loads(measure.output_of(command))["statements"][0]["sql"]
    for number in range(len(workload.parameters), 0, -1):
        sql = sql.replace(f"${number}", workload.parameters[number - 1])
    script = (HERE / "pgbench" / workload.script).read_text()
    settings = [line for line in script.splitlines() if line.startswith("\\set")]
    return "\n".join([*settings, sql.replace("\n", " ") + ";"]) + "\n"


def sql_run(options, script, place):
    """Returns (statements a second, database µs for each) of pgbench."""
    with place.meter() as cost:
        queries = measure.pgbench(pgbench_program(), place.url, script, options.connections,
                                  options.seconds)
    return queries / options.seconds, 1e6 * cost.database / queries, cost.others


def one_run(options, workload, folder, place):
    """Measures the workload once each way and returns the numbers."""
    nothing = float("nan")
    run = {"workload": workload.name, "requests_per_second": nothing, "ratio": nothing,
           "p50_ms": nothing, "p99_ms": nothing, "server_us": nothing, "database_us": nothing,
           "generated_us": nothing, "sql_ratio": nothing}
    run["queries_per_second"], run["query_us"], run["others"] = sql_run(
        options, HERE / "pgbench" / workload.script, place)
    if workload.parameters is not None:
        _, run["generated_us"], others = sql_run(options, folder / f"{workload.name}.sql", place)
        run["sql_ratio"] = run["generated_us"] / run["query_us"]
        run["others"] = max(run["others"], others)
    if not workload.sql_only:
        http_run(options, workload, folder / workload.name, place, run)
    return run


def http_run(options, workload, bodies, place, run):
    """Adds the numbers of the server to those of `run`."""
    with place.meter() as cost:
        requests, elapsed, p50, p99 = measure.wrk(
            f"http://{place.address}", HERE / "wrk" / "graphql.lua", bodies, options.connections,
            options.seconds)
    run |= {
        "requests_per_second": requests / elapsed,
        "ratio": (requests / elapsed) / run["queries_per_second"],
        "p50_ms": p50,
        "p99_ms": p99,
        "server_us": 1e6 * cost.server / requests,
        "database_us": 1e6 * cost.database / requests,
        "others": max(run["others"], cost.others),
    }


class Place:
    """Where the two run: addresses and process ids."""

    def __init__(self, url, database_pid, address, server_pid):
        self.url, self.address = url, address
        self.meter = lambda: measure.Meter(server_pid, database_pid)


def answers(workload, place):
    """Returns whether the server answers the workload's first request, and says so if not."""
    _, text = request(place.address, "POST", "/graphql", workload.bodies()[0])
    response = json.loads(text)
    if "errors" not in response and all(response["data"].values()):
        return True
    say(f"{workload.name}: left out, the server answers {text[:300]}")
    return False


COLUMNS = [
    ("workload", "{workload}"), ("SQL/s", "{queries_per_second:.0f}"),
    ("HTTP/s", "{requests_per_second:.0f}"), ("ratio", "{ratio:.2f}"),
    ("p50 ms", "{p50_ms:.2f}"), ("p99 ms", "{p99_ms:.2f}"), ("server µs", "{server_us:.1f}"),
    ("database µs", "{database_us:.1f}"), ("µs by SQL", "{query_us:.1f}"),
    ("µs by our SQL", "{generated_us:.1f}"), ("SQL ratio", "{sql_ratio:.2f}"),
    ("others", "{others:.0%}"),
]


def table(runs):
    """Returns the medians by workload as a Markdown table."""
    lines = ["| " + " | ".join(title for title, _ in COLUMNS) + " |",
             "|---" + "|--:" * (len(COLUMNS) - 1) + "|"]
    for workload in dict.fromkeys(run["workload"] for run in runs):
        mine = [run for run in runs if run["workload"] == workload]
        row = {key: statistics.median(run[key] for run in mine) for key in mine[0]
               if key != "workload"}
        cells = (form.format(workload=workload, **row) for _, form in COLUMNS)
        lines.append("| " + " | ".join(cells).replace("nan", "–") + " |")
    return "\n".join(lines)


def main():
    options = arguments()
    names = {workload.name for workload in WORKLOADS}
    if unknown := set(options.workloads) - names:
        raise SystemExit(f"no workload {', '.join(unknown)}; there are {', '.join(sorted(names))}")
    chosen = [w for w in WORKLOADS if w.name in (options.workloads or names)]
    runs = []
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url, database_pid = stack.enter_context(database(options.bin))
        operations = folder / "operations"
        operations.mkdir()
        for workload in chosen:
            if workload.document_id:
                (operations / f"{workload.document_id}.graphql").write_text(workload.query)
        address, server_pid = stack.enter_context(
            server(options.bin, url, "--operations", operations))
        place = Place(url, database_pid, address, server_pid)
        chosen = [workload for workload in chosen if answers(workload, place)]
        for workload in chosen:
            (folder / workload.name).write_text("\n".join(workload.bodies()) + "\n")
            if workload.parameters is not None:
                (folder / f"{workload.name}.sql").write_text(
                    generated_script(options.bin, url, workload))
        # Round 0 warms caches and plans up, and is not counted.
        for number in range(options.rounds + 1):
            for workload in chosen:
                run = one_run(options, workload, folder, place)
                say(f"round {number}, {workload.name}: {run['ratio']:.2f} of the limit, "
                    f"statement {run['sql_ratio']:.2f}")
                if number > 0:
                    runs.append(run)
    if options.json:
        options.json.write_text(json.dumps(runs, indent=2) + "\n")
    print(table(runs) if runs else "The server answered none of the workloads.")
    return 0 if runs else 1


if __name__ == "__main__":
    sys.exit(main())
