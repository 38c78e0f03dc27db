# SPDX-License-Identifier: MIT
"""The product seen from outside: a private PostgreSQL, the fraiseql binary, and HTTP between."""
import contextlib
import http.client
import json
import os
import pathlib
import pwd
import random
import re
import shlex
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse

# Taken out of the environment: the server refuses variables of its name that are no settings.
BINARY = os.environ.pop("FRAISEQL_BINARY")
CLUSTER = os.environ.pop("FRAISEQL_PRIVATE_CLUSTER")
VERDICT = os.environ.pop("FRAISEQL_VERDICT")
# Where the programs of examples/ are built.
EXAMPLES = pathlib.Path(os.environ.pop("FRAISEQL_EXAMPLES", "."))
BLOG = pathlib.Path(__file__).resolve().parents[2] / "examples" / "blog"
BLOG_PARTS = ("schema", "views", "functions", "data", "demo")
BLOG_FILES = [str(BLOG / f"{name}.sql") for name in BLOG_PARTS]
FREE_PORTS = (20_000, 32_000)
TAKEN_PORTS = []
SANITIZER_REPORTS = ("Sanitizer: ", "runtime error: ")
# Some run the server under tools that make it slow.
PATIENCE = 30 * int(os.environ.get("SLOWNESS", "1"))


def wait_until(condition, what, seconds=PATIENCE):
    """Returns the first true value of `condition()`; fails with `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.05)
    raise AssertionError(f"{what} did not happen within {seconds} seconds")


def free_port():
    """Returns a port that nobody uses, and no other test takes while this process lives: our
    servers share ports, so that two on one port would answer for each other. It is none of those
    that the system gives to connections."""
    while True:
        port = random.randrange(*FREE_PORTS)
        # A name that the system forgets with the process.
        lock = socket.socket(socket.AF_UNIX)
        try:
            lock.bind(f"\0fraiseql-test-port-{port}")
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            lock.close()
            continue
        TAKEN_PORTS.append(lock)
        return port


class Database:
    """A private cluster with one database in it; also able to fall over and to get up again."""

    def __init__(self, *files, sql="", settings=(), name="blog"):
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as extra:
            extra.write(sql)
            extra.flush()
            self.process = subprocess.Popen(
                [CLUSTER, *(word for setting in settings for word in ("--set", setting)),
                 "--database", name, *files, extra.name],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            self.url = self.process.stdout.readline().strip()
        if not self.url:
            raise AssertionError("the private cluster did not start")
        host = urllib.parse.parse_qs(urllib.parse.urlsplit(self.url).query)["host"][0]
        self.data = pathlib.Path(host) / "data"
        self.revived = None

    def log(self):
        """Returns what PostgreSQL has logged so far."""
        return (self.data.parent / "log").read_text()

    def fall_over(self):
        """Ends the server as an administrator would who is in a hurry."""
        pid_file = self.data / "postmaster.pid"
        os.kill(int(pid_file.read_text().split()[0]), signal.SIGINT)
        if self.revived:
            self.revived.wait(PATIENCE)
        wait_until(lambda: not pid_file.exists(), "the end of PostgreSQL")

    def get_up(self):
        """Starts the server again on its old data, with its old command line."""
        command = shlex.split((self.data / "postmaster.opts").read_text())
        user = {"user": pwd.getpwuid(self.data.stat().st_uid).pw_name} if os.getuid() == 0 else {}
        with (self.data.parent / "log").open("a") as log:
            self.revived = subprocess.Popen(command, cwd=self.data, stdout=log, stderr=log, **user)

    def close(self):
        if self.revived and self.revived.poll() is None:
            self.fall_over()
        self.process.stdin.close()
        self.process.wait(PATIENCE)
        self.process.stdout.close()


@contextlib.contextmanager
def environment(**variables):
    """Programs that are started meanwhile have these variables."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def as_role(url, role):
    """The same database, as another role."""
    return re.sub(r"//([^@/]*@)?", f"//{role}@", url, count=1)


def run(*arguments, timeout=PATIENCE, binary=BINARY, **options):
    """Runs the binary to its end and returns it with `stdout` and `stderr` as text."""
    return subprocess.run([binary, *arguments], capture_output=True, text=True, timeout=timeout,
                          stdin=subprocess.DEVNULL, **options)


class Server:
    """A running `fraiseql serve`, or another command that serves."""

    host = "127.0.0.1"

    def __init__(self, url=None, command=None, port=None, binary=BINARY, host=host):
        self.host = host
        self.port = port or free_port()
        command = command or ["serve", "--database", url]
        self.log_file = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([binary, *command, "--listen", f"{host}:{self.port}"],
                                        stdin=subprocess.DEVNULL, stdout=self.log_file,
                                        stderr=subprocess.STDOUT)
        try:
            wait_until(self.answers, "an answer from /health")
        except AssertionError:
            self.close()
            raise

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError(f"fraiseql ended with {self.process.returncode}:\n{self.log()}")
        try:
            return self.request("GET", "/health").status == 200
        except OSError:
            return False

    def log(self):
        """Returns everything that the server has printed so far."""
        self.log_file.flush()
        return os.pread(self.log_file.fileno(), 1 << 20, 0).decode()

    def wait_for_log(self, text):
        """Waits until the server has printed `text`: threads of their own write the lines."""
        wait_until(lambda: text in self.log(), f"the line {text!r}")

    def request(self, method, path, body=None, headers=None, timeout=PATIENCE):
        """Returns the response with its body read into `.text`."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            response.text = response.read().decode()
            return response
        finally:
            connection.close()

    def post(self, body, headers=None):
        given = {"Content-Type": "application/json", "Accept": "application/json"}
        return self.request("POST", "/graphql", body, given | (headers or {}))

    def graphql(self, query, **variables):
        """Returns the parsed response to a GraphQL request."""
        return json.loads(self.post(json.dumps({"query": query, "variables": variables})).text)

    def data(self, query, **variables):
        """Returns `data` of a request that has to succeed."""
        response = self.graphql(query, **variables)
        if "errors" in response:
            raise AssertionError(f"{query}\n{json.dumps(response['errors'], indent=2)}")
        return response["data"]

    def error(self, query, **variables):
        """Returns the only error of a request that has to fail."""
        errors = self.graphql(query, **variables).get("errors", [])
        if len(errors) != 1:
            raise AssertionError(f"{query}\nhas {len(errors)} errors: {errors}")
        return errors[0]

    def stop(self, number=signal.SIGTERM):
        """Sends the signal and returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        return code

    def close(self):
        try:
            self.stop()
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.log_file.closed:
            return
        log = self.log()
        self.log_file.close()
        if any(report in log for report in SANITIZER_REPORTS):
            raise AssertionError(log)
