#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures the cache: kept answers beside those that are made, and beside a file that nginx serves;
and what writers pay for it. docs/benchmarks.md says how to read what is printed.
"""
import concurrent.futures
import contextlib
import http.client
import pathlib
import statistics
import sys
import tempfile
import threading
import time

import measure
import run
from workloads import WORKLOADS

HERE = pathlib.Path(__file__).resolve().parent
VIEWS = {"user": "v_user", "nested": "v_user_with_posts"}
TABLES = ("tb_user", "tb_post", "tb_comment")
# Options of the server, and how many questions there are. So little memory holds next to nothing:
# nearly all answers come from the database.
WAYS = {
    "plain": (("--cache-memory", "0"), 10_000),
    "database": (("--cache-memory", "1", "--cache-store-after", "0"), 10_000),
    "memory, strict": (("--cache-memory", "256"), 1_000),
    "memory, lease of 200 ms": (("--cache-memory", "256", "--cache-lease", "200"), 1_000),
}
NOTIFY = """
CREATE FUNCTION notify_of_write() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_notify('bench', TG_RELID::text); RETURN NULL; END $$;
CREATE TRIGGER notify_of_write AFTER INSERT ON tb_comment
    FOR EACH STATEMENT EXECUTE FUNCTION notify_of_write();
CREATE TRIGGER notify_of_write AFTER INSERT ON tb_post
    FOR EACH STATEMENT EXECUTE FUNCTION notify_of_write();
