# SPDX-License-Identifier: Apache-2.0
"""What the tests in Python play with: the program of E2E_WORLD, its database, its mails; and their TAP lines."""

import json
import os
import pathlib
import subprocess
import sys
import time
import traceback
import unittest
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "replay"))

PATIENCE = 90  # the address and memory checkers slow the program down; nothing waits longer than it must
AUDIENCES = ("associations", "patients", "equipes", "etablissements", "formation")


class World:
    def __init__(self):
        self.__dict__.update(json.loads(pathlib.Path(os.environ["E2E_WORLD"]).read_text(encoding="utf-8")))
        self.folder = pathlib.Path(self.folder)
        self.relay = None

    def run(self, *words, text="", check=True):
        done = subprocess.run([self.program, "-c", self.config, *words], input=text, capture_output=True,
                              encoding="utf-8", check=False)
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(words)}: status {done.returncode}: {done.stderr}")
        return done

    def sql(self, query, database=None):
        return subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database or self.database,
                               "-c", query], capture_output=True, encoding="utf-8", check=True).stdout.strip()

    def secret(self, text):
        """What must be in no log: no_trace.py looks for every line of this file."""
        with open(self.folder / "secrets.txt", "a", encoding="utf-8") as file:
            file.write(f"{text}\n")
        return text

    def stored(self):
        """All that a respondent can change, as one line: equal before and after when nothing was stored."""
        return self.sql("""SELECT (SELECT count(*) FROM barometre.urn),
            (SELECT coalesce(sum(n), 0) FROM barometre.participation_day),
            (SELECT md5(coalesce(string_agg(md5(resume_box) || md5(count_box), '' ORDER BY loc), '')) FROM barometre.draft),
            (SELECT count(*) FROM barometre.invitation WHERE done),
            (SELECT count(*) FROM barometre.contact WHERE objected)""")

    def is_alive(self):
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def make_edition(self, code, first_day=0):
        today = datetime.now(ZoneInfo("Europe/Paris")).date()
        day = lambda n: (today + timedelta(days=n)).isoformat()  # noqa: E731
        path = self.folder / f"{code}.json"
        path.write_text(json.dumps({
            "code": code, "title": f"Édition {code}", "zone": "Europe/Paris", "opens": day(-1), "closes": day(60),
            "thresholds": {"minBase": 11, "minCell": 5}, "countPartials": True, "keys": "server",
            "audiences": [{"audience": a, "form": f"{self.forms}/{a}.json", "openLink": True,
                           "channels": ["newsletter"]} for a in AUDIENCES],
            "mail": {"window": {"days": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "to": "24:00", "holidays": "none"},
                     "plan": [{"kind": "invitation", "on": day(first_day)}, {"kind": "relance1", "on": day(20)}]},
        }), encoding="utf-8")
        self.run("edition", "create", str(path))

    def import_contacts(self, code, *lines):
        path = self.folder / f"{code}.csv"
        path.write_text("\n".join(("email;nom;public;departement;type",) + lines) + "\n", encoding="utf-8")
        return self.run("contacts", "import", code, str(path))

    def link(self, code, address):
        path = self.run("link", code, address).stdout.strip().removeprefix(self.public)
        self.secret(path.removeprefix("/r/"))
        return path

    # -- the relay

    def start_relay(self, *options, password="smtp-password"):
        ready = self.folder / "catcher.ready"
        ready.unlink(missing_ok=True)
        self.relay = subprocess.Popen(
            ["/usr/bin/python3", self.catcher, str(self.folder / "catcher"), "--smtp-port", str(self.smtpPort),
             "--http-port", str(self.mailPagePort), "--ready-file", str(ready), "--user", "barometre",
             "--password-file", str(self.folder / password), *options], stdin=subprocess.DEVNULL)
        (self.folder / "catcher.pid").write_text(str(self.relay.pid))
        until("the relay listens", ready.exists)

    def stop_relay(self):
        if self.relay:
            self.relay.terminate()
            self.relay.wait()
            self.relay = None
        (self.folder / "catcher.pid").unlink(missing_ok=True)

    def mails(self):
        folder = self.folder / "catcher" / "mail"
        return sorted(",".join(json.loads(p.read_bytes())["to"]) for p in folder.glob("*.json"))


def until(what, ask, patience=PATIENCE):
    limit = time.monotonic() + patience
    while True:
        found = ask()
        if found:
            return found
        if time.monotonic() > limit:
            raise AssertionError(f"still not, after {patience} s: {what}")
        time.sleep(0.1)


class TapResult(unittest.TestResult):
    """One line of the Test Anything Protocol for each test, its reasons as comments."""

    count = 0

    def _line(self, test, good, reason=""):
        TapResult.count += 1
        name = (test.shortDescription() or str(test)).rstrip(".")
        print(f"{'ok' if good else 'not ok'} {TapResult.count} - {name}")
        for line in reason.splitlines():
            print(f"# {line}")
        sys.stdout.flush()

    def addSuccess(self, test):
        super().addSuccess(test)
        self._line(test, True)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._line(test, False, "".join(traceback.format_exception(*err)))

    def addError(self, test, err):
        super().addError(test, err)
        self._line(test, False, "".join(traceback.format_exception(*err)))


def main(module="__main__"):
    result = TapResult()
    unittest.defaultTestLoader.loadTestsFromModule(sys.modules[module]).run(result)
    print(f"1..{TapResult.count}")
    sys.exit(0 if result.wasSuccessful() else 1)
