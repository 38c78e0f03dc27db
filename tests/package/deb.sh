#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Makes the Debian packages of a build, unpacks the server's, and runs what is in it.
# Usage: deb.sh BUILD_FOLDER
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
(cd "$work" && cpack --config "$1/CPackConfig.cmake" -G DEB -B "$work" > "$work/log" 2>&1) ||
    { cat "$work/log"; exit 1; }
server=("$work"/fraiseql_*.deb)

fail() { printf 'deb.sh: %s\n' "$1"; exit 1; }

dpkg-deb --info "${server[0]}" > "$work/info"
grep -q '^ Package: fraiseql$' "$work/info" || fail "the package is not called fraiseql"
grep -q 'Depends:.*libpq5' "$work/info" || fail "the package does not depend on libpq5"
grep -q 'libgtest' "$work/info" && fail "the package depends on what only tests need"

dpkg-deb --raw-extract "${server[0]}" "$work/root"
for file in usr/bin/fraiseql usr/lib/systemd/system/fraiseql.service \
    usr/lib/sysusers.d/fraiseql.conf etc/fraiseql/fraiseql.toml usr/share/doc/fraiseql/copyright; do
    [ -f "$work/root/$file" ] || fail "the package lacks $file"
done
grep -qx /etc/fraiseql/fraiseql.toml "$work/root/DEBIAN/conffiles" || fail "no conffile"
sh -n "$work/root/DEBIAN/postinst"
sh -n "$work/root/DEBIAN/prerm"

# Every setting that the file shows as an example is one.
sed 's/^# \([a-z[]\)/\1/' "$work/root/etc/fraiseql/fraiseql.toml" |
    grep -v '^[a-z].* of FraiseQL\|^file,' > "$work/settings.toml"
"$work/root/usr/bin/fraiseql" config --config "$work/settings.toml" > "$work/config"
grep -q '^shutdown-delay  *3 ' "$work/config" || fail "the example settings do not take effect"

if command -v systemd-analyze > /dev/null; then
    sed "s|/usr/bin/fraiseql|$work/root/usr/bin/fraiseql|" \
        "$work/root/usr/lib/systemd/system/fraiseql.service" > "$work/fraiseql.service"
    systemd-analyze verify "$work/fraiseql.service" 2>&1 | grep fraiseql.service &&
        fail "systemd objects to the unit"
fi
exit 0
