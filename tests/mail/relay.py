#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""relay.py [--port N] [--tls FOLDER] [--auth USER:PASSWORD] [--greeting LINE] - a mail relay that does what a test tells it.

Listens on 127.0.0.1, on a free port unless one is given, and prints it. The recipient's name before the @ says how it behaves:
  refuse  550 to RCPT            later    451 to RCPT            nodata   hangs up at DATA
  middle  hangs up after 354     dot      hangs up after the dot toolate  says nothing after the dot
  full    452 to the dot         spam     554 to the dot         shut     421 to RCPT, and hangs up
and the sender's: nobody 550 to MAIL. All else is taken. With --tls STARTTLS is offered with a self-signed certificate,
made by openssl and put as FOLDER/relay.pem. It ends when its input ends, and then prints one line for each thing that
happened: "connection", "tls", "auth NAME", "clear-mail" (MAIL without TLS), "message TO SIZE HASH",
"from ADDRESS" (of the envelope), and the first line of the subject."""

import argparse
import base64
import hashlib
import os
import socketserver
import ssl
import subprocess
import sys
import threading

events, guard = [], threading.Lock()
options, context = None, None


def note(line):
    with guard:
        events.append(line)


class Session(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")
        self.wfile.flush()

    def secure(self):
        self.say("220 2.0.0 go")
        self.request = context.wrap_socket(self.request, server_side=True)
        self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb")
        self.tls = True
        note("tls")

    def hello(self):
        extensions = ["relay.example", "8BITMIME", "ENHANCEDSTATUSCODES"]
        if context and not self.tls:
            extensions.append("STARTTLS")
        if options.auth:
            extensions.append("AUTH PLAIN")
        for e in extensions[:-1]:
            self.say("250-" + e)
        self.say("250 " + extensions[-1])

    def login(self, words):
        given = words[2] if len(words) > 2 else None
        if given is None:
            self.say("334 ")
            given = self.rfile.readline().decode().strip()
        user, password = base64.b64decode(given).decode().split("\0")[1:]
        good = f"{user}:{password}" == options.auth
        note(f"auth {user}")
        self.say("235 2.7.0 ok" if good else "535 5.7.8 bad credentials")

    def recipient(self, line):
        self.to = line.split("<")[1].split("@")[0]
        if self.to == "refuse":
            self.say(f"550 5.1.1 <{self.to}@example.org> no such user")
        elif self.to == "later":
            self.say("451 4.7.1 try again later")
        elif self.to == "shut":
            self.say("421 4.3.2 closing")
            return False
        else:
            self.say("250 2.1.5 ok")
        return True

    def data(self):
        if self.to == "nodata":
            return False
        self.say("354 go on")
        if self.to == "middle":
            return False
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        if line == b"":
            note("message cut")
            return False
        if self.to == "dot":
            return False
        if self.to == "toolate":
            self.rfile.readline()
            return False
        if self.to in ("full", "spam"):
            self.say("452 4.3.1 no space" if self.to == "full" else "554 5.7.1 content refused")
            return True
        body = b"".join(lines)
        note("".join(line.decode().rstrip() for line in lines if line.startswith(b"Subject:")))
        note(f"message {self.to} {len(body)} {hashlib.sha256(body).hexdigest()}")
        self.say("250 2.0.0 Ok: queued as 4XAMPLE")
        return True

    def handle(self):
        self.tls, self.to = False, ""
        note("connection")
        self.say(options.greeting)
        while raw := self.rfile.readline():
            line = raw.decode().strip()
            words = line.split()
            verb = words[0].upper() if words else ""
            if verb in ("EHLO", "HELO"):
                self.hello()
            elif verb == "STARTTLS" and context:
                try:
                    self.secure()
                except (ssl.SSLError, OSError):
                    note("tls refused")
                    return
            elif verb == "AUTH":
                self.login(words)
            elif verb == "MAIL":
                if not self.tls:
                    note("clear-mail")
                note("from " + line.split("<")[1].split(">")[0])
                self.say("550 5.7.1 not this sender" if "<nobody@" in line else "250 2.1.0 ok")
            elif verb == "RCPT":
                if not self.recipient(line):
                    return
            elif verb == "DATA":
                if not self.data():
                    return
            elif verb == "QUIT":
                self.say("221 2.0.0 bye")
                return
            else:
                self.say("250 2.0.0 ok")

    def finish(self):
        try:
            super().finish()
        except OSError:
            pass


class Server(socketserver.ThreadingTCPServer):
    daemon_threads, allow_reuse_address = True, True

    def handle_error(self, request, address):
        """Clients that hang up are part of the play."""


def main():
    global options, context
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls")
    parser.add_argument("--auth")
    parser.add_argument("--greeting", default="220 relay.example ready")
    options = parser.parse_args()
    if options.tls:
        pem, key = os.path.join(options.tls, "relay.pem"), os.path.join(options.tls, "relay.key")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-keyout", key, "-out", pem, "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
            check=True, stderr=subprocess.DEVNULL)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem, key)
    with Server(("127.0.0.1", options.port), Session) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_address[1], flush=True)
        sys.stdin.read()
        server.shutdown()
    with guard:
        print("\n".join(events))


main()
