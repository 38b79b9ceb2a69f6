# SPDX-License-Identifier: Apache-2.0
"""A real relay: Postfix with TLS, in a folder of its own, on ports that nobody uses. It takes mails for people whom it does not know and
sends real reports to the return path; `barometre bounce` reads them, and these people are written to no more."""

import email
import email.policy
import os
import pathlib
import shutil
import subprocess
import time

from instance import Authority, Instance, Stuck, free_port, until

# Local part -> how the relay treats it.
PEOPLE = {
    "anne": "delivered", "bruno": "delivered", "chloe": "delivered", "dalila": "delivered", "emile": "delivered",
    "inconnu1": "report", "inconnu2": "report", "inconnu3": "report",  # taken, then 5.1.1 by a report
    "plein": "report-full",                                            # taken, then 5.2.2
    "interdit": "refused",                                             # 550 5.1.1 at RCPT
    "tard": "deferred",                                                # 450 at RCPT
}
DOMAIN, BOUNCES = "exemple.test", "rebonds.test"

MAIN = """compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
meta_directory = /etc/postfix
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/log/mail.log
maillog_file_prefixes = {folder}/log
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.{domain}
mydestination =
local_recipient_maps =
alias_maps =
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = check_recipient_access texthash:{folder}/etc/access
smtpd_reject_unlisted_recipient = no
smtpd_tls_chain_files = {certificate}
smtpd_tls_security_level = encrypt
smtpd_tls_loglevel = 1
virtual_mailbox_domains = {domain}, {bounces}
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = texthash:{folder}/etc/mailboxes
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
transport_maps = texthash:{folder}/etc/transport
default_transport = error:5.4.4 nothing leaves this machine
relayhost =
disable_dns_lookups = yes
"""
MASTER = """127.0.0.1:{port} inet n - n - - smtpd
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
showq unix n - n - - showq
"""


