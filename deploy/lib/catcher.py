#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A mail relay that keeps what it is given, and a page to read it.

It speaks SMTP (RFC 5321) with STARTTLS (RFC 3207) and AUTH PLAIN and LOGIN (RFC 4954) on the loopback
interface, keeps each mail under FOLDER/mail as NNNNNN.eml beside NNNNNN.json (its envelope), and shows
them, newest first, on a small web page. Nothing ever leaves the machine. The demo shows its mails here;
the tests ask it to misbehave (--refuse, --defer, --drop-after-data, --delay).

The ready file holds {"smtp_port", "http_port", "pid", "certificate"} once both ports answer.
"""

import argparse
import base64
import binascii
import email
import email.policy
import hmac
import html
import json
import os
import pathlib
import re
import signal
import socketserver
import ssl
import subprocess
import sys
import threading
import time
import urllib.parse
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST = "127.0.0.1"
LINE_BYTES = 4096  # RFC 5321 4.5.3.1.4 asks for 512 and AUTH for more (RFC 4954 4)
MAIL_BYTES = 26214400  # announced by SIZE (RFC 1870)
RECIPIENTS = 1000  # a hundred at least, RFC 5321 4.5.3.1.8
IDLE_SECONDS = 300  # RFC 5321 4.5.3.2.7
PAGE_MAILS = 100


class Mailbox:
    """The folder of mails. Each is written aside and renamed, the envelope last: what is seen is whole."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.lock = threading.Lock()
        numbers = [int(p.stem) for p in self.folder.glob("*.eml") if p.stem.isdigit()]
        self.last = max(numbers, default=0)

    def put(self, data, envelope):
        with self.lock:
            self.last += 1
            name = f"{self.last:06d}"
        envelope = dict(envelope, id=name, received=datetime.now(timezone.utc).isoformat(timespec="seconds"))
        self._write(name + ".eml", data)
        self._write(name + ".json", json.dumps(envelope, ensure_ascii=False, indent=1).encode())
        return name

    def _write(self, name, data):
        aside = self.folder / (name + ".part")
        aside.write_bytes(data)
        aside.rename(self.folder / name)

    def names(self):
        return sorted((p.stem for p in self.folder.glob("*.json")), reverse=True)

    def envelope(self, name):
        return json.loads((self.folder / (name + ".json")).read_bytes())

    def raw(self, name):
        return (self.folder / (name + ".eml")).read_bytes()


class Counter:
    """The mails accepted since the start: --drop-after-data counts them."""

    def __init__(self):
        self.lock = threading.Lock()
        self.value = 0

    def next(self):
        with self.lock:
            self.value += 1
            return self.value


class Closed(Exception):
    """The client is gone, or has to go."""


# ---------------------------------------------------------------------------------------------- SMTP


