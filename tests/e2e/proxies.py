# SPDX-License-Identifier: MIT
"""nginx and HAProxy as deploy/ configures them, in front of servers of a test."""
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile
import unittest

from product import free_port

DEPLOY = pathlib.Path(__file__).resolve().parents[2] / "deploy"


class Proxied(unittest.TestCase):
    def run_proxy(self, *command, **options):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   **options)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)

    def folder(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return pathlib.Path(folder.name)

    def nginx(self, ports):
        """Starts nginx in front of the servers at two ports, and returns its own."""
        front, folder = free_port(), self.folder()
        site = (DEPLOY / "nginx" / "fraiseql.conf").read_text()
        for old, new in (("127.0.0.1:8081", f"127.0.0.1:{ports[0]}"),
                         ("127.0.0.1:8082", f"127.0.0.1:{ports[1]}"),
                         ("listen 8080", f"listen 127.0.0.1:{front}")):
            self.assertIn(old, site)
            site = site.replace(old, new)
        main, user = folder / "nginx.conf", pwd.getpwuid(os.getuid()).pw_name
        (folder / "site.conf").write_text(site)
        temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in
                            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        main.write_text(f"daemon off; user {user}; pid {folder}/pid; error_log {folder}/log;"
                        f"events {{}} http {{ access_log off; {temporary} include site.conf; }}")
        os.chmod(folder, 0o755)
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        checked = subprocess.run([nginx, "-t", "-c", main], capture_output=True, text=True,
                                 check=False)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.run_proxy(nginx, "-c", str(main))
        return front

    def haproxy(self, file, **environment):
        """Starts HAProxy with a file of deploy/haproxy, and returns its port."""
        front = free_port()
        self.run_proxy(shutil.which("haproxy") or "/usr/sbin/haproxy", "-f",
                       str(DEPLOY / "haproxy" / file),
                       env=os.environ | {"FRONT": f"127.0.0.1:{front}"} | environment)
        return front
