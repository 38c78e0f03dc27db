#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What schemas of 100, 1,000 and 10,000 views cost: start, memory, reload.

Each view has a document with a dozen keys, one of them the document of another view; three stand on
one table. Times are from the start of the process (or the end of the DDL) to an answer; processor
seconds are the server's own.
"""
import argparse
import contextlib
import json
import pathlib
import signal
import statistics
import subprocess
import tempfile
import time

import measure
import run as bench

SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off",
            "max_locks_per_transaction=1024", "shared_buffers=256MB")
FIELDS = ", ".join(f"'field{i}', t.field{i}" for i in range(9))
COLUMNS = ", ".join(f"field{i} {('text', 'int', 'timestamptz')[i % 3]}" for i in range(9))
# Of so many statements a transaction, the catalogs are none the worse.
AT_ONCE = 500
# Seconds, after which the last schema is gone: the server frees it at a look that finds it unused.
SETTLED = 15


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="folder of the binaries")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("sizes", nargs="*", type=int, default=[100, 1000, 10000], metavar="VIEWS")
    return parser.parse_args()


def statements(first, size):
    """Yields the DDL of the views `first` to `size`."""
    for number in range(first, size):
        table = number // 3
        if number % 3 == 0:
            yield (f"CREATE TABLE tb_thing{table} (id int PRIMARY KEY, other int, {COLUMNS});"
                   f"CREATE INDEX ON tb_thing{table} (other);")
        if number % 2 == 1:
            yield (f"CREATE VIEW v_thing{number} AS SELECT t.id, t.field0, jsonb_build_object("
                   f"'id', t.id, {FIELDS}, 'other', o.data) AS data FROM tb_thing{table} t "
                   f"LEFT JOIN v_thing{number - 1} o ON o.id = t.other;")
        else:
            yield (f"CREATE VIEW v_thing{number} AS SELECT t.id, t.field0, jsonb_build_object("
                   f"'id', t.id, {FIELDS}) AS data FROM tb_thing{table} t;")


def grow(url, first, size):
    batch = []
    for statement in (*statements(first, size), None):
        if statement is not None:
            batch.append(statement)
        if batch and (statement is None or len(batch) == AT_ONCE):
            psql(url, "BEGIN;" + "".join(batch) + "COMMIT;")
            batch = []
    psql(url, "INSERT INTO tb_thing0 (id, field0) VALUES (1, 'a') ON CONFLICT DO NOTHING")


def psql(url, sql):
    subprocess.run(["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", url], input=sql, text=True,
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def database(binaries):
    options = [word for setting in SETTINGS for word in ("--set", setting)]
    with bench.running([binaries / "fraiseql-private-cluster", *options, "--database", "bench"],
                       stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield process.stdout.readline().strip()


def memory(pid):
    """Returns (resident now, most so far) in megabytes."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    found = {line.split(":")[0]: int(line.split()[1]) for line in text.splitlines() if "kB" in line}
    return found["VmRSS"] / 1e3, found["VmHWM"] / 1e3


def ask(address, query):
    status, text = bench.request(address, "POST", "/graphql", json.dumps({"query": query}))
    return status, json.loads(text) if text.startswith("{") else {}


class Started:
    """A server, from its start to its first answer."""

    def __init__(self, binaries, url, *options):
        began = time.monotonic()
        self.address = bench.free_address()
        self.process = subprocess.Popen(
            [binaries / "fraiseql", "serve", "--database", url, "--listen", self.address,
             "--workers", "2", "--schema-poll", "1", *options],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait(lambda: ask(self.address, "{ thing0s(limit: 1) { id field0 } }")[0] == 200)
        self.seconds = time.monotonic() - began
        self.cpu = measure.tree_seconds(self.process.pid)
        self.memory = memory(self.process.pid)

    def wait(self, condition):
        while self.process.poll() is None:
            with contextlib.suppress(OSError):
                if condition():
                    return
            time.sleep(0.002)
        raise SystemExit(f"the server ended with {self.process.returncode}")

    def reload(self, url, name):
        """Returns the seconds until a new field can be asked for, and the server's own for it."""
        psql(url, f"CREATE OR REPLACE VIEW v_thing0 AS SELECT t.id, t.field0, jsonb_build_object("
                  f"'id', t.id, {FIELDS}, '{name}', t.id) AS data FROM tb_thing0 t;")
        began, cpu = time.monotonic(), measure.tree_seconds(self.process.pid)
        query = f"{{ thing0s(limit: 1) {{ {name} }} }}"
        self.wait(lambda: "errors" not in ask(self.address, query)[1])
        return time.monotonic() - began, measure.tree_seconds(self.process.pid) - cpu

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


def measure_size(options, url, size):
    """Returns {what: median}."""
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        cache = ("--schema-cache", str(pathlib.Path(folder) / "schema"))
        Started(options.bin, url, *cache).stop()
        for number in range(options.rounds):
            cold = Started(options.bin, url)
            reload, cpu = cold.reload(url, f"size{size}round{number}")
            time.sleep(SETTLED)
            after = memory(cold.process.pid)
            cold.stop()
            # The cache is of the schema before the reload: this start writes it anew.
            Started(options.bin, url, *cache).stop()
            kept = Started(options.bin, url, *cache)
            kept.stop()
            runs.append({"cold start": cold.seconds, "its processor time": cold.cpu,
                         "start from the cache": kept.seconds, "its processor time ": kept.cpu,
                         "reload": reload, "its processor time  ": cpu,
                         "memory": cold.memory[0], "most": after[1], "after a reload": after[0]})
            bench.say(f"{size} views, round {number + 1} of {options.rounds}")
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def main():
    options = arguments()
    results = {}
    with database(options.bin) as url:
        measure.output_of([str(options.bin / "fraiseql"), "db", "install", "ddl", "--database",
                           url])
        before = 0
        for size in sorted(options.sizes):
            bench.say(f"creating {size - before} views")
            grow(url, before, size)
            psql(url, "VACUUM ANALYZE")
            before = size
            results[size] = measure_size(options, url, size)
    print("| |" + "".join(f" {size:,} views |" for size in results))
    print("|---|" + "---:|" * len(results))
    for name in next(iter(results.values())):
        unit = "MB" if name in ("memory", "most", "after a reload") else "s"
        cells = (f" {result[name]:.3g} {unit} |" for result in results.values())
        print(f"| {name.strip()} |" + "".join(cells))


if __name__ == "__main__":
    main()