class SmtpSession(socketserver.BaseRequestHandler):
    """One connection. Bytes already received stay in self.buffer, which is what makes pipelining work."""

    def setup(self):
        self.options = self.server.options
        self.buffer = b""
        self.helo = None
        self.user = None
        self.tls = False
        self.request.settimeout(IDLE_SECONDS)
        self.forget_mail()

    def handle(self):
        try:
            self.reply("220 localhost ESMTP Barometre catcher")
            while True:
                self.one_command()
        except (Closed, OSError):  # ssl.SSLError is an OSError
            return

    def finish(self):
        self.request.close()  # after STARTTLS it is not the socket the server knows

    def forget_mail(self):
        self.sender = None
        self.recipients = []
        self.parameters = []

    def reply(self, *lines):
        if self.options.delay:
            time.sleep(self.options.delay)
        code = lines[0][:3]
        texts = [line[4:] for line in lines]
        last = len(texts) - 1
        wire = "".join(f"{code}{' ' if i == last else '-'}{text}\r\n" for i, text in enumerate(texts))
        self.request.sendall(wire.encode("ascii", "replace"))

    def receive(self):
        data = self.request.recv(65536)
        if not data:
            raise Closed
        self.buffer += data

    def line(self):
        """The next line without its end; None when it is longer than any command may be."""
        overlong = False
        while b"\n" not in self.buffer:
            if len(self.buffer) > LINE_BYTES:
                overlong, self.buffer = True, b""
            self.receive()
        line, self.buffer = self.buffer.split(b"\n", 1)
        return None if overlong or len(line) > LINE_BYTES else line.rstrip(b"\r")

    def one_command(self):
        line = self.line()
        if line is None:
            return self.reply("500 5.5.2 Line too long")
        word, _, rest = line.decode("utf-8", "replace").partition(" ")
        command = self.COMMANDS.get(word.strip().upper())
        if command is None:
            return self.reply("500 5.5.1 Unknown command")
        command(self, rest.strip())

    def do_helo(self, rest):
        self.greet(rest)
        self.reply("250 localhost")

    def do_ehlo(self, rest):
        self.greet(rest)
        extensions = ["PIPELINING", f"SIZE {MAIL_BYTES}", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"]
        if self.server.tls_context and not self.tls:
            extensions.append("STARTTLS")
        if self.may_authenticate():
            extensions.append("AUTH PLAIN LOGIN")
        self.reply("250 localhost", *(f"250 {e}" for e in extensions))

    def greet(self, rest):
        self.helo = rest[:255]
        self.forget_mail()

    def may_authenticate(self):
        return not self.options.no_auth and (self.tls or not self.server.tls_context)

    def do_starttls(self, _rest):
        if not self.server.tls_context:
            return self.reply("502 5.5.1 TLS is not offered")
        if self.tls:
            return self.reply("503 5.5.1 Already under TLS")
        self.reply("220 2.0.0 Go ahead")
        # What came in before the handshake was not protected by it (RFC 3207 4.2): it is not a command.
        self.buffer = b""
        self.request = self.server.tls_context.wrap_socket(self.request, server_side=True)
        self.tls = True
        self.helo = self.user = None
        self.forget_mail()

    def do_auth(self, rest):
        if not self.may_authenticate():
            return self.reply("538 5.7.11 Encryption required" if self.server.tls_context and not self.tls
                              else "502 5.5.1 Authentication is not offered")
        if self.user is not None:
            return self.reply("503 5.5.1 Already authenticated")
        mechanism, _, initial = rest.partition(" ")
        try:
            if mechanism.upper() == "PLAIN":
                fields = self.secret(initial, "").split("\0")
                user, password = fields[1], fields[2]
            elif mechanism.upper() == "LOGIN":
                user = self.secret(initial, "Username:")
                password = self.secret("", "Password:")
            else:
                return self.reply("504 5.5.4 Unknown mechanism")
        except (IndexError, ValueError):
            return self.reply("501 5.5.2 Cannot decode the response")
        wanted = self.server.login
        if wanted and not hmac.compare_digest(f"{user}\0{password}".encode(), "\0".join(wanted).encode()):
            return self.reply("535 5.7.8 Wrong user or password")
        self.user = user
        self.reply("235 2.7.0 Welcome")

    def secret(self, initial, prompt):
        """One base64 response, given with the command or asked for."""
        if not initial:
            self.reply("334 " + base64.b64encode(prompt.encode()).decode())
            line = self.line()
            initial = "*" if line is None else line.decode("ascii", "replace")
        if initial == "=":  # an empty response, RFC 4954 4
            return ""
        try:
            return base64.b64decode(initial, validate=True).decode()
        except binascii.Error as error:
            raise ValueError from error

    def do_mail(self, rest):
        found = re.match(r"(?i)FROM:\s*<([^>]*)>\s*(.*)$", rest)
        if not found:
            return self.reply("501 5.5.4 Syntax: MAIL FROM:<address>")
        if self.helo is None:
            return self.reply("503 5.5.1 Say EHLO first")
        if not self.options.no_auth and self.user is None:
            return self.reply("530 5.7.0 Authentication required")
        if self.sender is not None:
            return self.reply("503 5.5.1 One sender at a time")
        parameters = found[2].split()
        for parameter in parameters:
            key, _, value = parameter.upper().partition("=")
            if key not in ("SIZE", "BODY", "SMTPUTF8", "AUTH"):
                return self.reply("555 5.5.4 Unknown parameter")
            if key == "SIZE" and not re.fullmatch(r"[0-9]{1,20}", value):
                return self.reply("501 5.5.4 Bad size")
            if key == "SIZE" and int(value) > MAIL_BYTES:
                return self.reply("552 5.3.4 Too big")
        self.sender, self.parameters = found[1], parameters
        self.reply("250 2.1.0 Ok")

    def do_rcpt(self, rest):
        found = re.match(r"(?i)TO:\s*<([^>]+)>\s*(.*)$", rest)
        if not found:
            return self.reply("501 5.5.4 Syntax: RCPT TO:<address>")
        if self.sender is None:
            return self.reply("503 5.5.1 Say MAIL first")
        if found[2]:
            return self.reply("555 5.5.4 Unknown parameter")
        if len(self.recipients) >= RECIPIENTS:
            return self.reply("452 4.5.3 Too many recipients")
        code = self.server.verdicts.get(found[1].lower())
        if code:
            return self.reply(f"{code} {code[0]}.1.1 Refused as asked")
        self.recipients.append(found[1])
        self.reply("250 2.1.5 Ok")

    def do_data(self, _rest):
        if not self.recipients:
            return self.reply("503 5.5.1 Say MAIL and RCPT first")
        self.reply("354 End with <CRLF>.<CRLF>")
        data = self.mail_text()
        if data is None:
            self.forget_mail()
            return self.reply("552 5.3.4 Too big")
        drop = self.options.drop_after_data == self.server.counter.next()
        name = self.server.mailbox.put(data, {
            "from": self.sender, "to": self.recipients, "parameters": self.parameters, "helo": self.helo,
            "tls": self.tls, "user": self.user, "size": len(data), "acknowledged": not drop,
            "bare_line_feeds": len(re.findall(rb"(?<!\r)\n", data)),
        })
        if drop:
            raise Closed
        self.forget_mail()
        self.reply(f"250 2.0.0 Kept as {name}")

    def mail_text(self):
        """What follows DATA, without the dots it was stuffed with (RFC 5321 4.5.2); None when too big.

        Only CRLF . CRLF ends it: with anything looser, a text could end a mail and begin another."""
        data, too_big = bytearray(b"\r\n"), False  # as if the first line followed another
        while True:
            seen = max(0, len(data) - 4)
            data += self.buffer
            self.buffer = b""
            end = data.find(b"\r\n.\r\n", seen)
            if end >= 0:
                break
            if len(data) > MAIL_BYTES:
                too_big, data = True, data[-4:]
            self.receive()
        self.buffer = bytes(data[end + 5:])
        return None if too_big else bytes(data[:end + 2]).replace(b"\r\n.", b"\r\n")[2:]

    def do_rset(self, _rest):
        self.forget_mail()
        self.reply("250 2.0.0 Ok")

    def do_noop(self, _rest):
        self.reply("250 2.0.0 Ok")

    def do_vrfy(self, _rest):
        self.reply("252 2.5.2 Send the mail and see")

    def do_help(self, _rest):
        self.reply("214 2.0.0 RFC 5321")

    def do_refused(self, _rest):
        self.reply("502 5.5.1 Not offered")

    def do_quit(self, _rest):
        self.reply("221 2.0.0 Goodbye")
        raise Closed

    COMMANDS = {
        "HELO": do_helo, "EHLO": do_ehlo, "STARTTLS": do_starttls, "AUTH": do_auth, "MAIL": do_mail,
        "RCPT": do_rcpt, "DATA": do_data, "RSET": do_rset, "NOOP": do_noop, "VRFY": do_vrfy,
        "HELP": do_help, "QUIT": do_quit, "EXPN": do_refused, "BDAT": do_refused, "ETRN": do_refused,
    }


class SmtpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, options, mailbox, tls_context):
        super().__init__((HOST, options.smtp_port), SmtpSession)
        self.options, self.mailbox, self.tls_context = options, mailbox, tls_context
        self.login = read_login(options)
        self.verdicts = dict(options.refuse + options.defer)
        self.counter = Counter()

    def handle_error(self, request, client_address):
        # One client's surprise ends that client's connection and nothing else.
        print(f"catcher: a connection ended by {sys.exc_info()[0].__name__}", file=sys.stderr)


