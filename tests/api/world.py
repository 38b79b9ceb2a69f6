#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""world.py --program P --config C --public URL --out FILE: what the API is asked about, made as it is in life.

Two editions are answered by synthetic patients of tests/replay, closed, counted and published; the older one is then withdrawn.
A third is open, a fourth closed and not counted. FILE gets the keys (JSON), each from `barometre api-key create`.
"""

import argparse
import datetime
import json
import pathlib
import subprocess
import sys
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
sys.path.insert(0, str(TOP / "tests" / "replay"))

from browser import Browser  # noqa: E402
from person import Person  # noqa: E402
from questionnaire import places  # noqa: E402
from respondents import everybody  # noqa: E402

AUDIENCE = "patients"
PEOPLE = 50  # of the edition that is read: enough for figures by segment
PASSWORD = "correct cheval pile agrafe"


class World:
    def __init__(self, options):
        self.options = options
        forms, people = everybody()
        self.form = forms[AUDIENCE]
        self.people = [one for one in people
                       if one.audience == AUDIENCE and one.stops_after_page is None and one.habit is None and not one.channel]

    def barometre(self, *words, text=""):
        done = subprocess.run([self.options.program, "-c", self.options.config, *words], input=text, text=True,
                              capture_output=True)
        if done.returncode != 0:
            raise SystemExit(f"barometre {' '.join(words)}: {done.stderr}")
        return done.stdout.strip()

    def open_edition(self, code, contacts):
        today = datetime.date.today()
        folder = pathlib.Path(self.options.config).parent
        edition, addresses = folder / f"{code}.json", folder / f"{code}.csv"
        edition.write_text(json.dumps({
            "code": code, "title": f"Baromètre {code}", "zone": "Europe/Paris",
            "opens": (today - datetime.timedelta(days=1)).isoformat(),
            "closes": (today + datetime.timedelta(days=30)).isoformat(),
            "thresholds": {"minBase": 11, "minCell": 5}, "countPartials": True, "keys": "server",
            "audiences": [{"audience": AUDIENCE, "form": str(TOP / "forms" / f"{AUDIENCE}.json"), "openLink": True,
                           "channels": []}],
            "mail": {"window": {"days": [1, 2, 3, 4, 5], "from": "09:00", "to": "18:00"}, "plan": []}}), encoding="utf-8")
        addresses.write_text("email;nom;public\n" + "".join(
            f"p{code}{n}@example.org;Contact {n};{AUDIENCE}\n" for n in range(contacts)), encoding="utf-8")
        self.barometre("edition", "create", str(edition))
        self.barometre("contacts", "import", code, str(addresses))
        self.barometre("edition", "open", code)
        return [f"/r/{word.rpartition('/r/')[2]}" for word in self.barometre("link", code, "--all").split() if "/r/" in word]

    def answer(self, links):
        self.await_link(links[0])
        browser = Browser(self.options.public)
        try:
            for link, person in zip(links, self.people):
                Person(browser, self.form, person, places()).answer(link)
        finally:
            browser.close()

    def await_link(self, link):
        """The process sees by itself that an edition was opened, and is then another one."""
        limit = time.monotonic() + 30
        while True:
            try:
                with urllib.request.urlopen(self.options.public + link) as reply:
                    if b"/start" in reply.read():
                        return
            except (OSError, urllib.error.URLError):
                pass
            if time.monotonic() > limit:
                raise SystemExit("the edition is not served after 30 s")
            time.sleep(0.2)

    def publish(self, code, people):
        self.answer(self.open_edition(code, people))
        self.barometre("edition", "close", code)
        self.barometre("count", code)
        self.barometre("release", "publish", code)

    def key(self, login, *words):
        return self.barometre("api-key", "create", login, "--label", "Essai", *words)

    def make(self):
        for login, role in (("ana", "analyst"), ("ines", "analyst"), ("ada", "admin")):
            self.barometre("account", "create", login, "--role", role, text=PASSWORD + "\n")
        self.publish("2025", 14)
        self.barometre("release", "withdraw", "2025", "1", "--reason", "Une base était fausse.")
        self.publish("2026", PEOPLE)
        self.open_edition("2027", 3)
        self.open_edition("2028", 3)
        self.barometre("edition", "close", "2028")
        return {"all": self.key("ana"), "other": self.key("ana", "--edition", "2025"),
                "nothing": self.key("ana", "--days", "9"), "expired": self.key("ana", "--days", "1"),
                "revoked": self.key("ana"), "demoted": self.key("ines"), "quick": self.key("ana"), "document": self.key("ana")}


def main():
    parser = argparse.ArgumentParser()
    for name in ("program", "config", "public", "out"):
        parser.add_argument(f"--{name}", required=True)
    options = parser.parse_args()
    pathlib.Path(options.out).write_text(json.dumps(World(options).make()), encoding="utf-8")


if __name__ == "__main__":
    main()
