#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""deploy/proxy/nginx.conf as it is given, but for names, ports and folders: it parses, and it writes nothing about a
respondent, whatever goes wrong. Ends with 77, "skipped", where there is no nginx or no openssl."""

import http.client
import http.server
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

GIVEN = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "proxy" / "nginx.conf"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
CLIENT = "127.0.0.2"  # the whole of 127/8 is this machine: a client that is not the proxy
TOKEN = "abcdefghijklmnopqrstuvwxyz"
AGENT = "Mozilla/5.0 (marked browser)"
REFERER = "https://webmail.example/marked"


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


class Behind(http.server.BaseHTTPRequestHandler):
    """The program behind the proxy: remembers what came."""

    came = []

    def do_GET(self):
        Behind.came.append((self.path, dict(self.headers)))
        self.send_response(200)
        self.send_header("Content-Length", "3")
        self.end_headers()
        self.wfile.write(b"ok\n")

    def log_message(self, *_):
        pass


class Proxy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(suffix=".barometre-proxy"))
        # nginx started by root leaves that account for its workers.
        cls.folder.chmod(0o755)
        (cls.folder / "log").mkdir()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test",
                        "-keyout", cls.folder / "privkey.pem", "-out", cls.folder / "fullchain.pem"],
                       check=True, capture_output=True)
        cls.http, cls.https, cls.public, cls.staff, cls.nobody = free_ports(5)
        cls.behind = http.server.ThreadingHTTPServer(("127.0.0.1", cls.public), Behind)
        threading.Thread(target=cls.behind.serve_forever, daemon=True).start()
        cls.nginx = None

    @classmethod
    def tearDownClass(cls):
        cls.stop()
        cls.behind.shutdown()
        cls.behind.server_close()
        shutil.rmtree(cls.folder)

    @classmethod
    def configure(cls, public):
        text = GIVEN.read_text(encoding="utf-8")
        for pattern, by in (
                (r"/etc/letsencrypt/live/[\w.]+/", f"{cls.folder}/"),
                (r"/run/nginx\.pid", f"{cls.folder}/nginx.pid"),
                (r"/var/log/nginx/", f"{cls.folder}/log/"),
                (r"listen \[::\]:[^;]*;", ""),
                (r"listen 80\b", f"listen {cls.http}"),
                (r"listen 443\b", f"listen {cls.https}"),
                (r"127\.0\.0\.1:8080\b", f"127.0.0.1:{public}"),
                (r"127\.0\.0\.1:8081\b", f"127.0.0.1:{cls.staff}"),
                (r"worker_processes auto;", "worker_processes 1; daemon off;"),
                (r"server_tokens off;", "server_tokens off;" + "".join(
                    f" {kind}_temp_path {cls.folder}/{kind};"
                    for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")))):
            text, changed = re.subn(pattern, by, text)
            assert changed, f"{pattern} is not in {GIVEN}"
        path = cls.folder / "nginx.conf"
        path.write_text(text, encoding="utf-8")
        return path

    @classmethod
    def start(cls, public):
        cls.stop()
        cls.nginx = subprocess.Popen([NGINX, "-c", cls.configure(public), "-p", cls.folder, "-e",
                                      cls.folder / "log" / "error.log"], stdin=subprocess.DEVNULL,
                                     stderr=subprocess.PIPE)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", cls.https)).close()
                return
            except ConnectionRefusedError:
                if cls.nginx.poll() is not None:
                    break
                time.sleep(0.05)
        raise AssertionError(f"nginx does not start: {cls.nginx.communicate()[1].decode()}")

    @classmethod
    def stop(cls):
        if cls.nginx:
            cls.nginx.terminate()
            cls.nginx.communicate()
            cls.nginx = None

    def tls(self, version=None):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        if version:
            context.minimum_version = context.maximum_version = version
        return context

    def ask(self, path, host="barometre.example", source=CLIENT, body=None, headers=()):
        connection = http.client.HTTPSConnection("127.0.0.1", self.https, source_address=(source, 0),
                                                 context=self.tls())
        try:
            connection.sock = self.tls().wrap_socket(
                socket.create_connection(("127.0.0.1", self.https), source_address=(source, 0)), server_hostname=host)
            connection.request("POST" if body else "GET", path, body, {
                "Host": host, "User-Agent": AGENT, "Referer": REFERER, "X-Forwarded-For": "203.0.113.9",
                "Forwarded": "for=203.0.113.9", "X-Real-IP": "203.0.113.9", **dict(headers)})
            return connection.getresponse().status
        finally:
            connection.close()

    def test_parses(self):
        """nginx reads it without a word of warning."""
        done = subprocess.run([NGINX, "-t", "-c", self.configure(self.public), "-p", self.folder, "-e",
                               self.folder / "log" / "error.log"], capture_output=True, encoding="utf-8", check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotRegex(done.stderr, r"\[(warn|error|emerg)\]")

    def test_hands_on_the_address_and_nothing_else(self):
        """The program behind is told the address that nginx saw, and nothing that the client said of itself."""
        self.start(self.public)
        Behind.came.clear()
        self.assertEqual(self.ask(f"/r/{TOKEN}"), 200)
        (path, headers), = Behind.came
        self.assertEqual(path, f"/r/{TOKEN}")
        self.assertEqual(headers["X-Forwarded-For"], CLIENT)
        for name in ("User-Agent", "Referer", "Forwarded", "X-Real-IP"):
            self.assertNotIn(name, headers)

    def test_health_is_not_for_strangers(self):
        """/sante answers this machine only."""
        self.start(self.public)
        self.assertEqual(self.ask("/sante"), 403)
        self.assertEqual(self.ask("/sante", source="127.0.0.1"), 200)

    def test_no_ticket(self):
        """TLS gives a browser nothing by which it can be recognised."""
        self.start(self.public)
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.tls(version).wrap_socket(socket.create_connection(("127.0.0.1", self.https)),
                                               server_hostname="barometre.example") as s:
                s.sendall(b"GET /sante HTTP/1.1\r\nHost: barometre.example\r\nConnection: close\r\n\r\n")
                while s.recv(4096):
                    pass
                self.assertFalse(s.session is not None and s.session.has_ticket, version)

    def test_no_trace(self):
        """Nothing of a respondent is in a file of the proxy, when all goes well and when it does not."""
        self.start(self.public)
        self.assertEqual(self.ask(f"/r/{TOKEN}"), 200)
        self.assertEqual(self.ask(f"/q/1?{TOKEN}", body=b"x" * (2 << 20)), 413)
        self.assertEqual(self.ask(f"/r/{TOKEN}%%"), 400)
        with socket.create_connection(("127.0.0.1", self.http), source_address=(CLIENT, 0)) as plain:
            plain.sendall(f"GET /r/{TOKEN} HTTP/1.1\r\nHost: barometre.example\r\nUser-Agent: {AGENT}\r\n\r\n".encode())
            plain.recv(4096)
        self.start(self.nobody)  # the program is away
        self.assertEqual(self.ask(f"/r/{TOKEN}"), 502)
        self.stop()
        files = [path for path in self.folder.rglob("*") if path.is_file()
                 and path.name not in ("nginx.conf", "privkey.pem", "fullchain.pem")]
        self.assertIn("error.log", [path.name for path in files])
        for path in files:
            text = path.read_bytes().decode("utf-8", "replace")
            for trace in (TOKEN, CLIENT, AGENT, REFERER, "/r/", "203.0.113.9"):
                self.assertNotIn(trace, text, path.name)


if __name__ == "__main__":
    if not NGINX or not shutil.which("openssl"):
        print("skipped: no nginx or no openssl here", file=sys.stderr)
        sys.exit(77)
    unittest.main(verbosity=2)