# -------------------------------------------------------------------------------------------- reading


def header(message, name):
    """A header as text, however broken."""
    try:
        value = message.get(name, "")
        return str(value)
    except Exception:  # the parser of headers raises many things on what is not one
        return "(illisible)"


def part_text(message, kind):
    """The text/KIND part that a mail program would show, or None."""
    for part in message.walk():
        if part.get_content_type() != f"text/{kind}" or part.get_content_disposition() == "attachment":
            continue
        payload = part.get_payload(decode=True) or b""
        try:
            text = payload.decode(part.get_content_charset() or "utf-8", "replace")
        except LookupError:
            text = payload.decode("utf-8", "replace")
        return text.replace("\r\n", "\n")
    return None


def linked(text):
    """Text as HTML, its addresses made links."""
    pieces = re.split(r"(https?://[^\s<>\"\u00a0\u202f]*[^\s<>\"\u00a0\u202f.,;:!?)\]»’'])", text)
    return "".join(
        f'<a href="{html.escape(p)}" rel="noreferrer" target="_blank">{html.escape(p)}</a>' if i % 2 else html.escape(p)
        for i, p in enumerate(pieces))


STYLE = pathlib.Path(__file__).with_name("catcher.css").read_bytes()

SHOWN_HEADERS = ("From", "To", "Reply-To", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post",
                 "List-Id", "Auto-Submitted", "Precedence", "X-Auto-Response-Suppress")
