# SPDX-License-Identifier: Apache-2.0
"""An instance of the program with a database of its own, editions, contacts, and relays: what every part of tests/mailing
plays with. Times are moved by the superuser of the cluster, never the clock."""

import collections
import contextlib
import datetime
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import zoneinfo

HERE = pathlib.Path(__file__).resolve().parent
for folder in ("crash", "support"):
    sys.path.insert(0, str(HERE.parent / folder))

from breaker import Daemon, Postgres, Stuck, until  # noqa: E402,F401
from free_ports import free_port  # noqa: E402,F401
from verdict import Checks, options_of, play  # noqa: E402,F401

ZONE = "Europe/Paris"
AUDIENCE = "essai"  # of the form of tests/crash
FORM = HERE.parent / "crash" / "form.json"
PYTHON = "/usr/bin/python3"
# No pace but the one a part asks for.
FAST = {"mail_per_minute": 6000}
EXTENSIONS = ("PIPELINING", "SIZE 26214400", "8BITMIME", "ENHANCEDSTATUSCODES")


# -- certificates: an authority that lives as long as the test

class Authority:
    def __init__(self, folder, name="Autorité d’essai"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.certificate = self.folder / "authority.pem"
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                     self.folder / "authority.key", "-out", self.certificate, "-days", "2", "-subj", f"/CN={name}", "-utf8",
                     "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")

    def openssl(self, *words):
        done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Stuck(f"openssl {words[0]}: {done.stderr.strip()}")

    def issue(self, name, names, days=2):
        """A PEM file with key and certificate."""
        base, file = self.folder / name, self.folder / f"{name}.pem"
        self.openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{base}.key",
                     "-out", f"{base}.csr", "-subj", f"/CN={name}")
        pathlib.Path(f"{base}.ext").write_text(f"subjectAltName={names}\nbasicConstraints=CA:FALSE\n")
        self.openssl("x509", "-req", "-in", f"{base}.csr", "-CA", self.certificate, "-CAkey", self.folder / "authority.key",
                     "-CAcreateserial", "-days", str(days), "-extfile", f"{base}.ext", "-out", f"{base}.crt")
        file.write_text(pathlib.Path(f"{base}.key").read_text() + pathlib.Path(f"{base}.crt").read_text())
        return file


# -- the relay

class Taken(collections.namedtuple("Taken", "name recipient sender tls hash")):
    """A line of the sink's list."""


class Sink:
    def __init__(self, folder, *options, extensions=EXTENSIONS, port=0):
        self.folder = pathlib.Path(folder)
        self.options = [*options, *(word for e in extensions for word in ("--extension", e))]
        self.port, self.process, self.starts = port, None, 0

    def start(self):
        ready = self.folder / "ready"
        ready.unlink(missing_ok=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", PYTHON, str(HERE / "sink.py"), str(self.folder), "--port", str(self.port),
                 *self.options], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until("the sink listens", lambda: ready.exists() or self.process.poll() is not None, step=0.02)
        if not ready.exists():
            raise Stuck(f"the sink does not start: {(self.folder / 'log').read_text()}")
        self.port = json.loads(ready.read_text())["port"]
        self.starts += 1
        return self

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    stop = kill  # what it has is on the disk

    def taken(self):
        file = self.folder / "accepted"
        if not file.exists():
            return []
        return [Taken(*line.split(" ")) for line in file.read_text().split("\n")[:-1]]

    def recipients(self):
        return collections.Counter(one.recipient for one in self.taken())

    def event_lines(self):
        file = self.folder / "events"
        return file.read_text(errors="replace").splitlines() if file.exists() else []

    def faults(self):
        return collections.Counter(line for line in self.event_lines() if line.startswith("fault"))

    def letter(self, name):
        return (self.folder / f"{name}.eml").read_bytes()


# -- the program

