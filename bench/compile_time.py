#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How long the compiler takes for a small application, beside an empty program of Boost.Asio.

Processor time of the compiler, in turns, on one machine; the table shows medians.
"""
import argparse
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
ASIO = "Boost.Asio, empty"
EMPTY = """#include <boost/asio.hpp>
int main() { boost::asio::io_context context; context.run(); }
"""
SOURCES = {
    ASIO: None,
    "a field of two numbers": ROOT / "tests" / "package" / "consumer" / "application.cpp",
    "examples/multi-tenant": ROOT / "examples" / "multi-tenant" / "main.cpp",
    "examples/custom-resolvers": ROOT / "examples" / "custom-resolvers" / "main.cpp",
}


def seconds_of(command):
    """Returns the processor seconds that a command takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([str(word) for word in command], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    runs = {name: [] for name in SOURCES}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "empty.cpp").write_text(EMPTY)
        for _ in range(options.rounds):
            for each, source in SOURCES.items():
                runs[each].append(seconds_of(
                    [options.compiler, "-std=c++20", "-O2", "-I", ROOT / "include", "-c",
                     source or folder / "empty.cpp", "-o", folder / "out.o"]))
    print("| program | seconds | ÷ Boost.Asio |")
    print("|---|--:|--:|")
    for each, mine in runs.items():
        ratio = statistics.median(a / b for a, b in zip(mine, runs[ASIO]))
        print(f"| {each} | {statistics.median(mine):.1f} | {ratio:.2f} |")


if __name__ == "__main__":
    sys.exit(main())