PAGE_POLICY = ("default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; "
               "base-uri 'none'; frame-ancestors 'none'")
# A mail is somebody else's page: no script, no request, links only into a tab of their own.
MAIL_POLICY = ("sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
               "style-src 'unsafe-inline'; img-src data:; base-uri 'self'")


def page(title, body):
    return (f'<!doctype html>\n<html lang="fr"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<link rel="stylesheet" href="/style.css"></head>\n<body>' + body + "</body></html>\n").encode()


def moment(envelope):
    when = datetime.fromisoformat(envelope["received"]).astimezone()
    return f'<time datetime="{html.escape(envelope["received"])}">{when:%d/%m/%Y à %H:%M:%S}</time>'


def list_page(mailbox, wanted, first):
    names = mailbox.names()
    rows, found = [], 0
    for name in names:
        envelope = mailbox.envelope(name)
        if wanted and not any(wanted.lower() in to.lower() for to in envelope["to"]):
            continue
        found += 1
        if first < found <= first + PAGE_MAILS:
            message = email.message_from_bytes(mailbox.raw(name), policy=email.policy.default)
            rows.append(
                f'<li><a href="/mail/{name}"><strong>{html.escape(header(message, "Subject") or "(sans objet)")}</strong>'
                f'<span>à {html.escape(", ".join(envelope["to"]))}</span> '
                f'<span class="soft">— {moment(envelope)}</span></a></li>')
    body = ['<header><h1>Messages retenus</h1><p class="soft">Les messages de la démonstration arrivent ici et ne '
            "partent nulle part. Les plus récents sont en haut\u202f; rechargez la page pour voir les nouveaux.</p>"
            '<form action="/" method="get" role="search"><label>Adresse du destinataire'
            f'<input name="q" value="{html.escape(wanted)}" autocomplete="off"></label><button>Chercher</button></form>'
            "</header><main>"]
    noun = "message" if found < 2 else "messages"
    body.append(f"<p>{found} {noun}" + (f" pour «\u202f{html.escape(wanted)}\u202f»" if wanted else "") + ".</p>")
    if rows:
        body.append('<ul class="mails">' + "".join(rows) + "</ul>")
    if found > first + PAGE_MAILS:
        query = urllib.parse.urlencode({"q": wanted, "first": first + PAGE_MAILS})
        body.append(f'<p><a href="/?{html.escape(query)}">Messages plus anciens</a></p>')
    if wanted or first:
        body.append('<p><a href="/">Tous les messages</a></p>')
    return page("Messages retenus", "".join(body) + "</main>")