class Postfix:
    def __init__(self, folder, certificate):
        self.folder, self.port = pathlib.Path(folder), free_port()
        self.root = [] if os.geteuid() == 0 else ["sudo", "-n"]
        for path in (self.folder, *(self.folder / name for name in ("etc", "log", "queue", "data"))):
            path.mkdir(mode=0o755)
        # Its own accounts have to come through; what must stay closed (keys) is closed by itself.
        self.folder.parent.chmod(0o711)
        owner = pathlib.Path(self.folder).stat()
        names = {"folder": self.folder, "domain": DOMAIN, "bounces": BOUNCES, "certificate": certificate, "port": self.port,
                 "uid": owner.st_uid or 65534, "gid": owner.st_gid or 65534}
        (self.folder / "mail").mkdir()
        if not owner.st_uid:
            os.chown(self.folder / "mail", 65534, 65534)
        etc = self.folder / "etc"
        (etc / "main.cf").write_text(MAIN.format(**names))
        (etc / "master.cf").write_text(MASTER.format(**names))
        (etc / "mailboxes").write_text("".join(f"{who}@{DOMAIN} {who}/\n" for who, how in PEOPLE.items() if how == "delivered")
                                       + f"@{BOUNCES} rebonds/\n")
        (etc / "access").write_text("".join(
            f"{who}@{DOMAIN} {'550 5.1.1 not here' if how == 'refused' else '450 4.2.1 come again'}\n"
            for who, how in PEOPLE.items() if how in ("refused", "deferred")))
        (etc / "transport").write_text("".join(f"{who}@{DOMAIN} error:5.2.2 mailbox full\n" for who, how in PEOPLE.items()
                                               if how == "report-full"))
        self.process = None

    def command(self, *words):
        return [*self.root, "/usr/sbin/postfix", "-c", str(self.folder / "etc"), *words]

    def log(self):
        file = self.folder / "log" / "mail.log"
        done = subprocess.run([*self.root, "cat", str(file)], capture_output=True, text=True, check=False)
        return done.stdout

    def start(self):
        subprocess.run([*self.root, "chown", "postfix", str(self.folder / "data")], check=True)
        for words in (("check",), ("start",)):
            done = subprocess.run(self.command(*words), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise Stuck(f"postfix {words[0]}: status {done.returncode}\n{done.stdout}{done.stderr}{self.log()}")
        return self

    def stop(self):
        subprocess.run(self.command("stop"), stdin=subprocess.DEVNULL, capture_output=True, check=False)
        subprocess.run([*self.root, "chown", "-R", str(os.geteuid()), str(self.folder)], check=False)

    def maildir(self, name):
        """The letters in it, as files."""
        done = subprocess.run([*self.root, "find", str(self.folder / "mail" / name), "-path", "*/new/*", "-type", "f"],
                              capture_output=True, text=True, check=False)
        return done.stdout.split()


def read(path):
    return email.message_from_bytes(pathlib.Path(path).read_bytes(), policy=email.policy.default)


def go(test):
    check = test.checks
    authority = Authority(test.folder / "postfix-ca")
    relay = Postfix(test.folder / "postfix", authority.issue("localhost", "DNS:localhost,IP:127.0.0.1"))
    one = Instance(test, "postfix_1", relay.port, smtp_tls="required", smtp_ca_file=str(authority.certificate),
                   smtp_url=f"smtp://localhost:{relay.port}", bounce_address=f"rebonds@{BOUNCES}")
    one.edition("essai", {f"{who}@{DOMAIN}": f"{who.title()} Dupont" for who in PEOPLE}, plan=("invitation", "relance1"))
    relay.start()
    try:
        first(test, check, relay, one)
    finally:
        one.stop()
        relay.stop()


def whose(*ways):
    return {f"{who}@{DOMAIN}" for who, how in PEOPLE.items() if how in ways}


def first(test, check, relay, one):
    one.start()
    until("everybody was tried", lambda: one.ledger() and not any(
        row[0] == "claimed" or row[0] == "planned" and row[4] == "0" for row in one.ledger().values()), 90, step=0.5)
    ledger = one.ledger()
    found = {state: {to for to, row in ledger.items() if row[0] == state} for state in ("sent", "refused", "planned")}
    check.that("a real Postfix, under TLS: taken, refused and deferred as it said", found == {
        "sent": whose("delivered", "report", "report-full"), "refused": whose("refused"), "planned": whose("deferred")}, ledger)
    delivered = [who for who, how in PEOPLE.items() if how == "delivered"]
    until("the mails are in their boxes", lambda: all(relay.maildir(who) for who in delivered), 60)
    check.same("each box has one mail", [len(relay.maildir(who)) for who in delivered], [1] * len(delivered))
    reports = len(whose("report", "report-full"))
    until("the reports are in the box of reports", lambda: len(relay.maildir("rebonds")) >= reports, 60)
    queue_ids = relay.log()
    missing = [row[3] for to, row in ledger.items() if row[0] == "sent" and row[3].split()[-1] not in queue_ids]
    check.that("the ledger has Postfix's own queue ids", not missing, missing)
    check.that("it saw TLS (and takes nothing without)", "TLS connection established" in queue_ids)
    letters = [read(relay.maildir(who)[0]) for who in delivered]
    paths = {str(letter["Return-Path"]) for letter in letters}
    check.that("every mail has a return path of its own, at the address for returns", len(paths) == len(letters) and all(
        path.endswith(f"@{BOUNCES}>") for path in paths), paths)
    defects = [d for letter in letters for part in letter.walk() for d in part.defects]
    check.that("what lies in the boxes has no defect", not defects, defects)
    bounces(test, check, relay, one)


def bounces(test, check, relay, one):
    box = relay.folder / "mail" / "rebonds"
    forged(box, relay.maildir("rebonds")[0])
    said = one.run("bounce", "--maildir", box)
    stopped = {one.people[int(who[1:])]: why for who, why in one.rows(
        "SELECT type, bounced FROM barometre.contact WHERE bounced IS NOT NULL")}
    check.that(f"real reports stop these people ({' '.join(said.split())[:200]})", set(stopped) == whose("report", "refused"), stopped)
    soft = {one.people[int(who[1:])] for (who,) in one.rows("SELECT type FROM barometre.contact WHERE soft_bounces = 1")}
    check.that("a mailbox that is full is counted, and stops nobody", soft == whose("report-full"), soft)
    check.that("with the reason of the report", all("5.1.1" in stopped.get(to, "") for to in whose("report")), stopped)
    one.run("bounce", "--maildir", box)
    again = {one.people[int(who[1:])] for (who,) in one.rows("SELECT type FROM barometre.contact WHERE bounced IS NOT NULL")}
    check.that("read again, nothing more happens", again == set(stopped), again)
    one.ask("UPDATE barometre.delivery SET not_before = NULL WHERE state = 'planned'")
    one.due_now("relance1")
    until("the reminder has left", lambda: one.ledger("relance1") and not any(
        row[0] in ("claimed", "planned") and row[4] == "0" for row in one.ledger("relance1").values()), 60)
    time.sleep(1)
    reminded = {to for to, row in one.ledger("relance1").items() if row[0] == "sent"}
    check.that("the reminder goes to the others only", reminded == whose("delivered", "report-full"), reminded)
    until("it is in their boxes", lambda: all(len(relay.maildir(to.split("@")[0])) == 2 for to in whose("delivered")), 60)
    until("its report is there", lambda: relay.maildir("rebonds"), 60)
    check.same("no report comes from those who were stopped", len(relay.maildir("rebonds")), len(whose("report-full")))


def forged(box, report):
    """A report about somebody, by somebody who does not know their return path: it must count for nothing."""
    text = pathlib.Path(report).read_bytes()
    for n, line in enumerate(text.splitlines()):
        if b"rebonds" in line and b"+" in line:
            start = line.index(b"+") + 1
            end = line.index(b"@", start)
            token = line[start:end]
            break
    else:
        raise Stuck("the report names no return path")
    wrong = bytes(b"q"[0] if byte != b"q"[0] else b"z"[0] for byte in token)
    path = box / "new" / "forged.1"
    path.write_bytes(text.replace(token, wrong))
    shutil.chown(path, os.stat(report).st_uid, os.stat(report).st_gid)
