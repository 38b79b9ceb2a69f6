#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""proxy.py KIND FOLDER NAME HTTPS-PORT PUBLIC-PORT STAFF-PORT READY-FILE - deploy/proxy's example of nginx or Caddy, as it is
given but for names, ports and folders, in front of the program until it is told to stop. Everything it writes is under FOLDER;
its certificate, FOLDER/fullchain.pem, is made for NAME (an address or a name)."""

import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

from free_ports import free_port

GIVEN = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "proxy"
PLACES = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"


def program(kind):
    return shutil.which(kind) or shutil.which(kind, path=PLACES)


class Proxy:
    """One example, started and stopped as often as wanted."""

    def __init__(self, kind, folder, name, http, https, staff):
        self.kind, self.folder, self.name = kind, pathlib.Path(folder), name
        self.http, self.https, self.staff = http, https, staff
        self.running = None
        # nginx started by root leaves that account for its workers.
        self.folder.chmod(0o755)
        (self.folder / "log").mkdir()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                        "-addext", f"subjectAltName=DNS:equipe.{name},{'IP' if name[0].isdigit() else 'DNS'}:{name}",
                        "-keyout", self.folder / "privkey.pem", "-out", self.folder / "fullchain.pem"],
                       check=True, capture_output=True)

    def nginx_text(self, public):
        return self.replaced("nginx.conf", (
            (r"/etc/letsencrypt/live/[\w.]+/", f"{self.folder}/"),
            (r"/run/nginx\.pid", f"{self.folder}/nginx.pid"),
            (r"/var/log/nginx/", f"{self.folder}/log/"),
            (r"listen \[::\]:[^;]*;", ""),
            (r"listen 80\b", f"listen {self.http}"),
            (r"listen 443\b", f"listen {self.https}"),
            (r"127\.0\.0\.1:8080\b", f"127.0.0.1:{public}"),
            (r"127\.0\.0\.1:8081\b", f"127.0.0.1:{self.staff}"),
            (r"barometre\.example\b", self.name),
            (r"worker_processes auto;", "worker_processes 1; daemon off;"),
            (r"server_tokens off;", "server_tokens off;" + "".join(
                f" {kind}_temp_path {self.folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")))))

    def caddy_text(self, public):
        certificate = f"tls {self.folder}/fullchain.pem {self.folder}/privkey.pem"
        return self.replaced("Caddyfile", (
            (r"(?m)^\{\n\tservers", "{\n\tadmin off\n\tstorage file_system " + f"{self.folder}/storage\n"
             f"\thttp_port {self.http}\n\thttps_port {self.https}\n\tservers"),
            (r"(?m)^\tlog default \{", f"\tlog default {{\n\t\toutput file {self.folder}/log/caddy.log"),
            (r"(?m)^(equipe\.|)barometre\.example \{", lambda found: f"{found[1]}{self.name} {{\n\t{certificate}"),
            (r"127\.0\.0\.1:8080\b", f"127.0.0.1:{public}"),
            (r"127\.0\.0\.1:8081\b", f"127.0.0.1:{self.staff}")))

    @staticmethod
    def replaced(name, changes):
        text = (GIVEN / name).read_text(encoding="utf-8")
        for pattern, by in changes:
            text, changed = re.subn(pattern, by, text)
            assert changed, f"{pattern} is not in {name}"
        return text

    def configure(self, public):
        path = self.folder / f"{self.kind}.conf"
        path.write_text(self.nginx_text(public) if self.kind == "nginx" else self.caddy_text(public), encoding="utf-8")
        return path

    def command(self, public, check=False):
        path = self.configure(public)
        if self.kind == "nginx":
            return [program("nginx"), *(["-t"] if check else []), "-c", path, "-p", self.folder, "-e",
                    self.folder / "log" / "error.log"]
        return [program("caddy"), "validate" if check else "run", "--adapter", "caddyfile", "--config", path]

    def environment(self):
        return {"PATH": PLACES, "HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder), "XDG_DATA_HOME": str(self.folder)}

    def checked(self, public):
        return subprocess.run(self.command(public, check=True), env=self.environment(), stdin=subprocess.DEVNULL,
                              capture_output=True, encoding="utf-8", check=False)

    def start(self, public):
        """public: the port of the program behind it."""
        self.stop()
        with open(self.folder / "log" / "stderr.log", "ab") as log:
            self.running = subprocess.Popen(self.command(public), env=self.environment(), stdin=subprocess.DEVNULL,
                                            stdout=subprocess.DEVNULL, stderr=log)
        limit = time.monotonic() + 30
        while self.running.poll() is None and time.monotonic() < limit:
            try:
                socket.create_connection(("127.0.0.1", self.https)).close()
                return
            except ConnectionRefusedError:
                time.sleep(0.05)
        raise AssertionError(f"{self.kind} does not start: {(self.folder / 'log' / 'stderr.log').read_text(encoding='utf-8')}")

    def stop(self):
        if self.running:
            self.running.terminate()
            self.running.wait()
            self.running = None

    def written(self):
        """What lies in its files, but for what was put there: {name: text}."""
        given = {f"{self.kind}.conf", "privkey.pem", "fullchain.pem"}
        return {path.name: path.read_bytes().decode("utf-8", "replace") for path in self.folder.rglob("*")
                if path.is_file() and path.name not in given}


def main():
    kind, folder, name, https, public, staff, ready = sys.argv[1:]
    proxy = Proxy(kind, folder, name, free_port(), int(https), int(staff))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        proxy.start(int(public))
        pathlib.Path(ready).touch()
        return proxy.running.wait()
    finally:
        proxy.stop()


if __name__ == "__main__":
    sys.exit(main())
