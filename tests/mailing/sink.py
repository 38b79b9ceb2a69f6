#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""sink.py FOLDER [options] - a mail relay that keeps what it takes, on disk before it says so, and behaves badly on request.

FOLDER/accepted is its list: one line "ID RECIPIENT SENDER TLS SHA256", forced to disk before the 250 that answers the final
dot; so it also holds what was taken and never acknowledged. FOLDER/<ID>.eml has the bytes, without the dots of transport.
FOLDER/events has one line for each step, for those who want to strike at a certain moment, and for what must never be seen
("fault …": a bare line feed, a dot that was not doubled, a command without TLS where TLS is offered).

How it treats a mail is said by the name of the recipient before the first dot or @: see MANNERS. Everything else is taken.
"""

import argparse
import hashlib
import json
import os
import pathlib
import re
import signal
import socket
import socketserver
import ssl
import struct
import sys
import threading
import time

HOST = "127.0.0.1"
SLOW_SECONDS = 3

# At which step, and what: a reply, or one of
#   cut      the connection ends without a word         reset    the same, rudely
#   slow     waits, then goes on as if nothing had been  hold     takes the mail, answers when the client is gone
# A list: the first of a recipient's mails meets its first word, the next the next, and after its end all is well.
MANNERS = {
    "rcpt4": {"RCPT": "450 4.2.1 mailbox busy"},
    "rcpt5": {"RCPT": "550 5.1.1 no such user"},
    "many5": {"RCPT": "550-5.1.1 no such user,\r\n550-5.1.1 and we say so\r\n550 5.1.1 in three lines"},
    "rcpt421": {"RCPT": ["421 4.3.2 closing"]},
    "rcptcut": {"RCPT": ["cut"]},
    "data4": {"DATA": "451 4.3.0 not now"},
    "data5": {"DATA": "554 5.6.0 no data from you"},
    "datacut": {"DATA": ["cut"]},
    "midcut": {"MIDDLE": ["cut"]},
    "midreset": {"MIDDLE": ["reset"]},
    "dot4": {"DOT": "452 4.3.1 no space"},
    "dot5": {"DOT": "554 5.7.1 content refused"},
    "dotcut": {"DOT": "cut"},
    "dotreset": {"DOT": "reset"},
    "dotslow": {"DOT": "slow"},
    "dothold": {"DOT": "hold"},
    "rcptslow": {"RCPT": "slow"},
    "once4": {"RCPT": ["450 4.2.1 greylisted, come again"]},
    "oncedot4": {"DOT": ["451 4.7.1 greylisted after all"]},
}


class Gone(Exception):
    """The connection is over."""


class Book:
    """What is on disk. Two writers are two whole lines; what was begun by a process that was killed is a line too short."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.list = os.open(self.folder / "accepted", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.events = os.open(self.folder / "events", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.lock, self.count, self.seen = threading.Lock(), 0, {}

    def note(self, *words):
        os.write(self.events, (" ".join(words) + "\n").encode())

    def keep(self, recipient, sender, tls, data):
        with self.lock:
            self.count += 1
            name = f"{os.getpid():x}{time.time_ns():x}{self.count:x}".upper()
        with open(self.folder / f"{name}.part", "wb") as file:
            file.write(data)
        os.rename(self.folder / f"{name}.part", self.folder / f"{name}.eml")
        line = f"{name} {recipient} {sender or '<>'} {'tls' if tls else 'clear'} {hashlib.sha256(data).hexdigest()}\n"
        os.write(self.list, line.encode())
        os.fsync(self.list)
        return name

    def turn(self, step, recipient):
        """How often this step was reached for this recipient, in this process."""
        with self.lock:
            self.seen[step, recipient] = self.seen.get((step, recipient), -1) + 1
            return self.seen[step, recipient]