class Instance:
    """`barometre serve` on a database. `twin_of`: another machine of the same installation: the same database and keys,
    everything else its own."""

    def __init__(self, test, name, relay, twin_of=None, **settings):
        self.test, self.name = test, name
        self.folder = test.folder / name
        self.folder.mkdir()
        self.config = self.folder / "barometre.conf"
        self.public_port, self.staff_port = free_port(), free_port()
        self.public_url = f"http://127.0.0.1:{self.public_port}"
        words = dict(word.split("=", 1) for word in test.options.conninfo.split())
        keys = self.folder / "keys"
        if twin_of:
            self.database = twin_of.database
            shutil.copytree(twin_of.folder / "keys", keys, ignore=shutil.ignore_patterns("mail.mark"))  # which is the machine’s own
        else:
            self.database = f"barometre_{name}_{os.getpid()}"
            test.postgres.ask("postgres", f"CREATE DATABASE {self.database}")
            keys.mkdir(mode=0o700)
        lines = {
            "database": f"host={words['host']} port={words['port']} dbname={self.database}",
            "key_directory": str(keys), "public_listen": f"127.0.0.1:{self.public_port}",
            "staff_listen": f"127.0.0.1:{self.staff_port}", "public_url": self.public_url,
            "staff_url": f"http://127.0.0.1:{self.staff_port}", "web_workers": 1,
            "mail_from_name": "Baromètre du Partenariat en Santé", "mail_from_address": "barometre@example.org",
            "organisation": "Centre Opérationnel du Partenariat en Santé", "contact_address": "contact@example.org",
            "smtp_url": f"smtp://127.0.0.1:{relay}", "smtp_tls": "none", **FAST, **test.settings, **settings,
        }
        self.config.write_text("".join(f'{key} = {value if isinstance(value, int) else chr(34) + str(value) + chr(34)}\n'
                                       for key, value in lines.items()), encoding="utf-8")
        self.daemon = Daemon(test.options.program, str(self.config), self.folder / "serve.log", 1)
        self.run("migrate") if not twin_of else None
        test.instances.append(self)

    def run(self, *words, check=True, text=None):
        done = subprocess.run([self.test.options.program, "-c", str(self.config), *map(str, words)], input=text,
                              stdin=subprocess.DEVNULL if text is None else None, capture_output=True, encoding="utf-8",
                              check=False)
        if check and done.returncode != 0:
            raise Stuck(f"barometre {' '.join(map(str, words))}: status {done.returncode}\n{done.stderr.rstrip()}")
        return done if not check else done.stdout

    def ask(self, query, check=True):
        return self.test.postgres.ask(self.database, query, check)

    def rows(self, query):
        return [line.split("\t") for line in self.ask(query).splitlines()]

    def number(self, query):
        return int(self.ask(query))

    def log(self):
        file = self.folder / "serve.log"
        return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""

    def start(self):
        self.daemon.start()
        return self

    def stop(self):
        self.daemon.stop()

    def kill_mailer(self):
        pids = until("there is a mailer", lambda: self.daemon.look()["mailer"], 60)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pids[0], signal.SIGKILL)

    # -- editions and people

    def edition(self, code, contacts, plan=("invitation",), title=None, mail=None):
        """Opened. `contacts`: address -> name. Each has a type of its own, by which its ledger row is found again."""
        day = datetime.timedelta(days=1)
        today = datetime.datetime.now(zoneinfo.ZoneInfo(ZONE)).date()
        edition = {
            "code": code, "title": title or f"Essai {code}", "zone": ZONE, "opens": (today - day).isoformat(),
            "closes": (today + 40 * day).isoformat(), "thresholds": {"minBase": 11, "minCell": 5}, "countPartials": True,
            "keys": "server", "audiences": [{"audience": AUDIENCE, "form": str(FORM), "openLink": True, "channels": []}],
            "mail": {"window": {"days": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "to": "24:00", "holidays": "none"},
                     "plan": [{"kind": kind, "on": (today + n * day).isoformat()} for n, kind in enumerate(plan)],
                     **(mail or {})},
        }
        path, people = self.folder / f"{code}.json", self.folder / f"{code}.csv"
        path.write_text(json.dumps(edition, ensure_ascii=False), encoding="utf-8")
        quote = lambda text: '"' + text.replace('"', '""') + '"'  # noqa: E731
        people.write_text("email;nom;public;type\n" + "".join(
            f"{address};{quote(name)};{AUDIENCE};t{n}\n" for n, (address, name) in enumerate(contacts.items())),
            encoding="utf-8")
        self.run("edition", "create", path)
        self.run("contacts", "import", code, people)
        self.run("edition", "open", code, "--despite-findings", "essai")
        self.people, self.code = dict(enumerate(contacts)), code

    def links(self, code):
        """address -> path"""
        found = {}
        for line in self.run("link", code, "--all").splitlines()[1:]:
            words = [word.strip('"') for word in line.replace(";", ",").split(",")]
            address = next(word for word in words if "@" in word)
            found[address] = next(word for word in words if "/r/" in word).removeprefix(self.public_url)
        return found

    def ledger(self, kind="invitation"):
        """address -> (state, reason, code, queue id, attempt)"""
        return {self.people[int(words[0][1:])]: words[1:] for words in self.rows(
            "SELECT c.type, d.state, coalesce(d.reason, ''), coalesce(d.code::text, ''), coalesce(d.queue_id, ''), d.attempt "
            "FROM barometre.delivery d JOIN barometre.contact c ON c.edition = d.edition AND c.id = d.contact "
            f"JOIN barometre.mailing m ON m.id = d.mailing WHERE m.kind = '{kind}' AND d.edition = '{self.code}'")}

    def states(self, kind="invitation"):
        return collections.Counter(row[0] for row in self.ledger(kind).values())

    def settle(self, kind="invitation", seconds=120, but=("planned",)):
        """Until no row of the mailing is left in these states (there must be rows)."""
        until(f"{self.name}: {kind} settles: {dict(self.states(kind))}", lambda: self.states(kind) and not any(
            self.states(kind)[state] for state in but), seconds, step=0.3)

    def mailing_state(self, kind="invitation"):
        return self.ask(f"SELECT state FROM barometre.mailing WHERE kind = '{kind}' AND edition = '{self.code}'")

    def age_claims(self):
        """An hour later, for those that were claimed and never recorded; the mailer sees it when it starts."""
        self.ask("UPDATE barometre.delivery SET claimed_at = claimed_at - interval '1 hour' WHERE state = 'claimed'")

    def due_now(self, kind):
        self.ask(f"UPDATE barometre.mailing SET due = now() - interval '1 minute' "
                 f"WHERE kind = '{kind}' AND edition = '{self.code}'")


def crowd(number, domain="example.org", prefix="p"):
    return {f"{prefix}{n:05d}@{domain}": f"Personne {n}" for n in range(number)}
