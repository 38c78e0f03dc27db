#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Fails when a source includes a header of a layer that its CMakeLists.txt does not list."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCES = ROOT / "src"
# Tests may use the test support on top of their layer's own DEPS.
TEST_SUFFIXES = ("_test", "_pgtest", "_bench")
TEST_LAYERS = {"testing", "cluster"}
KEYWORDS = {"DEPS", "LIBS", "TEST_LIBS", "TEST_DEPS"}


def declared_layers(cmake_text):
    """Returns {layer: {layers it may include}, ...} and the same for what its tests may add."""
    layers, for_tests = {}, {}
    for call in re.finditer(r"fraiseql_layer\(([^)]*)\)", re.sub(r"#[^\n]*", "", cmake_text)):
        name, *words = call[1].split()
        keyword, lists = None, {"DEPS": set(), "TEST_LIBS": set(), "TEST_DEPS": set()}
        for word in words:
            if word in KEYWORDS:
                keyword = word
            elif keyword in lists:
                lists[keyword].add(word)
        layers[name] = lists["DEPS"]
        tests = {lib.removeprefix("fraiseql_") for lib in lists["TEST_LIBS"]}
        for_tests[name] = lists["TEST_DEPS"] | tests
    return layers, for_tests


def find_cycle(layers):
    """Returns the names along a cycle of DEPS, or None."""
    done = set()

    def visit(name, trail):
        if name in trail:
            return trail[trail.index(name):] + [name]
        if name in done:
            return None
        for dependency in sorted(layers.get(name, ())):
            if cycle := visit(dependency, trail + [name]):
                return cycle
        done.add(name)
        return None

    return next((cycle for name in sorted(layers) if (cycle := visit(name, []))), None)


def main():
    cmake = "\n".join(p.read_text() for p in sorted(SOURCES.glob("*/CMakeLists.txt")))
    layers, for_tests = declared_layers(cmake)
    problems = []
    if cycle := find_cycle(layers):
        problems.append("the layers depend on each other in a circle: " + " -> ".join(cycle))
    for path in sorted(p for ext in ("hpp", "cpp", "def") for p in SOURCES.rglob("*." + ext)):
        layer = path.relative_to(SOURCES).parts[0]
        if layer not in layers:
            problems.append(f"src/{layer} has sources, but no fraiseql_layer() declares it")
            continue
        allowed = layers[layer] | {layer}
        if path.stem.endswith(TEST_SUFFIXES):
            allowed |= for_tests[layer] | TEST_LAYERS
        for number, line in enumerate(path.read_text().splitlines(), 1):
            include = re.match(r'\s*#\s*include\s*"([^"/]+)/', line)
            if include and include[1] in layers and include[1] not in allowed:
                place = f"{path.relative_to(ROOT)}:{number}"
                problems.append(f"{place}: {layer} may not include {include[1]} "
                                f"(src/{layer}/CMakeLists.txt lists: {' '.join(sorted(allowed))})")
    print("\n".join(dict.fromkeys(problems)) or f"{len(layers)} layers, all arrows point down")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