class Session(socketserver.BaseRequestHandler):
    def setup(self):
        self.options, self.book, self.context = self.server.options, self.server.book, self.server.context
        self.buffer, self.tls, self.recipient, self.sender = b"", False, None, None
        self.request.settimeout(300)
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def handle(self):
        self.book.note("CONNECT")
        try:
            self.say(self.options.greeting)
            if not self.options.greeting.startswith("220"):
                raise Gone
            while True:
                self.command(self.line())
        except (Gone, OSError):
            return

    def finish(self):
        try:
            self.request.close()  # under TLS another socket than the server's
        except OSError:
            pass

    def say(self, reply):
        if self.options.delay:
            time.sleep(self.options.delay)
        self.request.sendall(reply.encode() + b"\r\n")

    def receive(self):
        data = self.request.recv(65536)
        if not data:
            raise Gone
        self.buffer += data

    def line(self):
        while b"\n" not in self.buffer:
            self.receive()
        line, self.buffer = self.buffer.split(b"\n", 1)
        if not line.endswith(b"\r"):
            self.book.note("fault", "bare-line-feed")
        return line.rstrip(b"\r")

    def command(self, line):
        text = line.decode("utf-8", "replace")
        verb = text.split(" ")[0].split(":")[0].upper()
        if verb == "MAIL":
            return self.mail(text)
        if verb == "RCPT":
            self.recipient = re.search(r"<([^>]*)>", text).group(1)
            return self.step("RCPT") and self.say("250 2.1.5 ok")
        if verb == "DATA":
            return self.step("DATA") and self.data()
        if verb == "STARTTLS" and self.context:
            return self.secure()
        if verb in ("EHLO", "HELO"):
            return self.hello(verb)
        if verb == "QUIT":
            self.say("221 2.0.0 bye")
            raise Gone
        return self.say("250 2.0.0 ok" if verb in ("RSET", "NOOP") else "502 5.5.1 unknown command")

    def hello(self, verb):
        if verb == "EHLO" and self.options.helo_only:
            return self.say("502 5.5.1 an old relay")
        words = list(self.options.extension)
        if self.context and not self.tls:
            words.append("STARTTLS")
        lines = ["sink.example", *words] if verb == "EHLO" else ["sink.example"]
        return self.say("\r\n".join(f"250{' ' if n + 1 == len(lines) else '-'}{word}" for n, word in enumerate(lines)))

    def secure(self):
        if self.options.tls == "refuse":
            return self.say("454 4.7.0 TLS not available just now")
        self.say("220 2.0.0 go")
        if self.options.tls == "garbage":
            self.request.sendall(b"this is not TLS\r\n" * 20)
            raise Gone
        if self.buffer:
            self.book.note("fault", "commands-before-the-handshake")
        self.buffer = b""
        try:
            self.request = self.context.wrap_socket(self.request, server_side=True)
        except OSError:
            self.book.note("HANDSHAKE-FAILED")
            raise
        self.tls = True

    def mail(self, text):
        if self.context and not self.tls and self.options.tls != "none":
            self.book.note("fault", "mail-in-clear")
        self.sender, parameters = re.search(r"<([^>]*)>\s*(.*)$", text).groups()
        for word in parameters.split():
            if word.split("=")[0].upper() not in {e.split(" ")[0].split("=")[0].upper() for e in self.options.extension} \
                    and not (word.upper().startswith("BODY=") and "8BITMIME" in self.options.extension):
                self.book.note("fault", f"not-offered:{word.split('=')[0]}")
        self.book.note("MAIL", self.sender)
        return self.say(self.options.mail)

    def step(self, name):
        """True: go on as usual."""
        self.book.note(name, self.recipient or "")
        what = MANNERS.get(re.split(r"[.@]", self.recipient or "")[0], {}).get(name, "")
        if isinstance(what, list):
            turn = self.book.turn(name, self.recipient)
            what = what[turn] if turn < len(what) else ""
        if what == "reset":
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if what in ("cut", "reset"):
            raise Gone
        if what == "slow":
            time.sleep(SLOW_SECONDS)
            return True
        if what == "hold":
            self.hold()
            return True
        if not what:
            return True
        self.say(what)
        if what.startswith("421"):
            raise Gone
        return False

    def hold(self):
        """Until the client has gone; what is then said is said to nobody."""
        self.request.settimeout(None)
        try:
            while self.request.recv(100):
                pass
        except OSError:
            pass
        self.book.note("CLIENT-GONE", self.recipient)

    def data(self):
        self.say("354 go on")
        if not self.step_middle():
            raise Gone
        lines = []
        while (line := self.line()) != b".":
            if line.startswith(b"."):
                if not line.startswith(b".."):
                    self.book.note("fault", "dot-not-doubled")
                line = line[1:]
            if len(line) > 998:
                self.book.note("fault", "line-too-long")
            lines.append(line + b"\r\n")
        data = b"".join(lines)
        manner = MANNERS.get(re.split(r"[.@]", self.recipient)[0], {}).get("DOT")
        refused = re.match(r"[45]", (manner[0] if isinstance(manner, list) else manner or "x"))
        if isinstance(manner, list):
            refused = refused and (("DOT", self.recipient) not in self.book.seen)
        if refused:
            return self.step("DOT") and None
        # Taken from here on, whatever becomes of the reply.
        name = self.book.keep(self.recipient, self.sender, self.tls, data)
        if self.step("DOT"):
            self.say(f"250 2.0.0 Ok: queued as {name}")
            self.book.note("REPLIED", self.recipient)
        return None

    def step_middle(self):
        if "MIDDLE" not in MANNERS.get(re.split(r"[.@]", self.recipient)[0], {}):
            return True
        while len(self.buffer) < 300:
            self.receive()
        return self.step("MIDDLE")


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = allow_reuse_address = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        print(f"sink: {sys.exc_info()[1]!r}", file=sys.stderr, flush=True)


def read_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--certificate", help="PEM file with key; then STARTTLS is offered")
    parser.add_argument("--tls", choices=("good", "refuse", "garbage", "none"), default="good")
    parser.add_argument("--extension", action="append", default=[], help="a line of the answer to EHLO")
    parser.add_argument("--helo-only", action="store_true", help="EHLO is not known")
    parser.add_argument("--greeting", default="220 sink.example ESMTP")
    parser.add_argument("--mail", default="250 2.1.0 ok", help="what is answered to MAIL")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each reply")
    return parser.parse_args()


def main():
    options = read_options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    context = None
    if options.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.certificate)
    with Server((HOST, options.port), Session) as server:
        server.options, server.context, server.book = options, context, Book(options.folder)
        ready = pathlib.Path(options.folder) / "ready"
        ready.with_suffix(".part").write_text(json.dumps({"port": server.server_address[1], "pid": os.getpid()}))
        ready.with_suffix(".part").rename(ready)
        server.serve_forever()


if __name__ == "__main__":
    main()
