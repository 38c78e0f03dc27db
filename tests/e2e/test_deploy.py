# SPDX-License-Identifier: MIT
"""The files of deploy/: nginx and HAProxy in front of real servers, and what the others promise."""
import json
import os
import pathlib
import re
import signal
import socket
import tempfile
import unittest
import urllib.error
import urllib.request

import yaml

from product import BLOG_FILES, Database, Server, free_port, run, wait_until
from proxies import DEPLOY, Proxied
from test_rolling_restart import Load

ROOT = pathlib.Path(__file__).resolve().parents[2]
QUESTION = json.dumps({"query": "{ users(limit: 1) { id } }"}).encode()


def requests_of(server):
    """Returns how many requests a server has answered, as it counts them."""
    text = server.request("GET", "/metrics").text
    return sum(float(line.split()[1]) for line in text.splitlines()
               if line.startswith("fraiseql_http_requests_total{"))


def answers(port):
    request = urllib.request.Request(f"http://127.0.0.1:{port}/graphql", QUESTION,
                                     {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            return "data" in json.load(response)
    except OSError:
        return False


def status_of(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


class Proxies(Proxied):
    @classmethod
    def setUpClass(cls):
        cls.database = Database(*BLOG_FILES)
        cls.addClassCleanup(cls.database.close)

    def start(self, port=None):
        server = Server(command=["serve", "--database", self.database.url, "--shutdown-delay", "2",
                                 "--workers", "1"], port=port)
        self.addCleanup(server.close)
        return server

    def test_nginx_survives_a_restart_of_each_server(self):
        ports = [free_port(), free_port()]
        servers = [self.start(port) for port in ports]
        front = self.nginx(ports)
        wait_until(lambda: answers(front), "an answer through nginx")
        for path in ("/metrics", "/admin", "/admin/state"):
            self.assertEqual(status_of(front, path), 404)
        load = Load(f"http://127.0.0.1:{front}/graphql")
        try:
            for number, port in enumerate(ports):
                self.assertEqual(servers[number].stop(signal.SIGTERM), 0)
                servers[number] = self.start(port)
                before = requests_of(servers[number])
                wait_until(lambda: requests_of(servers[number]) > before + 3,
                           "requests to the restarted server")
        finally:
            requests = load.stop()
        self.assertEqual(load.failures[:3], [])
        self.assertGreater(requests, 20)

    def test_haproxy_switches_between_blue_and_green(self):
        blue, green, folder = self.start(), self.start(), self.folder()
        active, admin = folder / "active.map", folder / "admin"
        active.write_text("live blue\n")
        front = self.haproxy("blue_green.cfg", BLUE=f"127.0.0.1:{blue.port}",
                             GREEN=f"127.0.0.1:{green.port}", ACTIVE=str(active),
                             ADMIN_SOCKET=str(admin))

        def switch(colour):
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(str(admin))
                client.sendall(f"set map {active} live {colour}\n".encode())
                self.assertEqual(client.makefile().read().strip(), "")

        def until_all_go_to(one, other):
            """Waits until `one` gets requests and `other` none any more."""
            def settled():
                before = requests_of(one), requests_of(other)
                wait_until(lambda: requests_of(one) > before[0] + 20, "requests to the new colour")
                return requests_of(other) == before[1]
            wait_until(settled, "the end of requests to the old colour")

        wait_until(lambda: answers(front), "an answer through HAProxy")
        self.assertEqual(status_of(front, "/admin"), 403)
        self.assertEqual(requests_of(green), 0)
        load = Load(f"http://127.0.0.1:{front}/graphql")
        try:
            until_all_go_to(blue, green)
            switch("green")
            until_all_go_to(green, blue)
            switch("blue")
            until_all_go_to(blue, green)
            switch("green")
            until_all_go_to(green, blue)
            self.assertEqual(blue.stop(signal.SIGTERM), 0)
            before = requests_of(green)
            wait_until(lambda: requests_of(green) > before + 20, "requests without blue")
        finally:
            load.stop()
        self.assertEqual(load.failures[:3], [])


def settings(environment):
    """Returns {setting: value} that a server would have with this environment."""
    clean = {name: value for name, value in os.environ.items() if "FRAISEQL" not in name}
    done = run("config", "--format", "json", env=clean | environment)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return {name: each["value"] for name, each in json.loads(done.stdout).items()}


class Containers(unittest.TestCase):
    """There is no container runtime here: what the files say is held against the program."""

    def test_the_deployment_asks_for_what_the_server_has(self):
        deployment, service, budget = yaml.safe_load_all(
            (DEPLOY / "kubernetes" / "fraiseql.yaml").read_text())
        pod = deployment["spec"]["template"]
        container, = pod["spec"]["containers"]
        with tempfile.TemporaryDirectory() as folder:
            # Where the Secret would be.
            file = pathlib.Path(folder) / "database-url"
            file.write_text("postgres:///shop")
            environment = {each["name"]: each["value"] for each in container["env"]}
            mount, = container["volumeMounts"]
            self.assertEqual(environment["DATABASE_URL_FILE"], f"{mount['mountPath']}/{file.name}")
            found = settings(environment | {"DATABASE_URL_FILE": str(file)})
        port = container["ports"][0]["containerPort"]
        self.assertEqual(found["listen"], f"0.0.0.0:{port}")
        self.assertEqual(pod["metadata"]["annotations"]["prometheus.io/port"], str(port))
        self.assertGreaterEqual(pod["spec"]["terminationGracePeriodSeconds"],
                                int(found["shutdown-delay"]) + 10)
        self.assertFalse(pod["spec"]["enableServiceLinks"])
        self.assertEqual(container["args"], ["serve"])
        labels = pod["metadata"]["labels"]
        for selector in (deployment["spec"]["selector"]["matchLabels"],
                         service["spec"]["selector"], budget["spec"]["selector"]["matchLabels"]):
            self.assertEqual(selector, labels)
        self.assertLess(budget["spec"]["minAvailable"], deployment["spec"]["replicas"])
        self.assertEqual(service["spec"]["ports"][0]["targetPort"], container["ports"][0]["name"])
        database = Database(*BLOG_FILES)
        self.addCleanup(database.close)
        server = Server(database.url)
        self.addCleanup(server.close)
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            get = container[probe]["httpGet"]
            self.assertEqual(get["port"], container["ports"][0]["name"])
            wait_until(lambda: server.request("GET", get["path"]).status == 200, probe)
        database.fall_over()
        wait_until(lambda: server.request(
            "GET", container["readinessProbe"]["httpGet"]["path"]).status == 503, "not being ready")
        alive = container["livenessProbe"]["httpGet"]["path"]
        self.assertEqual(server.request("GET", alive).status, 200)

    def test_compose_starts_what_is_there(self):
        path = DEPLOY / "docker" / "compose.yaml"
        services = yaml.safe_load(path.read_text())["services"]
        for volume in services["database"]["volumes"]:
            source = volume.split(":")[0]
            self.assertTrue((path.parent / source).is_file(), source)
        server = services["fraiseql"]
        found = settings({name: str(value).replace("${POSTGRES_PASSWORD}", "secret")
                          for name, value in server["environment"].items()})
        self.assertEqual(found["shutdown-delay"], "3")
        self.assertLess(int(found["shutdown-delay"]) + 10,
                        int(server["stop_grace_period"].rstrip("s")))
        context = path.parent / server["build"]["context"]
        self.assertTrue((context / server["build"]["dockerfile"]).is_file())

    def test_the_image_runs_what_the_package_has(self):
        text = (DEPLOY / "docker" / "Dockerfile").read_text()
        entry, = re.findall(r'^ENTRYPOINT \["(.*)"\]$', text, re.M)
        unit = (DEPLOY / "systemd" / "fraiseql.service").read_text()
        self.assertIn(f"ExecStart={entry} serve\n", unit)
        # What has settings and certificates read again; tests/e2e/test_reload.py sends it.
        self.assertIn("\nExecReload=/bin/kill -HUP $MAINPID\n", unit)
        variables = dict(re.findall(r"^ENV (\S+)=(\S+)$", text, re.M))
        self.assertEqual(settings(variables)["listen"], "0.0.0.0:8080")
        self.assertIn("EXPOSE 8080\n", text)
        user, = re.findall(r"^USER (\d+):\d+$", text, re.M)
        self.assertNotEqual(int(user), 0)
        self.assertIn("./dev package", text)


if __name__ == "__main__":
    unittest.main(verbosity=2)