def mail_page(mailbox, name):
    envelope = mailbox.envelope(name)
    message = email.message_from_bytes(mailbox.raw(name), policy=email.policy.default)
    subject = header(message, "Subject") or "(sans objet)"
    rows = [("Enveloppe, de", html.escape(envelope["from"] or "<>")),
            ("Enveloppe, à", html.escape(", ".join(envelope["to"]))),
            ("Reçu", moment(envelope)),
            ("Transport", ("chiffré (TLS)" if envelope["tls"] else "en clair")
             + (", authentifié" if envelope["user"] is not None else ", sans authentification"))]
    rows += [(h, linked(header(message, h))) for h in SHOWN_HEADERS if h in message]
    body = [f'<header><p><a href="/">← Tous les messages</a></p><h1>{html.escape(subject)}</h1></header><main><dl>',
            "".join(f"<dt>{html.escape(label)}</dt><dd>{value}</dd>" for label, value in rows), "</dl>"]
    if not envelope["acknowledged"]:
        body.append('<p class="note">La connexion a été coupée avant l’accusé de réception, comme demandé.</p>')
    text, rich = part_text(message, "plain"), part_text(message, "html")
    if text is not None:
        body.append(f"<h2>Partie texte</h2><pre>{linked(text)}</pre>")
    if rich is not None:
        body.append(f'<h2>Partie HTML</h2><iframe title="Partie HTML du message" src="/mail/{name}/html" '
                    'sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>')
    if text is None and rich is None:
        body.append('<p class="note">Ce message n’a ni partie texte ni partie HTML.</p>')
    body.append(f'<p><a href="/mail/{name}/source">Source du message</a></p></main>')
    return page(subject, "".join(body))


def mail_frame(mailbox, name):
    message = email.message_from_bytes(mailbox.raw(name), policy=email.policy.default)
    rich = part_text(message, "html") or ""
    base = '<base target="_blank">'
    head = re.search(r"(?i)<head[^>]*>", rich)
    return ((rich[:head.end()] + base + rich[head.end():]) if head else base + rich).encode("utf-8", "replace")


class Pages(BaseHTTPRequestHandler):
    """The pages. Only GET and HEAD: nothing here can be changed."""

    server_version, sys_version = "catcher", ""

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        mailbox = self.server.mailbox
        if url.path == "/style.css":
            return self.answer(200, "text/css", STYLE)
        if url.path == "/mails.json":
            mails = [mailbox.envelope(name) for name in mailbox.names()]
            return self.answer(200, "application/json", json.dumps(mails, ensure_ascii=False).encode())
        if url.path == "/":
            query = urllib.parse.parse_qs(url.query)
            first = query.get("first", ["0"])[0]
            first = int(first) if re.fullmatch(r"[0-9]{1,9}", first) else 0
            return self.answer(200, "text/html", list_page(mailbox, query.get("q", [""])[0].strip()[:254], first))
        found = re.fullmatch(r"/mail/([0-9]{6,12})(/html|/source)?", url.path)
        if not found or not (mailbox.folder / (found[1] + ".json")).exists():
            body = ('<header><h1>Cette page n’existe pas</h1></header><main><p>Le message demandé n’est pas ici. '
                    '<a href="/">Voir tous les messages</a></p></main>')
            return self.answer(404, "text/html", page("Cette page n’existe pas", body))
        if found[2] == "/html":
            return self.answer(200, "text/html", mail_frame(mailbox, found[1]), MAIL_POLICY)
        if found[2] == "/source":
            return self.answer(200, "text/plain", mailbox.raw(found[1]))
        return self.answer(200, "text/html", mail_page(mailbox, found[1]))

    do_HEAD = do_GET

    def answer(self, status, kind, body, policy=PAGE_POLICY):
        self.send_response(status)
        self.send_header("Content-Type", kind + "; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format, *args):  # noqa: A002 - the name is the library's
        """Says nothing: the paths and addresses of readers are nobody's business."""


class PageServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, options, mailbox):
        super().__init__((HOST, options.http_port), Pages)
        self.mailbox = mailbox

    def handle_error(self, request, client_address):
        kind = sys.exc_info()[0]
        if not issubclass(kind, OSError):  # a reader that went away is no error
            print(f"catcher: a page ended by {kind.__name__}", file=sys.stderr)


