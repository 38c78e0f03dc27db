#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the fuzz targets for some seconds each: first the ones with a planted bug, which must be
found, then the real ones, which must not fail.

    fuzz/run.py build/fuzz/bin [--seconds 10]
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TARGETS = ("parse", "validate", "json", "token", "cursor", "head", "cookie", "websocket")
# A search takes seconds, but a few of them take very long: then another one is begun.
SEARCHES = 6


def fuzz(binary: pathlib.Path, target: str, seconds: int,
         seed: int = 0) -> subprocess.CompletedProcess:
    """Runs one target on a copy of nothing: new inputs and findings go to a scratch folder. Seed 0
    is another one each time."""
    with tempfile.TemporaryDirectory() as scratch:
        own = HERE / f"{target}.dict"
        dictionary = own if own.exists() else HERE / "graphql.dict"
        return subprocess.run(
            [binary, f"-seed={seed}", f"-max_total_time={seconds}", "-timeout=10",
             "-max_len=4096", "-verbosity=0", f"-artifact_prefix={scratch}/",
             f"-dict={dictionary}", scratch, HERE / "corpus" / target],
            capture_output=True, text=True, errors="replace", check=False)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binaries", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=10)
    arguments = parser.parse_args()
    failures = 0
    for target in TARGETS:
        found = any(fuzz(arguments.binaries / f"fuzz_{target}_planted", target,
                         max(60, arguments.seconds), seed).returncode != 0
                    for seed in range(1, SEARCHES + 1))
        print(f"{target}: planted bug {'found' if found else 'NOT FOUND'}")
        real = fuzz(arguments.binaries / f"fuzz_{target}", target, arguments.seconds)
        clean = real.returncode == 0
        print(f"{target}: {arguments.seconds} s {'without findings' if clean else 'FAILED'}")
        if not clean:
            print(real.stderr[-4000:])
        failures += (not found) + (not clean)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
