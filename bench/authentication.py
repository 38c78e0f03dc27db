#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What it costs to know who asks: one row by id, with a token under row-level security and without.

Four servers answer the same request in turns, on one PostgreSQL: without keys; with keys, without a
token; with a token, whose two settings nobody reads; with a token whose tenant a policy reads.
"""
import base64
import contextlib
import hashlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import uuid

import measure
import run as bench

QUERY = "query U($id: ID!) { %s(id: $id) { id username email } }"
# Of one tenant: its token sees them all.
TENANT = 7


def digest(text):
    return str(uuid.UUID(hashlib.md5(text.encode()).hexdigest()))


def encoded(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def make_key(folder):
    """Writes an RSA key and its JWK set; returns both paths."""
    key, keys = folder / "key.pem", folder / "keys.json"
    measure.output_of(["openssl", "genrsa", "-out", str(key), "2048"])
    modulus = measure.output_of(["openssl", "rsa", "-in", str(key), "-noout", "-modulus"])
    number = bytes.fromhex(modulus.strip().split("=")[1])
    keys.write_text(json.dumps({"keys": [{"kty": "RSA", "n": encoded(number), "e": "AQAB"}]}))
    return key, keys


def make_token(key):
    claims = {"sub": "ann", "tenant_id": digest(f"tenant:{TENANT}"), "exp": int(time.time()) + 3600}
    text = encoded(b'{"alg":"RS256"}') + "." + encoded(json.dumps(claims).encode())
    done = subprocess.run(["openssl", "dgst", "-sha256", "-sign", str(key)], check=True,
                          input=text.encode(), capture_output=True)
    return text + "." + encoded(done.stdout)


@contextlib.contextmanager
def database(binaries):
    settings = [word for name, value in bench.SETTINGS.items()
                for word in ("--set", f"{name}={value}")]
    with bench.running([binaries / "fraiseql-private-cluster", *settings, "--database", "bench",
                        bench.HERE / "sql" / "members.sql"],
                       stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        url = process.stdout.readline().strip()
        if not url:
            raise SystemExit("the private PostgreSQL did not start")
        measure.output_of(["psql", "-X", "-q", "-c", "VACUUM ANALYZE", url])
        yield url.replace("postgres@", "api@"), bench.postmaster(url)


def main():
    options = measure.parser(__doc__, rounds=5, seconds=4).parse_args()
    rows = [number for number in range(1, 10001) if number % 100 == TENANT]
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        key, keys = make_key(folder)
        url, database_pid = stack.enter_context(database(options.bin))
        open_server = stack.enter_context(bench.server(options.bin, url))
        os.environ["FRAISEQL_JWKS_FILE"] = str(keys)
        keyed = stack.enter_context(bench.server(options.bin, url))
        token = make_token(key)
        cases = {"anonymous, no keys": (open_server, "user", ""),
                 "anonymous, keys": (keyed, "user", ""),
                 "token": (keyed, "user", token),
                 "token, row-level security": (keyed, "member", token)}
        runs = {name: [] for name in cases}
        # Round 0 warms up.
        for number in range(options.rounds + 1):
            for name, ((address, pid), field, bearer) in cases.items():
                bodies = folder / field
                bodies.write_text("".join(
                    json.dumps({"query": QUERY % field, "variables": {"id": digest(f"user:{row}")}})
                    + "\n" for row in rows))
                os.environ["BEARER"] = bearer
                one = measure.load((pid, database_pid), address, bodies, options)
                if number > 0:
                    runs[name].append(one)
            bench.say(f"round {number} of {options.rounds}")
    print_table(runs)
    return 0


def print_table(runs):
    first = runs["anonymous, no keys"]
    print("| case | HTTP/s | ÷ anonymous | server µs | database µs | others |")
    print("|---|--:|--:|--:|--:|--:|")
    for name, mine in runs.items():
        # By rounds: what disturbs one disturbs its neighbour as well.
        ratio = statistics.median(a[0] / b[0] for a, b in zip(mine, first))
        rate, server, base, _, others = (statistics.median(values) for values in zip(*mine))
        print(f"| {name} | {rate:.0f} | {ratio:.2f} | {server:.1f} | {base:.1f} | {others:.0%} |")


if __name__ == "__main__":
    sys.exit(main())
