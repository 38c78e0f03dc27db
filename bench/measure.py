# SPDX-License-Identifier: MIT
"""What benchmarks share: their options, processor time, and the programs that make load."""
import argparse
import os
import pathlib
import re
import resource
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
TICKS = os.sysconf("SC_CLK_TCK")


def stat_of(pid):
    """Returns (parent, own ticks, ticks of ended children) of a process."""
    text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    fields = text.rpartition(")")[2].split()
    user, system, ended_user, ended_system = (int(x) for x in fields[11:15])
    return int(fields[1]), user + system, ended_user + ended_system


def tree_seconds(root):
    """Returns the processor seconds of a process, its children and its ended children."""
    ticks = 0
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parent, own, ended = stat_of(entry.name)
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(entry.name) == root:
            ticks += own + ended
        elif parent == root:
            ticks += own
    return ticks / TICKS


def busy_seconds():
    """Returns the processor seconds that the whole machine has been busy."""
    user, nice, system, _, _, irq, softirq = (
        int(x) for x in pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:8])
    return (user + nice + system + irq + softirq) / TICKS


def own_seconds():
    """Returns the processor seconds of this process and of the programs it has waited for."""
    return sum(usage.ru_utime + usage.ru_stime for usage in (
        resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)))


def parser(doc, rounds, seconds):
    """Returns a parser of what all benchmarks are told; `doc` begins with what one measures."""
    out = argparse.ArgumentParser(description=doc.splitlines()[0])
    out.add_argument("--bin", type=pathlib.Path, required=True, help="folder of the binaries")
    out.add_argument("--rounds", type=int, default=rounds)
    out.add_argument("--seconds", type=int, default=seconds, help="length of each run")
    out.add_argument("--connections", type=int, default=32)
    return out


class Meter:
    """What a run cost: `server` and `database` in seconds, `others` as a share of a CPU."""

    def __init__(self, server_pid, database_pid):
        self.pids = (server_pid, database_pid)

    def read(self):
        return [tree_seconds(pid) for pid in self.pids] + [own_seconds(), busy_seconds()]

    def __enter__(self):
        self.started = time.monotonic()
        self.before = self.read()
        return self

    def __exit__(self, *_):
        elapsed = time.monotonic() - self.started
        spent = [after - before for before, after in zip(self.before, self.read())]
        self.server, self.database, own, busy = spent
        self.others = max(0.0, busy - self.server - self.database - own) / elapsed


def output_of(command, **options):
    """Runs a load generator; its own words tell what went wrong."""
    result = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if result.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{result.stdout}{result.stderr}")
    return result.stdout


def pgbench(program, url, script, clients, seconds):
    """Returns the number of transactions that pgbench did."""
    out = output_of([program, "-n", "-M", "prepared", "-c", str(clients), "-j", "2",
                     "-T", str(seconds), "-f", str(script), url])
    return int(re.search(r"transactions actually processed: (\d+)", out)[1])


def wrk(url, script, bodies, connections, seconds):
    """Returns (requests, seconds, p50, p99) as wrk counted them; latencies in milliseconds."""
    out = output_of(["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--latency",
                     "-s", str(script), url], env=os.environ | {"BODIES": str(bodies)})
    if failed := re.search(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)", out):
        raise SystemExit(f"wrk against {url}: {failed[0]}")
    done = re.search(r"(\d+) requests in ([\d.]+)(m?s)", out)
    elapsed = float(done[2]) / (1000 if done[3] == "ms" else 1)
    return int(done[1]), elapsed, latency(out, "50%"), latency(out, "99%")


def load(pids, address, bodies, options):
    """Returns requests a second, µs of the server and of the database for each, p99 in
    milliseconds, and what others used."""
    with Meter(*pids) as cost:
        requests, elapsed, _, p99 = wrk(f"http://{address}", HERE / "wrk" / "graphql.lua", bodies,
                                        options.connections, options.seconds)
    return (requests / elapsed, 1e6 * cost.server / requests, 1e6 * cost.database / requests, p99,
            cost.others)


def latency(out, percentile):
    value, unit = re.search(rf"{percentile}\s+([\d.]+)(us|ms|s)", out).groups()
    return float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
