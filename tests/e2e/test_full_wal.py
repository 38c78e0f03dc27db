# SPDX-License-Identifier: MIT
"""No room for WAL: PostgreSQL panics. Nobody is told that something was written that was not, and
with room again everything goes on, nothing acknowledged being lost."""
import contextlib
import http.client
import os
import re
import shutil
import subprocess
import unittest

import product
from faults import Faulty

# Three segments; the last of the room is taken by something else.
SIZE = "48m"
LETTERS = 100_000
MOST_WRITES = 500


def root(*command):
    subprocess.run(command, check=True, capture_output=True)


@unittest.skipUnless(os.getuid() == 0, "only root mounts a small disk")
class FullWal(Faulty):
    def give_wal_its_own_disk(self):
        """Leaves PostgreSQL running with pg_wal on a small disk that is full."""
        self.database.fall_over()
        wal = self.database.data / "pg_wal"
        kept = self.database.data / "pg_wal_before"
        wal.rename(kept)
        wal.mkdir()
        root("mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=700", "tmpfs", wal)
        self.addCleanup(self.take_the_disk, wal)
        shutil.copytree(kept, wal, dirs_exist_ok=True)
        owner = self.database.data.owner()
        for each in (wal, *wal.rglob("*")):
            shutil.chown(each, owner, owner)
        self.rest = wal / "rest"
        self.fill()
        self.database.get_up()
        self.get_up()

    def take_the_disk(self, wal):
        self.rest.unlink(missing_ok=True)
        if self.database.revived and self.database.revived.poll() is None:
            self.database.fall_over()
        root("umount", "-l", wal)

    def fill(self):
        with contextlib.suppress(OSError), self.rest.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))

    def write_until_refused(self):
        """Returns the code of the first write that was refused."""
        for number in range(MOST_WRITES):
            with contextlib.suppress(OSError, http.client.HTTPException):
                code = self.add(f"{number} {os.urandom(LETTERS // 2).hex()}")
                if code is not None:
                    return code
        raise AssertionError(f"{MOST_WRITES} large writes found room")

    def test_no_room_for_wal(self):
        self.begin()
        self.give_wal_its_own_disk()
        product.wait_until(lambda: self.add("before") is None, "the first write")
        self.assertEqual(self.write_until_refused(), "SERVICE_UNAVAILABLE")
        product.wait_until(lambda: re.search("PANIC: .*No space left on device",
                                             self.database.log()), "the panic in the log")
        # It replays its WAL, and may go on with the room that is left in a segment.
        codes = {self.add(f"again {number} {os.urandom(LETTERS // 2).hex()}")
                 for number in range(20)}
        self.assertLessEqual(codes, {None, "SERVICE_UNAVAILABLE"})
        self.expect_the_server_to_live()
        self.rest.unlink()
        product.wait_until(self.database_is_up, "PostgreSQL to have replayed its WAL", 120)
        took = self.expect_recovery()
        print(f"WAL without room: back {took:.1f} s after PostgreSQL")
        self.expect_nothing_lost()

    def database_is_up(self):
        """Where its last attempt found no room either, PostgreSQL has given up: start it again."""
        if self.database.revived.poll() is not None:
            self.database.get_up()
        return subprocess.run(["psql", "-XAtc", "SELECT 1", self.database.url], check=False,
                              capture_output=True).returncode == 0

    def expect_the_server_to_live(self):
        self.assertIsNone(self.server.process.poll())
        self.assertEqual(self.server.request("GET", "/health").status, 200)


if __name__ == "__main__":
    unittest.main()
