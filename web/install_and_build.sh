#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the npm packages where they are not the ones of package-lock.json, then bundles into $1.
set -eu
cd "$(dirname "$0")"
# Two builds may run at once, and they share node_modules.
exec 9< package-lock.json
flock 9
if [ ! node_modules/.installed -nt package-lock.json ]; then
    npm ci --ignore-scripts --loglevel=error
    touch node_modules/.installed
fi
node build.mjs "$1"
