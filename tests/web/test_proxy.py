#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""deploy/proxy's examples, nginx.conf and Caddyfile, as they are given, but for names, ports and folders: they parse, and
write nothing about a respondent, whatever goes wrong. Ends with 77, "skipped", where one of the programs is not there."""

import gzip
import http.client
import http.server
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from free_ports import free_ports  # noqa: E402
from proxy import Proxy, program  # noqa: E402

NAME = "barometre.example"
CLIENT = "127.0.0.2"  # the whole of 127/8 is this machine: a client that is not the proxy
TOKEN = "abcdefghijklmnopqrstuvwxyz"
AGENT = "Mozilla/5.0 (marked browser)"
REFERER = "https://webmail.example/marked"
FIGURES = b"edition,question,option,percent\r\n" * 50_000


class Behind(http.server.BaseHTTPRequestHandler):
    """The program behind the proxy: remembers what came."""

    came = []

    def do_GET(self):
        Behind.came.append((self.path, dict(self.headers)))
        if self.path == "/figures":
            self.figures()
            return
        self.send_response(200)
        self.send_header("Content-Length", "3")
        self.end_headers()
        self.wfile.write(b"ok\n")

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.do_GET()

    def figures(self):
        """A file of a release, as the program serves it."""
        packed = "gzip" in self.headers.get("Accept-Encoding", "")
        tag = '"1234-gz"' if packed else '"1234"'
        known = self.headers.get("If-None-Match") == tag
        body = b"" if known else gzip.compress(FIGURES, mtime=0) if packed else FIGURES
        self.send_response(304 if known else 200)
        self.send_header("ETag", tag)
        self.send_header("Vary", "Accept, Accept-Encoding, Authorization, Cookie")
        self.send_header("Content-Type", "text/csv; charset=utf-8")
        if packed and not known:
            self.send_header("Content-Encoding", "gzip")
        if not known:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Both:
    """What holds for either."""

    kind = ""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(suffix=".barometre-proxy"))
        cls.http, cls.https, cls.public, cls.staff, cls.nobody = free_ports(5)
        cls.behind = http.server.ThreadingHTTPServer(("127.0.0.1", cls.public), Behind)
        cls.behind.handle_error = lambda *_: None  # a proxy that goes away in the middle
        threading.Thread(target=cls.behind.serve_forever, daemon=True).start()
        cls.proxy = Proxy(cls.kind, cls.folder, NAME, cls.http, cls.https, cls.staff)

    @classmethod
    def tearDownClass(cls):
        cls.proxy.stop()
        cls.behind.shutdown()
        cls.behind.server_close()
        shutil.rmtree(cls.folder)

    def start(self, public):
        self.proxy.start(public)

    def tls(self, version=None):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        if version:
            context.minimum_version = context.maximum_version = version
        return context

    def ask(self, path, **more):
        return self.reply(path, whole=False, **more)[0].status

    def reply(self, path, host=NAME, source=CLIENT, body=None, headers=(), whole=True):
        connection = http.client.HTTPSConnection("127.0.0.1", self.https, source_address=(source, 0),
                                                 context=self.tls())
        try:
            connection.sock = self.tls().wrap_socket(
                socket.create_connection(("127.0.0.1", self.https), source_address=(source, 0)), server_hostname=host)
            connection.putrequest("POST" if body else "GET", path, skip_host=True, skip_accept_encoding=True)
            for name, value in {"Host": host, "User-Agent": AGENT, "Referer": REFERER, "X-Forwarded-For": "203.0.113.9",
                                "Forwarded": "for=203.0.113.9", "X-Real-IP": "203.0.113.9",
                                **({"Content-Length": str(len(body))} if body else {}), **dict(headers)}.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            reply = connection.getresponse()
            return reply, reply.read() if whole else None
        finally:
            connection.close()

    def test_parses(self):
        """It is read without a word of warning."""
        done = self.proxy.checked(self.public)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotRegex(done.stderr, r"\[(warn|error|emerg)\]|\bWARN\b|\"level\":\"(warn|error)\"")

    def test_hands_on_the_address_and_nothing_else(self):
        """The program behind is told the address that the proxy saw, and nothing that the client said of itself."""
        self.start(self.public)
        Behind.came.clear()
        self.assertEqual(self.ask(f"/r/{TOKEN}"), 200)
        (path, headers), = Behind.came
        self.assertEqual(path, f"/r/{TOKEN}")
        self.assertEqual(headers["X-Forwarded-For"], CLIENT)
        for name in ("Referer", "Forwarded", "X-Real-IP"):
            self.assertNotIn(name, headers)
        self.assertNotIn(AGENT, headers.values())

    def test_what_is_compressed_comes_as_it_left(self):
        """Coding, tag, length and bytes are those of the program: the proxy neither packs nor unpacks, and tags stay good."""
        self.start(self.public)
        for coding, tag, body in (("gzip, br", '"1234-gz"', gzip.compress(FIGURES, mtime=0)), ("identity", '"1234"', FIGURES),
                                  (None, '"1234"', FIGURES)):
            headers = {"Accept-Encoding": coding} if coding else {}
            reply, came = self.reply("/figures", headers=headers)
            self.assertEqual((reply.status, reply.headers["ETag"]), (200, tag), coding)
            self.assertEqual(reply.headers["Content-Encoding"], "gzip" if "gz" in tag else None, coding)
            self.assertEqual(reply.headers["Content-Length"], str(len(body)), coding)
            self.assertIn("Accept-Encoding", reply.headers["Vary"])
            self.assertTrue(came == body, coding)
            reply, came = self.reply("/figures", headers={**headers, "If-None-Match": tag})
            self.assertEqual((reply.status, came), (304, b""), coding)

    def test_health_is_not_for_strangers(self):
        """/sante answers this machine only."""
        self.start(self.public)
        self.assertIn(self.ask("/sante"), (403, 404))
        self.assertEqual(self.ask("/sante", source="127.0.0.1"), 200)

    def test_no_trace(self):
        """Nothing of a respondent is in a file of the proxy, when all goes well and when it does not."""
        self.start(self.public)
        self.assertEqual(self.ask(f"/r/{TOKEN}"), 200)
        self.too_large()
        self.assertEqual(self.ask(f"/r/{TOKEN}%%"), 400)
        for port in (self.http, self.https):  # in clear, to either
            with socket.create_connection(("127.0.0.1", port), source_address=(CLIENT, 0)) as plain:
                plain.sendall(f"GET /r/{TOKEN} HTTP/1.1\r\nHost: {NAME}\r\nUser-Agent: {AGENT}\r\n\r\n".encode())
                plain.recv(4096)
        self.start(self.nobody)  # the program is away
        self.assertEqual(self.ask(f"/r/{TOKEN}"), 502)
        self.proxy.stop()
        written = self.proxy.written()
        self.assertIn(self.log, written)
        for name, text in written.items():
            for trace in (TOKEN, CLIENT, AGENT, REFERER, "/r/", "203.0.113.9"):
                self.assertNotIn(trace, text, name)

    def too_large(self):
        """Twice what may come in: refused (Caddy 2.6 hands on as it reads, and calls a body that it cut a bad gateway)."""
        self.assertIn(self.ask(f"/q/1?{TOKEN}", body=b"x" * (2 << 20)), (413, 502) if self.kind == "caddy" else (413,))


class Nginx(Both, unittest.TestCase):
    kind, log = "nginx", "error.log"

    def test_no_ticket(self):
        """TLS gives a browser nothing by which it can be recognised."""
        self.start(self.public)
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.tls(version).wrap_socket(socket.create_connection(("127.0.0.1", self.https)),
                                               server_hostname=NAME) as s:
                s.sendall(b"GET /sante HTTP/1.1\r\nHost: barometre.example\r\nConnection: close\r\n\r\n")
                while s.recv(4096):
                    pass
                self.assertFalse(s.session is not None and s.session.has_ticket, version)


class Caddy(Both, unittest.TestCase):
    kind, log = "caddy", "caddy.log"


if __name__ == "__main__":
    lacking = [name for name in ("nginx", "caddy", "openssl") if not program(name)]
    if lacking:
        print(f"skipped: no {', no '.join(lacking)} here", file=sys.stderr)
        sys.exit(77)
    unittest.main(verbosity=2)
