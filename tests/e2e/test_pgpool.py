# SPDX-License-Identifier: MIT
"""pgpool-II in front of the database: a session has one connection, as it was asked for."""
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import unittest

import product
import streaming
import test_pooler

PGPOOL = shutil.which("pgpool") or "/usr/sbin/pgpool"
SETTINGS = """
backend_clustering_mode = 'streaming_replication'
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{folder}'
pcp_listen_addresses = '127.0.0.1'
pcp_port = {control}
pcp_socket_dir = '{folder}'
wd_ipc_socket_dir = '{folder}'
pid_file_name = '{folder}/pid'
logdir = '{folder}'
backend_hostname0 = '{host}'
backend_port0 = {backend}
backend_flag0 = 'ALWAYS_PRIMARY|DISALLOW_TO_FAILOVER'
sr_check_period = 0
num_init_children = 60
"""


class Pgpool(test_pooler.Bouncer):
    def __init__(self, database):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fq-pgpool-"))
        node = streaming.Node(database.url)
        self.port = product.free_port()
        (self.folder / "conf").write_text(SETTINGS.format(
            port=self.port, control=product.free_port(), folder=self.folder, host=node.folder,
            backend=node.port))
        for name in ("hba", "pcp"):
            (self.folder / name).touch()
        self.user = pwd.getpwnam("postgres") if os.getuid() == 0 else None
        if self.user:
            for each in (self.folder, *self.folder.iterdir()):
                shutil.chown(each, "postgres")
        self.process = None
        self.start()

    def start(self):
        with (self.folder / "log").open("a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [PGPOOL, "-n", "-D", "-f", str(self.folder / "conf"), "-F",
                 str(self.folder / "pcp"), "-a", str(self.folder / "hba")],
                stdout=log, stderr=log, cwd="/tmp", **({"user": "postgres"} if self.user else {}))
        product.wait_until(self.answers, "pgpool")

    def stop(self):
        """At once, whoever is connected."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(product.PATIENCE)

    def close(self):
        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


@unittest.skipUnless(os.path.exists(PGPOOL), "pgpool is not installed")
class BehindPgpool(test_pooler.PastThePooler):
    def start_pooler(self):
        return Pgpool(self.database)


if __name__ == "__main__":
    unittest.main()
