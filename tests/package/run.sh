#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs a build into an empty folder, builds the consumer against it and runs it.
# Usage: run.sh BUILD_FOLDER
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cmake --install "$1" --prefix "$work/prefix" > /dev/null
cmake -G Ninja -S "$here/consumer" -B "$work/build" -DCMAKE_PREFIX_PATH="$work/prefix" > /dev/null
cmake --build "$work/build" > /dev/null
"$work/build/application" --version > /dev/null
"$work/build/consumer" | grep -E '^fraiseql [0-9]+\.[0-9]+\.[0-9]+$'