"""
NGINX = """
daemon off; worker_processes auto; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off; sendfile on; tcp_nopush on; open_file_cache max=100; keepalive_requests 1000000;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    types {{ }} default_type application/json;
    server {{ listen {address}; root {folder}/files; }}
}}
"""


def arguments():
    parser = measure.parser(__doc__, rounds=3, seconds=5)
    parser.add_argument("part", nargs="?", choices=("answers", "writes"), help="only this part")
    return parser.parse_args()


def psql(url, text):
    measure.output_of(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", text, url])


@contextlib.contextmanager
def nginx(folder, body):
    """Yields (URL, process id) of an nginx that serves `body` as a file."""
    (folder / "files").mkdir()
    (folder / "files" / "answer.json").write_text(body)
    # Its workers are somebody else, who may not look into a folder of root's.
    folder.chmod(0o755)
    address = run.free_address()
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, address=address))
    with run.running(["nginx", "-c", folder / "nginx.conf"]) as process:
        deadline = time.monotonic() + 30
        while not run.answers_at(address, "/answer.json"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("nginx did not start: " + (folder / "error.log").read_text())
            time.sleep(0.1)
        yield f"http://{address}/answer.json", process.pid


class Way:
    """Something that answers over HTTP, and the processes that it costs."""

    def __init__(self, name, url, pid, script, bodies):
        self.name, self.url, self.pid, self.script, self.bodies = name, url, pid, script, bodies

    def measure(self, options, database_pid):
        with measure.Meter(self.pid, database_pid) as cost:
            requests, elapsed, p50, p99 = measure.wrk(self.url, self.script, self.bodies,
                                                      options.connections, options.seconds)
        return {"rate": requests / elapsed, "p50": p50, "p99": p99,
                "server": 1e6 * cost.server / requests, "database": 1e6 * cost.database / requests,
                "others": cost.others}


def alternate(options, ways, run_one):
    """Returns the medians of each way; round 0 warms up."""
    runs = {name: [] for name in ways}
    for number in range(options.rounds + 1):
        for name in ways:
            result = run_one(name)
            run.say(f"round {number}, {name}: {result['rate']:.0f}/s")
            if number > 0:
                runs[name].append(result)
    return {name: {key: statistics.median(one[key] for one in results) for key in results[0]}
            for name, results in runs.items()}


def fill(address, bodies):
    """Asks each question once, so that the database has the answers."""
    run.say("Filling the cache")
    thread = threading.local()

    def ask(body):
        if not hasattr(thread, "connection"):
            thread.connection = http.client.HTTPConnection(address, timeout=30)
        thread.connection.request("POST", "/graphql", body, {"Content-Type": "application/json"})
        thread.connection.getresponse().read()

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, bodies))


def print_answers(workload, medians, base):
    print(f"\n`{workload}`, answers a second over HTTP\n")
    print("| answered from | HTTP/s | ratio to plain | p50 ms | p99 ms | server µs | database µs "
          "| others |\n|---" + "|--:" * 7 + "|")
    for name, row in medians.items():
        print(f"| {name} | {row['rate']:.0f} | {row['rate'] / medians[base]['rate']:.2f} "
              f"| {row['p50']:.2f} | {row['p99']:.2f} | {row['server']:.1f} "
              f"| {row['database']:.1f} | {row['others']:.0%} |")


def compare_answers(options, stack, url, database_pid):
    folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
    servers = {name: stack.enter_context(run.server(options.bin, url, *words))
               for name, (words, _) in WAYS.items()}
    for workload in (w for w in WORKLOADS if w.name in VIEWS):
        ways = {}
        for name, (address, pid) in servers.items():
            bodies = folder / f"{workload.name}-{len(ways)}"
            bodies.write_text("\n".join(workload.bodies()[:WAYS[name][1]]) + "\n")
            ways[name] = Way(name, f"http://{address}", pid, HERE / "wrk" / "graphql.lua", bodies)
        fill(servers["database"][0], workload.bodies())
        if workload.name == "user":
            body = run.request(servers["plain"][0], "POST", "/graphql", workload.bodies()[0])[1]
            file_url, pid = stack.enter_context(nginx(folder, body))
            ways["nginx, a file"] = Way("nginx", file_url, pid, HERE / "wrk" / "file.lua", bodies)
        medians = alternate(options, ways, lambda name: ways[name].measure(options, database_pid))
        print_answers(workload.name, medians, "plain")


def compare_writes(options, url, database_pid):
    """What the trigger costs writers, and what one that notifies would."""
    psql(url, NOTIFY)
    states = {"without triggers": ("DISABLE", "DISABLE"), "with them": ("ENABLE ALWAYS", "DISABLE"),
              "with NOTIFY as well": ("ENABLE ALWAYS", "ENABLE")}

    def set_state(name):
        bump, notify = states[name]
        psql(url, "".join(f"ALTER TABLE {table} {bump} TRIGGER bump_version;" for table in TABLES) +
             "".join(f"ALTER TABLE {table} {notify} TRIGGER notify_of_write;"
                     for table in ("tb_comment", "tb_post")))

    for script in ("insert_comment", "create_post"):
        def write(name):
            set_state(name)
            with measure.Meter(database_pid, database_pid) as cost:
                done = measure.pgbench(run.pgbench_program(), url,
                                       HERE / "pgbench" / f"{script}.sql", options.connections,
                                       options.seconds)
            psql(url, "SELECT turbo.cache_upkeep(1000000000)")
            return {"rate": done / options.seconds, "database": 1e6 * cost.database / done}

        medians = alternate(options, states, write)
        base = medians["without triggers"]
        print(f"\n`{script}`, transactions a second by pgbench\n")
        print("| | SQL/s | ratio | database µs |\n|---|--:|--:|--:|")
        for name, row in medians.items():
            print(f"| {name} | {row['rate']:.0f} | {row['rate'] / base['rate']:.2f} "
                  f"| {row['database']:.1f} |")


def main():
    options = arguments()
    with contextlib.ExitStack() as stack:
        url, database_pid = stack.enter_context(run.database(options.bin))
        for view in VIEWS.values():
            psql(url, f"COMMENT ON VIEW {view} IS '@cache'")
        measure.output_of([str(options.bin / "fraiseql"), "db", "install", "cache", "--database",
                           url])
        if options.part != "writes":
            with contextlib.ExitStack() as servers:
                compare_answers(options, servers, url, database_pid)
        if options.part != "answers":
            compare_writes(options, url, database_pid)
    return 0


if __name__ == "__main__":
    sys.exit(main())
