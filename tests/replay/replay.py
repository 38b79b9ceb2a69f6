# SPDX-License-Identifier: Apache-2.0
"""The edition of 2023 again: 412 synthetic respondents, sent through the public site as browsers would.

Makes the edition, imports the contacts, opens, sends every answer, closes, counts, codes the open answers, publishes, exports,
and compares the export with every published figure and with an independent tally of what was sent.

With --into-demo the thresholds of a real edition apply and nothing is compared; run again after an interruption it
goes on from the step it was at. Status: 0 all agrees, 1 a difference, 2 something stopped the replay.
"""

import argparse
import collections
import csv
import datetime
import io
import json
import pathlib
import queue
import random
import subprocess
import sys
import threading
import time
import traceback
import zoneinfo
from fractions import Fraction

import compare
import tally
from browser import Browser, Surprise, await_edition
from person import Person
from questionnaire import AUDIENCES, FORMS, places
from respondents import CONTACTED, SEED, everybody
from sentences import THEMES

WORKERS = 4
ZONE = "Europe/Paris"
ALREADY_SO = 5       # exit status of the program: nothing left to do
CHANNELS = ["newsletter", "reseaux", "affiche"]


class Stopped(Exception):
    """The replay cannot go on; the message is for the person who started it."""


class Program:
    """The commands of the program that the replay needs, in one place."""

    def __init__(self, path, config, again):
        self.start = [path, "-c", config]
        self.accepted = {0, ALREADY_SO} if again else {0}

    def run(self, *arguments):
        done = subprocess.run([*self.start, *arguments], stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode not in self.accepted:
            raise Stopped(f"barometre {' '.join(arguments)}: status {done.returncode}\n"
                          f"{done.stderr.decode('utf-8', 'replace').rstrip()}")
        return done.stdout

    def table(self, *arguments):
        return list(csv.DictReader(io.StringIO(self.run(*arguments).decode("utf-8"), newline="")))


class Journal:
    """What is done, one word or two a line, so that an interrupted replay can go on."""

    def __init__(self, path, keep):
        self.lock = threading.Lock()
        self.seen = set()
        if keep and path.exists():
            self.seen = set(path.read_text(encoding="utf-8").splitlines())
        self.file = open(path, "a" if keep else "w", encoding="utf-8")

    def __contains__(self, line):
        return line in self.seen

    def add(self, line):
        with self.lock:
            self.seen.add(line)
            self.file.write(line + "\n")
            self.file.flush()


class Replay:
    def __init__(self, options):
        self.options = options
        self.code = options.edition
        self.out = pathlib.Path(options.out)
        self.out.mkdir(parents=True, exist_ok=True)
        self.program = Program(options.program, options.config, options.into_demo)
        self.journal = Journal(self.out / "replay.journal", options.into_demo)
        self.forms, self.people = everybody()
        if options.into_demo:  # another edition is open there: an open link would lead to it
            for person in self.people:
                person.channel = None
        self.places = places()
        self.links = {}
        self.sent = []
        self.receipts = []
        self.lock = threading.Lock()

    def step(self, name, act):
        if name not in self.journal:
            began = time.monotonic()
            act()
            self.journal.add(name)
            print(f"{name}: {time.monotonic() - began:.1f} s", flush=True)

    def prepare(self):
        self.step("created", lambda: self.program.run("edition", "create", str(self.write_edition())))
        self.step("imported", lambda: self.program.run("contacts", "import", self.code, str(self.write_contacts())))
        self.step("opened", lambda: self.program.run("edition", "open", self.code))

    def field(self):
        """Everybody answers."""
        if "answered" in self.journal:
            return
        self.links = self.give_links()
        await_edition(self.options.public_url, next(path for path in self.links.values() if path.startswith("/r/")))
        self.step("answered", self.send_all)

    def harvest(self):
        self.step("closed", lambda: self.program.run("edition", "close", self.code))
        self.step("counted", lambda: (self.out / "count.txt").write_bytes(self.program.run("count", self.code)))
        self.step("coded", self.code_texts)
        self.step("published", self.publish)
        for kind in ("csv", "json"):
            (self.out / f"export.{kind}").write_bytes(self.program.run("export", self.code, "--format", kind))

    def publish(self):
        """The newest release: with the themes of the open answers."""
        self.program.run("release", "check", self.code)
        self.program.run("release", "publish", self.code)

    # -- what the program is given

    def write_edition(self):
        today = datetime.datetime.now(zoneinfo.ZoneInfo(ZONE)).date()
        day = datetime.timedelta(days=1)
        off = self.options.thresholds_off
        edition = {
            "code": self.code, "title": "Baromètre du Partenariat en Santé 2023", "zone": ZONE,
            "opens": (today - day).isoformat(), "closes": (today + 30 * day).isoformat(),
            "thresholds": {"minBase": 0 if off else 11, "minCell": 0 if off else 5},
            "countPartials": True, "keys": "server",
            "audiences": [{"audience": audience, "form": str(FORMS / f"{audience}.json"), "openLink": True,
                           "channels": CHANNELS} for audience in AUDIENCES],
            "mail": {"window": {"days": [1, 2, 3, 4, 5], "from": "09:00", "to": "18:00"}, "plan": []},
        }
        path = self.out / "edition.json"
        path.write_text(json.dumps(edition, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        return path

    @staticmethod
    def address(audience, number):
        return f"{audience}-{number:04d}@example.org"

    def write_contacts(self):
        path = self.out / "contacts.csv"
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=";")
            writer.writerow(("email", "nom", "public"))
            for audience, size in CONTACTED.items():
                for number in range(1, size + 1):
                    writer.writerow((self.address(audience, number), f"Contact {number}", audience))
        return path

    # -- who has which link

    def give_links(self):
        """A path for each person: the personal link of a contact drawn at random, or the open link."""
        table = self.program.table("link", self.code, "--all")
        if len(table) != sum(CONTACTED.values()):
            raise Stopped(f"link --all: {len(table)} links for {sum(CONTACTED.values())} contacts")
        by_address = {row["email"]: row["link"] for row in table}
        browser = Browser(self.options.public_url)
        links, rng = {}, random.Random(f"{SEED}/links")
        for audience in AUDIENCES:
            mine = [person for person in self.people if person.audience == audience]
            contacts = rng.sample(range(1, CONTACTED[audience] + 1), len(mine))
            for person, contact in zip(mine, contacts):
                address = by_address.get(self.address(audience, contact))
                if address is None:
                    raise Stopped(f"link --all: nothing for {self.address(audience, contact)}")
                links[id(person)] = (f"/o/{audience}/{person.channel}" if person.channel
                                     else browser.path_of(address))
        return links

    # -- sending

    def send_all(self):
        todo = queue.Queue()
        order = list(self.people)
        random.Random(f"{SEED}/order").shuffle(order)
        for person in order:
            if f"done {person.audience} {person.number}" not in self.journal:
                todo.put(person)
        problems = []
        workers = [threading.Thread(target=self.work, args=(todo, problems)) for _ in range(WORKERS)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        if problems:
            raise Stopped("\n".join(problems))
        if len(set(self.receipts)) != len(self.receipts):
            raise Stopped("two people were given the same receipt")

    def work(self, todo, problems):
        browser = Browser(self.options.public_url)
        try:
            while not problems:
                try:
                    person = todo.get_nowait()
                except queue.Empty:
                    break
                try:
                    self.send_one(browser, person)
                except (Surprise, OSError, ValueError, KeyError) as error:
                    problems.append(f"{person.audience} {person.number} ({person.habit or 'no habit'}, "
                                    f"{person.channel or 'personal link'}): {type(error).__name__}: {error}")
        finally:
            browser.close()

    def send_one(self, browser, respondent):
        name = f"{respondent.audience} {respondent.number}"
        begun = f"begun {name}" in self.journal
        if not begun:
            self.journal.add(f"begun {name}")
        person = Person(browser, self.forms[respondent.audience], respondent, self.places)
        person.answer(self.links[id(respondent)], begun)
        self.journal.add(f"done {name}")
        with self.lock:
            self.sent.append({"audience": respondent.audience, "answers": person.sent,
                              "finished": person.receipt is not None})
            if person.receipt:
                self.receipts.append(person.receipt)

    # -- open answers

    def code_texts(self):
        """Gives each open answer the themes that its sentences were written for."""
        (self.out / "verbatims.csv").write_bytes(self.program.run("coding", "export", self.code))
        path = self.out / "coding.csv"
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("verbatim", "theme"))
            for row, codebook in self.verbatims():
                themes = THEMES[codebook].get(row["text"])
                if themes is None:
                    raise Stopped(f"coding export: a text nobody wrote, {row['audience']} {row['question']}")
                writer.writerows((row["verbatim"], theme) for theme in themes)
        self.program.run("coding", "import", self.code, str(path))

    def verbatims(self):
        """Open answers and the names of their codebooks; not the texts beside « Autre »."""
        with open(self.out / "verbatims.csv", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                question = self.forms[row["audience"]].questions.get(row["question"])
                if question is not None and question.codebook is not None:
                    yield row, question.codebook

    # -- the comparison

    def judge(self):
        with open(self.out / "export.csv", encoding="utf-8", newline="") as file:
            export = list(csv.DictReader(file))
        (self.out / "sent.json").write_text(json.dumps(self.sent, ensure_ascii=False, indent=1), encoding="utf-8")
        outcome = compare.compare_all(export, compare.read_contacts(self.out / "contacts.csv"))
        print(compare.report(outcome))
        check = tally.Check(self.sent, export)
        bad = min(len(check.problems), check.compared)
        document = json.loads((self.out / "export.json").read_text(encoding="utf-8"))
        passed, failed = len(outcome.lines) - len(outcome.failed), len(outcome.failed)
        for name, good, problems in (("independent tally", check.compared - bad, check.problems),
                                     ("json", 1, json_differs(export, document)),
                                     ("open answers", 1, self.lost_texts()),
                                     ("contact wishes", 1, self.lost_wishes())):
            for problem in problems:
                print(f"{name}: {problem}")
            good = good if not problems or good > 1 else 0
            print(f"{name}: {good} passed, {len(problems)} failed")
            passed, failed = passed + good, failed + len(problems)
        print(f"{passed} passed, {failed} failed")
        return 1 if failed else 0

    def lost_texts(self):
        """The open answers to be coded against those that were written."""
        written = collections.Counter()
        for entry in self.sent:
            for question in self.forms[entry["audience"]].questions.values():
                if question.codebook and question.name in entry["answers"]:
                    written[entry["audience"], question.name, entry["answers"][question.name]] += 1
        found = collections.Counter((row["audience"], row["question"], row["text"]) for row, _ in self.verbatims())
        return ([f"lost: {key}" for key in written - found] + [f"nobody wrote: {key}" for key in found - written])

    def lost_wishes(self):
        """Every address left to be contacted is with the trustee, once."""
        wishes = self.program.run("wishes", self.code).decode("utf-8")
        return [f"{wishes.count(address)} times {address}" for address in
                (entry["answers"].get("contact_email") for entry in self.sent)
                if address is not None and wishes.count(address) != 1]


def same_cell(text, value):
    if value is None or isinstance(value, str):
        return text == (value or "")
    if isinstance(value, bool) or text == "":
        return False
    try:
        return Fraction(text) == Fraction(str(value))
    except ValueError:
        return False


def json_differs(export, document):
    """Problems of the JSON export against the CSV one: the same lines, numbers as numbers."""
    lines = document.get("rows", [])
    if len(lines) != len(export):
        return [f"{len(lines)} rows, {len(export)} in the CSV"]
    return [f"row {place}: {column} is {line.get(column)!r}, {row[column]!r} in the CSV"
            for place, (row, line) in enumerate(zip(export, lines), 1) for column in row
            if column in line and not same_cell(row[column], line[column])
            or column not in line and column != "edition"][:20]


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0],
                                     epilog="Status: 0 all agrees, 1 a difference, 2 stopped.")
    parser.add_argument("--config", required=True, help="configuration file of the program")
    parser.add_argument("--program", "--barometre", required=True, metavar="PATH", help="the program barometre")
    parser.add_argument("--edition", required=True, metavar="CODE")
    parser.add_argument("--public-url", required=True, metavar="URL", help="where the public site answers")
    parser.add_argument("--out", "--work", default=".", metavar="DIR", help="for the files that are made (here)")
    parser.add_argument("--thresholds-off", action="store_true", help="minBase 0, minCell 0: every figure is shown")
    parser.add_argument("--into-demo", action="store_true", help="normal thresholds, no comparison, can be run again")
    options = parser.parse_args()
    if options.into_demo and options.thresholds_off:
        parser.error("--into-demo goes without --thresholds-off")
    return options


def main():
    options = read_options()
    try:
        replay = Replay(options)
        before = compare.compare_all(tally.rows(
            [{"audience": person.audience, "answers": person.answers, "finished": person.stops_after_page is None}
             for person in replay.people]), CONTACTED)
        if not before.agrees:
            raise Stopped("the respondents themselves do not agree with the figures:\n" + compare.report(before))
        replay.prepare()
        replay.field()
        replay.harvest()
        return 0 if options.into_demo else replay.judge()
    except (Stopped, Surprise) as reason:
        print(f"replay: {reason}", file=sys.stderr)
    except Exception:  # a fault of this script must not pass for a difference
        traceback.print_exc()
    return 2


if __name__ == "__main__":
    sys.exit(main())
