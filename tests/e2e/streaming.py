# SPDX-License-Identifier: MIT
"""Streaming replication on one machine: standbys of a private cluster, each a server of its own."""
import os
import pathlib
import pwd
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
import urllib.parse

from product import Database, free_port, wait_until

PATIENCE = 30


def query(url, sql):
    """Returns what psql prints: rows by line, columns by '|'."""
    done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", url, "-c", sql],
                          capture_output=True, text=True, timeout=PATIENCE, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{sql}\n{done.stderr}")
    return done.stdout.strip()


class Node:
    """Where a server is, and what can be done to it."""

    def __init__(self, url):
        self.url = url
        parts = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)
        self.folder, self.port = pathlib.Path(parts["host"][0]), parts["port"][0]
        self.data = self.folder / "data"

    def query(self, sql):
        return query(self.url, sql)

    def pid(self):
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def processes(self):
        """Returns the postmaster and all its children."""
        first = self.pid()
        children = subprocess.run(["ps", "--ppid", str(first), "-o", "pid="], capture_output=True,
                                  text=True, check=False).stdout.split()
        return [first, *map(int, children)]

    def signal_all(self, number):
        for each in self.processes():
            try:
                os.kill(each, number)
            except ProcessLookupError:
                pass


class Standby(Node):
    """A server that streams from one of `sources`, whichever takes writes; from the only one
    whether it does or not."""

    def __init__(self, primary, name, sources):
        self.name = name
        folder = pathlib.Path(tempfile.mkdtemp(prefix="fraiseql-standby-", dir="/tmp"))
        self.user = {}
        if os.getuid() == 0:
            owner = pwd.getpwuid(primary.data.stat().st_uid)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
            self.user = {"user": owner.pw_name, "group": owner.pw_gid}
        port = str(free_port())
        url = re.sub(r"host=[^&]*&port=\d+",
                     f"host={urllib.parse.quote(str(folder), safe='')}&port={port}", primary.url)
        super().__init__(url)
        command = shlex.split((primary.data / "postmaster.opts").read_text())
        self.programs = pathlib.Path(command[0]).parent
        subprocess.run([self.programs / "pg_basebackup", "-h", primary.folder, "-p", primary.port,
                        "-U", "postgres", "-D", self.data, "--checkpoint=fast", "--no-sync",
                        "--wal-method=stream"],
                       cwd="/tmp", check=True, timeout=PATIENCE, **self.user)
        (self.data / "standby.signal").touch()
        if self.user:
            shutil.chown(self.data / "standby.signal", self.user["user"], self.user["group"])
        target = "read-write" if len(sources) > 1 else "any"
        source = (f"host={','.join(str(each.folder) for each in sources)} "
                  f"port={','.join(each.port for each in sources)} user=postgres "
                  f"application_name={name} target_session_attrs={target}")
        changed = {"port": port, "unix_socket_directories": str(folder), "primary_conninfo": source,
                   "wal_retrieve_retry_interval": "200ms"}
        settings = [word for word in command[3:]
                    if "=" in word and word.split("=")[0] not in changed]
        settings += [f"{key}={value}" for key, value in changed.items()]
        self.command = [command[0], "-D", str(self.data)]
        for setting in settings:
            self.command += ["-c", setting]
        self.process = None
        self.start()

    def start(self, wait=True):
        with open(self.folder / "log", "a", encoding="utf-8") as log:
            self.process = subprocess.Popen(self.command, cwd="/tmp", stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, **self.user)
        if wait:
            wait_until(self.answers, f"an answer of {self.name}")

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError((self.folder / "log").read_text()[-3000:])
        return subprocess.run([self.programs / "pg_isready", "-q", "-d", self.url],
                              check=False).returncode == 0

    def stop(self, number=signal.SIGQUIT):
        """Ends the server: SIGQUIT as a crash would, SIGINT as an administrator does."""
        self.process.send_signal(number)
        self.process.wait(PATIENCE)

    def close(self):
        if self.process.poll() is None:
            self.signal_all(signal.SIGCONT)
            self.stop()
        shutil.rmtree(self.folder)


class Replicated:
    """A primary with standbys. Where they are `cascading`, each streams from the one before it, and
    never has more of the log."""

    def __init__(self, sql, standbys=2, settings=(), cascading=False):
        self.database = Database(sql=sql, settings=settings)
        self.primary = Node(self.database.url)
        self.standbys = []
        try:
            for i in range(standbys):
                nodes = [self.primary, *self.standbys]
                sources = nodes[-1:] if cascading else nodes
                self.standbys.append(Standby(self.primary, f"standby{i}", sources))
        except BaseException:
            self.close()
            raise

    def write_url(self):
        """Returns the URL of whichever of all servers takes writes."""
        nodes = [self.primary, *self.standbys]
        hosts = ",".join(urllib.parse.quote(str(each.folder), safe="") for each in nodes)
        ports = ",".join(each.port for each in nodes)
        return re.sub(r"host=[^&]*&port=\d+", f"host={hosts}&port={ports}", self.primary.url) + \
            "&target_session_attrs=read-write"

    def replica_options(self):
        return [word for each in (self.primary, *self.standbys)
                for word in ("--replica", each.url)]

    def caught_up(self):
        """Waits until all standbys have replayed all that the primary has written."""
        lsn = self.primary.query("SELECT pg_current_wal_insert_lsn() "
                                 "FROM pg_logical_emit_message(false, '', '')")
        for each in self.standbys:
            wait_until(lambda each=each: each.query(
                f"SELECT pg_last_wal_replay_lsn() >= '{lsn}'") == "t", "a standby catching up")

    def close(self):
        for each in self.standbys:
            each.close()
        self.database.close()