# ------------------------------------------------------------------------------------------- starting


def certificate(folder):
    """The self-signed certificate of this machine's loopback, made by openssl when there is none that lasts."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    cert, key = folder / "certificate.pem", folder / "key.pem"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "check": False, "stdin": subprocess.DEVNULL}
    if cert.exists() and key.exists():
        if subprocess.run(["openssl", "x509", "-in", cert, "-noout", "-checkend", "2592000"], **quiet).returncode == 0:
            return cert, key
    aside = folder / "key.pem.part"
    aside.touch(mode=0o600)
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "365",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", aside, "-out", cert],
        **quiet)
    if made.returncode != 0:
        sys.exit("catcher: openssl made no certificate: " + made.stderr.decode("utf-8", "replace").strip())
    aside.rename(key)
    return cert, key


def read_login(options):
    if not options.user:
        return None
    password = pathlib.Path(options.password_file).read_text(encoding="utf-8")
    return options.user, password.rstrip("\n")


def verdict(first_digit):
    def parse(text):
        found = re.fullmatch(rf"(.+)=({first_digit}[0-9][0-9])", text)
        if not found:
            raise argparse.ArgumentTypeError(f"'{text}' is not ADDRESS={first_digit}NN")
        return found[1].lower(), found[2]
    return parse


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="FOLDER", help="where mails and certificate are kept")
    parser.add_argument("--smtp-port", type=int, default=2525, help="0: any free one (default 2525)")
    parser.add_argument("--http-port", type=int, default=8082, help="0: any free one (default 8082)")
    parser.add_argument("--ready-file", help="written once both ports answer")
    parser.add_argument("--user", help="the only user that may send (default: any, with any password)")
    parser.add_argument("--password-file", help="the password of --user, on its first line")
    parser.add_argument("--no-tls", action="store_true", help="do not offer STARTTLS")
    parser.add_argument("--no-auth", action="store_true", help="take mail without authentication")
    parser.add_argument("--refuse", metavar="ADDRESS=5NN", type=verdict(5), action="append", default=[],
                        help="refuse this recipient for good (repeatable)")
    parser.add_argument("--defer", metavar="ADDRESS=4NN", type=verdict(4), action="append", default=[],
                        help="refuse this recipient for now (repeatable)")
    parser.add_argument("--drop-after-data", metavar="N", type=int, default=0,
                        help="keep the Nth mail, but close the connection instead of saying so")
    parser.add_argument("--delay", metavar="SECONDS", type=float, default=0, help="wait before every SMTP reply")
    options = parser.parse_args(arguments)
    if bool(options.user) != bool(options.password_file):
        parser.error("--user and --password-file go together")
    return options


def main(arguments=None):
    options = parse_arguments(arguments)
    os.umask(0o077)
    folder = pathlib.Path(options.folder).resolve()
    mailbox = Mailbox(folder / "mail")
    context, cert = None, None
    if not options.no_tls:
        cert, key = certificate(folder / "tls")
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(cert, key)
    try:
        smtp, web = SmtpServer(options, mailbox, context), PageServer(options, mailbox)
    except OSError as error:
        sys.exit(f"catcher: cannot listen on {HOST}: {error.strerror}")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    for server in (smtp, web):
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    if options.ready_file:
        ready = pathlib.Path(options.ready_file)
        aside = ready.with_name(ready.name + ".part")
        aside.write_text(json.dumps({
            "smtp_port": smtp.server_address[1], "http_port": web.server_address[1], "pid": os.getpid(),
            "certificate": str(cert) if cert else None}) + "\n", encoding="utf-8")
        aside.rename(ready)
    stop.wait()
    for server in (smtp, web):
        server.shutdown()
        server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
