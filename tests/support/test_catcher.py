#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The mail catcher of deploy/lib/catcher.py, driven by smtplib, by raw sockets and by an HTTP client.

Run: /usr/bin/python3 tests/support/test_catcher.py
"""

import base64
import json
import pathlib
import re
import smtplib
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from email.message import EmailMessage

CATCHER = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "lib" / "catcher.py"
PATIENCE = 20  # seconds for what takes a tenth of one


class Catcher:
    """One running catcher, with the options given."""

    def __init__(self, *options, folder=None):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(folder or self.temporary.name)
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, CATCHER, self.folder, "--smtp-port", "0", "--http-port", "0", "--ready-file", ready, *options],
            stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + PATIENCE
        while not ready.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError("the catcher did not start: " + self.process.stderr.read())
            time.sleep(0.02)
        self.ready = json.loads(ready.read_text())

    def stop(self):
        self.process.terminate()
        _, self.errors = self.process.communicate(timeout=PATIENCE)
        self.temporary.cleanup()
        return self.process.returncode

    def tls(self):
        return ssl.create_default_context(cafile=self.ready["certificate"])

    def client(self, tls=True, login=True):
        client = smtplib.SMTP("127.0.0.1", self.ready["smtp_port"], timeout=PATIENCE)
        if tls:
            client.starttls(context=self.tls())
        if login:
            client.login("barometre", "secret")
        return client

    def raw(self):
        return Raw(socket.create_connection(("127.0.0.1", self.ready["smtp_port"]), timeout=PATIENCE))

    def mails(self):
        return json.loads(self.get("/mails.json")[1])

    def get(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ready['http_port']}{path}", timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode(errors="replace"), answer.headers
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(), error.headers


class Raw:
    """A client that sends exactly the bytes it is told to."""

    def __init__(self, connection):
        self.connection = connection
        self.file = connection.makefile("rb")
        self.greeting = self.reply()

    def send(self, data):
        self.connection.sendall(data)

    def reply(self):
        """The code of the next reply, all its lines read; None at the end of the connection."""
        while True:
            line = self.file.readline()
            if not line:
                return None
            if line[3:4] == b" ":
                return int(line[:3])

    def say(self, data):
        self.send(data + b"\r\n")
        return self.reply()

    def close(self):
        self.file.close()
        self.connection.close()


def letter(to="jeanne@exemple.example", subject="Votre avis compte : l’été"):
    message = EmailMessage()
    message["From"] = "Baromètre <barometre@exemple.example>"
    message["To"] = to
    message["Subject"] = subject
    message["List-Unsubscribe"] = "<http://127.0.0.1:8080/stop/abc>"
    message.set_content("Bonjour,\n\nVotre lien : http://127.0.0.1:8080/r/abcdef.\n.\n..deux points\n")
    message.add_alternative("<html><head><title>x</title></head><body><script>alert(1)</script>"
                            '<a href="http://127.0.0.1:8080/r/abcdef">Répondre</a></body></html>', subtype="html")
    return message


class Sending(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.catcher = Catcher()

    @classmethod
    def tearDownClass(cls):
        status = cls.catcher.stop()
        assert status == 0, f"the catcher ended with {status}"
        assert cls.catcher.errors == "", cls.catcher.errors

    def test_a_mail_over_tls_with_login_is_kept_byte_for_byte(self):
        before = len(self.catcher.mails())
        with self.catcher.client() as client:
            client.send_message(letter(), "rebond@exemple.example", ["jeanne@exemple.example"])
        mails = self.catcher.mails()
        self.assertEqual(len(mails), before + 1)
        mail = mails[0]
        self.assertEqual((mail["from"], mail["to"]), ("rebond@exemple.example", ["jeanne@exemple.example"]))
        self.assertTrue(mail["tls"] and mail["acknowledged"])
        self.assertEqual((mail["user"], mail["bare_line_feeds"]), ("barometre", 0))
        kept = (self.catcher.folder / "mail" / (mail["id"] + ".eml")).read_bytes()
        self.assertEqual(len(kept), mail["size"])
        self.assertIn(b"\r\n.\r\n..deux points\r\n", kept)

    def test_auth_login_works_as_well_as_plain(self):
        with self.catcher.client(login=False) as client:
            client.ehlo()
            client.user, client.password = "barometre", "secret"
            self.assertEqual(client.auth("LOGIN", client.auth_login)[0], 235)

    def test_without_tls_there_is_no_auth_and_without_auth_no_mail(self):
        raw = self.catcher.raw()
        self.addCleanup(raw.close)
        self.assertEqual(raw.say(b"EHLO x"), 250)
        self.assertEqual(raw.say(b"AUTH PLAIN " + base64.b64encode(b"\0a\0b")), 538)
        self.assertEqual(raw.say(b"MAIL FROM:<a@b.example>"), 530)

    def test_commands_sent_before_the_handshake_are_not_obeyed_after_it(self):
        raw = self.catcher.raw()
        raw.say(b"EHLO x")
        raw.send(b"STARTTLS\r\nNOOP\r\n")
        self.assertEqual(raw.reply(), 220)
        raw.file.close()
        with self.catcher.tls().wrap_socket(raw.connection, server_hostname="localhost") as secured:
            secured.sendall(b"QUIT\r\n")
            self.assertTrue(secured.recv(200).startswith(b"221"))

    def test_the_page_lists_the_newest_mail_first_and_shows_it(self):
        with self.catcher.client() as client:
            client.send_message(letter(subject="Premier <b>"))
            client.send_message(letter(subject="Second"))
        status, text, headers = self.catcher.get("/")
        self.assertEqual(status, 200)
        self.assertLess(text.index("Second"), text.index("Premier &lt;b&gt;"))
        self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
        name = self.catcher.mails()[0]["id"]
        _, text, _ = self.catcher.get(f"/mail/{name}")
        self.assertIn('<a href="http://127.0.0.1:8080/r/abcdef" ', text)
        self.assertIn("</a>.\n", text)
        self.assertIn("List-Unsubscribe", text)
        self.assertNotIn("<script", text)
        _, text, headers = self.catcher.get(f"/mail/{name}/html")
        self.assertTrue(headers["Content-Security-Policy"].startswith("sandbox allow-popups"))
        self.assertNotIn("allow-scripts", headers["Content-Security-Policy"])
        self.assertIn('<head><base target="_blank">', text)
        _, text, headers = self.catcher.get(f"/mail/{name}/source")
        self.assertEqual(headers.get_content_type(), "text/plain")
        self.assertIn("Subject: Second", text)

    def test_the_list_can_be_searched_by_recipient(self):
        with self.catcher.client() as client:
            client.send_message(letter(to="unique@exemple.example", subject="Pour Unique"))
            client.send_message(letter(subject="Pour une autre"))
        _, text, _ = self.catcher.get("/?q=Unique%40exemple")
        self.assertIn("Pour Unique", text)
        self.assertNotIn("Pour une autre", text)

    def test_a_mail_that_is_not_there_is_a_404(self):
        for path in ("/mail/999999", "/mail/..%2f..%2fetc/source", "/nulle-part"):
            self.assertEqual(self.catcher.get(path)[0], 404, path)

    def test_the_key_is_for_the_owner_alone(self):
        self.assertEqual((self.catcher.folder / "tls" / "key.pem").stat().st_mode & 0o777, 0o600)


class AnyClient(unittest.TestCase):
    """Without TLS and login, so that the bytes are all ours."""

    @classmethod
    def setUpClass(cls):
        cls.catcher = Catcher("--no-tls", "--no-auth")

    @classmethod
    def tearDownClass(cls):
        cls.catcher.stop()
        assert cls.catcher.errors == "", cls.catcher.errors

    def setUp(self):
        self.raw = self.catcher.raw()
        self.addCleanup(self.raw.close)
        self.assertEqual(self.raw.greeting, 220)

    def kept(self):
        mail = self.catcher.mails()[0]
        return mail, (self.catcher.folder / "mail" / (mail["id"] + ".eml")).read_bytes()

    def test_a_whole_mail_in_one_packet(self):
        self.raw.send(b"EHLO x\r\nMAIL FROM:<a@b.example> SIZE=10 BODY=8BITMIME SMTPUTF8\r\nRCPT TO:<c@d.example>\r\n"
                      b"DATA\r\n..x\r\n.\r\nRSET\r\nQUIT\r\n")
        self.assertEqual([self.raw.reply() for _ in range(7)], [250, 250, 250, 354, 250, 250, 221])
        self.assertEqual(self.kept()[1], b".x\r\n")

    def test_a_whole_mail_byte_by_byte(self):
        self.raw.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in b"HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n\r\n..\r\n..a\r\nb\r\n.\r\n":
            self.raw.send(bytes([byte]))
        self.assertEqual([self.raw.reply() for _ in range(5)], [250, 250, 250, 354, 250])
        mail, data = self.kept()
        self.assertEqual((mail["from"], data), ("", b"\r\n.\r\n.a\r\nb\r\n"))

    def test_only_crlf_dot_crlf_ends_a_mail(self):
        self.raw.send(b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n"
                      b"a\n.\nb\r\n.\nc\n.\r\nd\r\n.\r\n")
        self.assertEqual([self.raw.reply() for _ in range(5)], [250, 250, 250, 354, 250])
        mail, data = self.kept()
        self.assertEqual(data, b"a\n.\nb\r\n\nc\n.\r\nd\r\n")
        self.assertGreater(mail["bare_line_feeds"], 0)

    def test_an_empty_mail(self):
        self.raw.send(b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n.\r\n")
        self.assertEqual([self.raw.reply() for _ in range(5)], [250, 250, 250, 354, 250])
        self.assertEqual(self.kept()[1], b"")
        self.assertEqual(self.catcher.get("/mail/" + self.catcher.mails()[0]["id"])[0], 200)

    def test_what_is_not_a_mail_is_still_shown(self):
        self.raw.send(b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n"
                      b"Subject: =?utf-8?b?!!!?= \xff\r\nTo: <<<\r\nDate: \x00\r\nContent-Type: text/html; charset=nowhere\r\n"
                      b"\r\n\xff\xfe<b>\r\n.\r\n")
        self.assertEqual([self.raw.reply() for _ in range(5)], [250, 250, 250, 354, 250])
        name = self.catcher.mails()[0]["id"]
        for path in ("/", f"/mail/{name}", f"/mail/{name}/html", f"/mail/{name}/source"):
            self.assertEqual(self.catcher.get(path)[0], 200, path)

    def test_commands_out_of_order_and_nonsense(self):
        for line, code in ((b"MAIL FROM:<a@b.example>", 503), (b"EHLO x", 250), (b"RCPT TO:<a@b.example>", 503),
                           (b"DATA", 503), (b"MAIL TO:<a@b.example>", 501), (b"MAIL FROM:<a@b.example> SIZE=x", 501),
                           (b"MAIL FROM:<a@b.example> SIZE=99999999999", 552), (b"MAIL FROM:<a@b.example> RET=HDRS", 555),
                           (b"MAIL FROM:<a@b.example>", 250), (b"MAIL FROM:<a@b.example>", 503), (b"DATA", 503),
                           (b"RCPT TO:<>", 501), (b"\xff\x00\xfe", 500), (b"", 500), (b"BDAT 3 LAST", 502),
                           (b"STARTTLS", 502), (b"AUTH PLAIN", 502), (b"VRFY x", 252), (b"noop", 250), (b"RSET", 250),
                           (b"A" * 100000, 500), (b"HELP", 214), (b"QUIT", 221)):
            self.assertEqual(self.raw.say(line), code, line[:40])
        self.assertIsNone(self.raw.reply())

    def test_a_mail_above_the_limit_is_refused_and_the_connection_goes_on(self):
        self.raw.send(b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n")
        self.assertEqual([self.raw.reply() for _ in range(4)], [250, 250, 250, 354])
        before = len(self.catcher.mails())
        for _ in range(27):
            self.raw.send(b"x" * 1048574 + b"\r\n")
        self.assertEqual(self.raw.say(b"."), 552)
        self.assertEqual(self.raw.say(b"NOOP"), 250)
        self.assertEqual(len(self.catcher.mails()), before)

    def test_a_client_that_leaves_in_the_middle_leaves_nothing(self):
        before = len(self.catcher.mails())
        for words in (b"", b"EHLO", b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nhalf"):
            raw = self.catcher.raw()
            raw.send(words)
            raw.close()
        self.assertEqual(self.raw.say(b"NOOP"), 250)
        self.assertEqual(len(self.catcher.mails()), before)


class Misbehaving(unittest.TestCase):
    def start(self, *options, folder=None):
        catcher = Catcher(*options, folder=folder)
        self.addCleanup(catcher.stop)
        return catcher

    def test_recipients_are_refused_and_deferred_as_asked(self):
        catcher = self.start("--no-tls", "--no-auth", "--refuse", "Non@exemple.example=550", "--refuse",
                             "plein@exemple.example=552", "--defer", "tard@exemple.example=451")
        with catcher.client(tls=False, login=False) as client:
            refused = client.send_message(letter(), to_addrs=[
                "oui@exemple.example", "non@EXEMPLE.example", "plein@exemple.example", "tard@exemple.example"])
        self.assertEqual({a: code for a, (code, _) in refused.items()}, {
            "non@EXEMPLE.example": 550, "plein@exemple.example": 552, "tard@exemple.example": 451})
        self.assertEqual(catcher.mails()[0]["to"], ["oui@exemple.example"])

    def test_the_nth_mail_is_kept_and_not_acknowledged(self):
        catcher = self.start("--no-tls", "--no-auth", "--drop-after-data", "2")
        with catcher.client(tls=False, login=False) as client:
            client.send_message(letter(subject="un"))
            with self.assertRaises(smtplib.SMTPServerDisconnected):
                client.send_message(letter(subject="deux"))
        with catcher.client(tls=False, login=False) as client:
            client.send_message(letter(subject="trois"))
        self.assertEqual([m["acknowledged"] for m in catcher.mails()], [True, False, True])
        self.assertIn("coupée avant", catcher.get("/mail/000002")[1])

    def test_only_the_user_named_may_send(self):
        with tempfile.NamedTemporaryFile("w", suffix=".secret") as secret:
            secret.write("secret\n")
            secret.flush()
            catcher = self.start("--user", "barometre", "--password-file", secret.name)
            with catcher.client() as client:
                client.send_message(letter())
            with catcher.client(login=False) as client:
                for user, password in (("barometre", "faux"), ("autre", "secret"), ("", "")):
                    with self.assertRaises(smtplib.SMTPAuthenticationError):
                        client.login(user, password)
        self.assertEqual(len(catcher.mails()), 1)

    def test_every_reply_waits_for_the_delay(self):
        catcher = self.start("--no-tls", "--no-auth", "--delay", "0.2")
        began = time.monotonic()
        raw = catcher.raw()
        self.addCleanup(raw.close)
        self.assertEqual(raw.say(b"NOOP"), 250)
        self.assertGreaterEqual(time.monotonic() - began, 0.4)

    def test_mails_and_certificate_outlive_the_catcher(self):
        with tempfile.TemporaryDirectory() as folder:
            first = Catcher(folder=folder)
            with first.client() as client:
                client.send_message(letter())
            pem = pathlib.Path(first.ready["certificate"]).read_text()
            self.assertEqual(first.stop(), 0)
            second = self.start(folder=folder)
            with second.client() as client:
                client.send_message(letter())
            self.assertEqual([m["id"] for m in second.mails()], ["000002", "000001"])
            self.assertEqual(pathlib.Path(second.ready["certificate"]).read_text(), pem)

    def test_a_port_in_use_is_told_plainly(self):
        with socket.create_server(("127.0.0.1", 0)) as busy, tempfile.TemporaryDirectory() as folder:
            ended = subprocess.run(
                [sys.executable, CATCHER, folder, "--smtp-port", str(busy.getsockname()[1]), "--http-port", "0", "--no-tls"],
                capture_output=True, text=True, timeout=PATIENCE, check=False)
        self.assertEqual(ended.returncode, 1)
        self.assertTrue(re.search("cannot listen", ended.stderr), ended.stderr)


if __name__ == "__main__":
    unittest.main()
