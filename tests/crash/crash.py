# SPDX-License-Identifier: Apache-2.0
"""Exactly once, while everything breaks: see README.md. Started by `run`.

Status: 0 nothing was lost or doubled, 1 something was, 2 the test could not go on.
"""

import collections
import csv
import datetime
import http.client
import io
import json
import pathlib
import random
import subprocess
import sys
import threading
import time
import zoneinfo

from breaker import Daemon, Postgres, Stuck, children_of, until
from respondent import Browser, Lost, Person, Surprise, Told, Visit, look_again
from verdict import Checks, options_of, play

HERE = pathlib.Path(__file__).resolve().parent
ZONE = "Europe/Paris"
WORKERS = 3          # processes of the public site
SUBMITTERS = 3
HANDS = 3            # browsers of each submitter that are open at the same time
STALL = 240          # seconds without any progress: something hangs
CAP = {True: 5400, False: 1500}  # and nothing lasts for ever
QUIET_TRIES = 20     # seconds
ALREADY_SO = 5       # exit status of the program: nothing left to do
HALF_WAY = {"edition": 0.015, "count": 0.05}  # a command that is to be killed lives so long at most, in seconds

# One round. `kills` are acts in the field, where PostgreSQL is stopped `stops` times, and mostly once more in the count.
FULL = {"rounds": 6, "invited": 420, "open": 55, "leave": 25, "kills": 18, "stops": 2}
SHORT = {"rounds": 1, "invited": 90, "open": 25, "leave": 10, "kills": 15, "stops": 3}
# Who is killed, in these proportions; the short form leaves out the last.
DECK = ["everything", "keeper"] + ["supervisor"] * 2 + ["staff"] * 2 + ["mailer"] * 3 + ["web"] * 9


def patiently(act):
    """A process that was killed last may not be back, or not have found the database again."""
    for attempt in range(QUIET_TRIES, 0, -1):
        try:
            return act()
        except (OSError, http.client.HTTPException, Surprise):
            if attempt == 1:
                raise
            time.sleep(1)
    raise AssertionError


class Round:
    def __init__(self, test, number):
        self.test, self.number = test, number
        self.size, self.rng = test.size, random.Random(f"{test.options.seed}/{number}")
        self.code = f"essai-{number}"
        self.told = Told()
        self.halt = False
        self.people = []

    # -- before the field

    def address(self, number):
        return f"{self.code}-{number:04d}@example.org"

    def prepare(self):
        test, day = self.test, datetime.timedelta(days=1)
        today = datetime.datetime.now(zoneinfo.ZoneInfo(ZONE)).date()
        edition = {
            "code": self.code, "title": f"Essai {self.number}", "zone": ZONE,
            "opens": (today - day).isoformat(), "closes": (today + 30 * day).isoformat(),
            "thresholds": {"minBase": 11, "minCell": 5}, "countPartials": True, "keys": "server",
            "audiences": [{"audience": "essai", "form": str(HERE / "form.json"), "openLink": True,
                           "channels": ["newsletter"]}],
            "mail": {"window": {"days": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "to": "24:00", "holidays": "none"},
                     "plan": [{"kind": "invitation", "on": today.isoformat()}]},
        }
        folder = test.folder
        (folder / "edition.json").write_text(json.dumps(edition, ensure_ascii=False), encoding="utf-8")
        (folder / "contacts.csv").write_text("email;nom;public\n" + "".join(
            f"{self.address(n)};Personne {n};essai\n" for n in range(self.size["invited"])), encoding="utf-8")
        test.run("edition", "create", str(folder / "edition.json"))
        test.run("contacts", "import", self.code, str(folder / "contacts.csv"))
        test.run("edition", "open", self.code, "--despite-findings", "essai")
        table = csv.DictReader(io.StringIO(test.run("link", self.code, "--all")))
        links = {row["email"]: row["link"].removeprefix(test.options.public_url) for row in table}
        leavers = set(self.rng.sample(range(self.size["invited"] + self.size["open"]), self.size["leave"]))
        for number in range(self.size["invited"] + self.size["open"]):
            invited = number < self.size["invited"]
            link = links[self.address(number)] if invited else ("/o/essai", "/o/essai/newsletter")[number % 2]
            self.people.append(Person(f"{self.code} {'invitation' if invited else 'open link'} {number}", number, link,
                                      f"repère {self.code} {self.rng.getrandbits(40):010x} {number}",
                                      number in leavers))
        if test.options.sabotage:
            test.sabotage()

    def shares(self):
        """Three lists in nearly the same random order. Each submitter has two thirds of the invitations, so that every
        invitation is tried by two of them, often at the same moment; leavers and open links are one submitter's."""
        shares = [[] for _ in range(SUBMITTERS)]
        for person in self.people:
            first = person.number % SUBMITTERS
            whose = {first, (first + 1) % SUBMITTERS} if person.invited and not person.leaves else {first}
            place = self.rng.random()
            for submitter in whose:
                shares[submitter].append((place + self.rng.gauss(0, 0.01), person))
        return [[person for _, person in sorted(share, key=lambda pair: pair[0])] for share in shares]

    # -- the field

    def submitter(self, share, seed):
        rng = random.Random(seed)
        while not self.halt:
            try:
                person = share.popleft()
            except IndexError:
                return
            try:
                Visit(person, self.test.options.public_url, self.told, rng, lambda: self.halt).go_through()
            except Lost as error:
                with self.told.lock:
                    self.told.lost.append(str(error))
                self.told.note(visits=1)
            except Exception as error:  # whatever it is, it is a failure and not a silence
                if not self.halt:
                    with self.told.lock:
                        self.told.surprises.append(f"{person.name}: {type(error).__name__}: {error}")
                self.told.note(visits=1)

    def field(self):
        shares = self.shares()
        self.visits = sum(len(share) for share in shares)
        hands = [threading.Thread(target=self.submitter, args=(share, f"{self.test.options.seed}/{self.number}/{s}/{h}"))
                 for s, share in enumerate(map(collections.deque, shares)) for h in range(HANDS)]
        for hand in hands:
            hand.start()
        try:
            self.break_things()
            while any(hand.is_alive() for hand in hands):
                self.watch()
                time.sleep(0.1)
        except BaseException:
            self.halt = True
            raise
        finally:
            for hand in hands:
                hand.join()

    def watch(self):
        self.test.daemon.ensure()
        quiet = time.monotonic() - self.told.last
        if quiet > STALL or self.test.is_late():
            raise Stuck(f"{self.told.visits} of {self.visits} visits, nothing for {quiet:.0f} s; "
                        f"troubles: {dict(self.told.troubles)}")

    def break_things(self):
        kills = (DECK * (self.size["kills"] // len(DECK) + 1))[:self.size["kills"]]
        deck = kills + ["postgres"] * self.size["stops"]
        self.rng.shuffle(deck)
        for place, kind in enumerate(deck):
            goal = (place + self.rng.random()) / (len(deck) + 0.5) * self.visits
            while self.told.visits < goal:
                self.watch()
                time.sleep(0.02)
            self.act(kind)

    def act(self, kind):
        test = self.test
        if self.rng.random() < (0.9 if kind == "postgres" else 0.6):  # in the middle of a submission
            self.told.await_click(2)
            time.sleep(self.rng.uniform(0, 0.03))
        if kind == "postgres":
            test.postgres.stop_now()
            time.sleep(self.rng.choice((0, 0.5, 2)))
            test.postgres.start()
        else:
            test.daemon.ensure()
            # Whoever is not there, because it died a moment ago, is waited for; else it is another's turn.
            limit = time.monotonic() + 5
            while not test.daemon.kill(kind, self.rng):
                if time.monotonic() > limit:
                    kind = self.rng.choice(("web", "staff", "keeper", "mailer"))
                time.sleep(0.05)
                test.daemon.ensure()
            test.daemon.ensure()
        self.told.note()

    # -- what is true when all is quiet

    def ask(self, query):
        return self.test.ask(query.replace("EDITION", f"'{self.code}'"))

    def number_of(self, query):
        return int(self.ask(query))

    def judge_field(self):
        check, told = self.test.checks, self.told
        senders = [person for person in self.people if not person.leaves]
        invited = sum(person.invited for person in senders)
        check.that("nobody met what nobody should meet", not told.surprises, told.surprises)
        told_of = {person.name for person in senders if told.receipts[person.name] or person.name in told.already}
        check.same("people who were told that their answer is stored", len(told_of), len(senders))
        twice = [name for name, codes in told.receipts.items() if len(codes) > 1]
        check.that("nobody was given two receipts", not twice, twice)
        receipts = [code for codes in told.receipts.values() for code in codes]
        check.that("no two people were given the same receipt", len(set(receipts)) == len(receipts))
        missing = self.test.missing(receipts)
        check.that(f"every receipt is in the urn ({len(receipts)})", not missing, f"{len(missing)} are not")
        boxes = self.number_of("SELECT count(*) FROM barometre.urn WHERE edition = EDITION")
        done = self.number_of("SELECT count(*) FROM barometre.invitation WHERE edition = EDITION AND done")
        by_invitation = self.number_of("SELECT coalesce(sum(n), 0) FROM barometre.participation_day "
                                       "WHERE edition = EDITION AND channel = ''")
        by_open_link = self.number_of("SELECT coalesce(sum(n), 0) FROM barometre.participation_day "
                                      "WHERE edition = EDITION AND channel <> ''")
        check.same("boxes in the urn = people who sent", boxes, len(senders))
        check.same("invitations done = invited people who sent", done, invited)
        check.same("participation by invitation", by_invitation, invited)
        check.same("participation by open links", by_open_link, len(senders) - invited)
        leavers = [person for person in self.people if person.leaves]
        lost_pages = list(told.lost)
        for person in leavers:
            try:
                lost_pages += patiently(lambda who=person: look_again(who, self.test.options.public_url, told))
            except Surprise as error:  # a page without its fields, or none at all
                lost_pages.append(f"{person.name}: {error}")
        pages = sum(len(fields) for fields in told.pages.values())
        check.that(f"every page that was acknowledged is still there ({pages} of {len(leavers)} leavers at the end, "
                   f"{told.kept} on the way)", not lost_pages, lost_pages)
        self.boxes, self.senders, self.leavers = boxes, senders, leavers
        self.lost = max(len(senders) - len(told_of), len(missing), len(senders) - boxes)
        self.double = max(len(twice), boxes - len(senders))
        self.test.add(told, submissions=len(senders), acknowledged=len(told_of), receipts=len(receipts),
                      lost_pages=len(lost_pages))

    def judge_mails(self):
        """One mailing, everybody once. What the ledger does not know has left at most once."""
        rows = [line.split("\t") for line in self.ask(
            "SELECT state, coalesce(queue_id, '') FROM barometre.delivery WHERE edition = EDITION").splitlines()]
        states = collections.Counter(row[0] for row in rows)
        letters = [(name, to) for name, to in self.test.letters() if to.startswith(self.code)]
        often = [to for to, n in collections.Counter(to for _, to in letters).items() if n > 1]
        names = {name for name, _ in letters}
        unfounded = [row for row in rows if row[0] == "sent" and not any(name in row[1] for name in names)]
        unsure = states["claimed"] + states["unknown"]
        unrecorded = len(letters) - states["sent"]
        check = self.test.checks
        check.that(f"nobody was written to twice ({len(letters)} mails, ledger {dict(sorted(states.items()))})", not often, often)
        check.that("every mail that the ledger calls sent is with the relay", not unfounded, unfounded)
        check.that(f"every other mail that left is one of {unsure} that the ledger does not know ({unrecorded})",
                   0 <= unrecorded <= unsure, f"{unrecorded} of {unsure}")
        self.test.figures.update(mails=len(letters), mails_unknown=unsure)

    # -- closing and counting, killed and killed again

    def close_and_count(self):
        test = self.test
        self.insist(("edition", "close", self.code), ["soon"] * 2)
        self.judge_mails()
        self.insist(("count", self.code), ["soon", "locked", "locked", "stop", "locked", "counted", "counted"])
        self.judge_count()
        test.daemon.ensure()

    def insist(self, words, plan):
        """A command that is killed according to the plan, then let go on to its end."""
        test, ways = self.test, list(plan)
        while True:
            test.daemon.ensure()
            process = subprocess.Popen([test.options.program, "-c", test.options.config, *words],
                                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                       encoding="utf-8")
            way = ways.pop(0) if ways else None
            sign = {"locked": self.is_counting, "stop": self.is_counting, "counted": self.is_counted}.get(way)
            while sign and process.poll() is None and not sign():
                time.sleep(0.005)
            if way:
                time.sleep(self.rng.uniform(0, HALF_WAY[words[0]]))
            if way == "stop":
                test.postgres.stop_now()
                test.postgres.start()
            elif way and process.poll() is None:
                process.kill()
                test.figures["killed " + words[0]] += 1
            try:
                said, _ = process.communicate(timeout=STALL)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise Stuck(f"barometre {' '.join(words)} does not end") from None
            if words[0] == "count":
                self.judge_half_way()
            if process.returncode in (0, ALREADY_SO):
                return
            if not way:
                raise Stuck(f"barometre {' '.join(words)}: status {process.returncode}\n{said}")

    def is_counting(self):
        return self.test.ask("SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted "
                             "AND relation = 'barometre.urn'::regclass") != "0"

    def is_counted(self):
        """What comes after the answers is still to be done: people into totals, keys destroyed, the record sealed."""
        return self.ask("SELECT state IN ('counted', 'released') FROM barometre.edition WHERE code = EDITION") == "t"

    def judge_half_way(self):
        """The answers: all or none of them counted. The lists of people: all or none of them emptied, and only after that."""
        found = self.ask("""SELECT state IN ('counted', 'released'),
            (SELECT count(*) FROM barometre.urn WHERE edition = EDITION),
            (SELECT count(*) FROM barometre.response WHERE edition = EDITION),
            (SELECT count(*) FROM barometre.verbatim WHERE edition = EDITION) > 0,
            (SELECT count(*) FROM barometre.count_record WHERE edition = EDITION),
            (SELECT count(*) FROM barometre.draft WHERE edition = EDITION) > 0,
            (SELECT count(*) FROM barometre.invitation WHERE edition = EDITION) > 0
            FROM barometre.edition WHERE code = EDITION""").split("\t")
        nothing = ["f", str(self.boxes), "0", "f", "0", "t", "t"]
        counted = ["t", "0", str(self.boxes + len(self.leavers)), "t", "1"]
        if found not in (nothing, counted + ["t", "t"], counted + ["f", "f"]):
            self.test.half += 1
            print(f"half a count: {found}", flush=True)

    def judge_count(self):
        check = self.test.checks
        check.same("counts that were half done after a kill", self.test.half, 0)
        check.that("the edition is counted", self.is_counted())
        again = subprocess.run([self.test.options.program, "-c", self.test.options.config, "count", self.code],
                               stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode
        check.same("counting twice is refused with status", again, ALREADY_SO)
        left = [path.name for path in (self.test.folder / "keys").glob(f"{self.code}.*") if path.suffix != ".trustee"]
        check.that("the edition's keys are destroyed", not left, left)
        for table in ("urn", "draft", "invitation", "delivery"):
            check.same(f"rows of {table} after the count",
                       self.number_of(f"SELECT count(*) FROM barometre.{table} WHERE edition = EDITION"), 0)
        counted = collections.Counter()
        for line in self.ask("SELECT completeness, answers ->> 'nombre' FROM barometre.response WHERE edition = EDITION"
                             ).splitlines():
            completeness, number = line.split("\t")
            counted[completeness, int(float(number))] += 1
        wanted = collections.Counter([("complete", p.number) for p in self.senders]
                                     + [("partial", p.number) for p in self.leavers])
        differences = [f"{key}: {counted[key]}" for key in sorted(set(counted) | set(wanted)) if counted[key] != wanted[key]]
        check.that(f"every answer is counted once ({self.boxes} boxes, {len(self.leavers)} drafts)", not differences, differences)
        words = collections.Counter(self.ask("SELECT body FROM barometre.verbatim WHERE edition = EDITION AND "
                                             "question = 'repere'").splitlines())
        markers = {person.marker for person in self.people}
        check.that(f"every marker is there once ({len(words)})", set(words) == markers and set(words.values()) == {1},
                   f"{len(markers - set(words))} lost, {[w for w, n in words.items() if n > 1]} more than once")
        self.test.figures.update(
            lost=max(self.lost, sum((wanted - counted).values())),
            double=max(self.double, sum((counted - wanted).values())), responses=sum(counted.values()))
        check.same("the record's boxes, complete and partial answers", self.ask(
            "SELECT concat_ws(' ', a ->> 'boxes', a ->> 'complete', a ->> 'partial') FROM barometre.count_record, "
            "jsonb_array_elements(record -> 'audiences') a WHERE edition = EDITION"),
            f"{self.boxes} {self.boxes} {len(self.leavers)}")

    def go(self):
        began = time.monotonic()
        self.prepare()
        self.test.await_site(self)
        self.told.note()
        self.field()
        self.judge_field()
        self.close_and_count()
        print(f"-- {self.code}: {time.monotonic() - began:.0f} s", flush=True)


class Test:
    def __init__(self, options):
        self.options, self.folder = options, pathlib.Path(options.folder)
        self.size = dict(FULL if options.full else SHORT)
        self.size["rounds"] = options.rounds or self.size["rounds"]
        if options.sabotage:
            self.size["stops"] = 8  # two are enough to find nothing, not to find a fault of some milliseconds for sure
        self.began = time.monotonic()
        self.checks = Checks()
        self.half = 0
        self.figures = collections.Counter()
        self.troubles = collections.Counter()
        self.postgres = Postgres(options.data, options.log, options.conninfo, options.account)
        self.daemon = Daemon(options.program, options.config, self.folder / "serve.log", WORKERS)

    def is_late(self):
        return time.monotonic() - self.began > CAP[self.options.full]

    def run(self, *words):
        done = subprocess.run([self.options.program, "-c", self.options.config, *words], stdin=subprocess.DEVNULL,
                              capture_output=True, encoding="utf-8", check=False)
        if done.returncode != 0:
            raise Stuck(f"barometre {' '.join(words)}: status {done.returncode}\n{done.stderr.rstrip()}")
        return done.stdout

    def ask(self, query):
        return self.postgres.ask(self.options.database, query)

    def sabotage(self):
        """What the test must notice (--prove)."""
        if self.options.sabotage == "late":  # told before it is on the disk
            for setting in ("synchronous_commit = off", "wal_writer_delay = '10s'", "wal_writer_flush_after = 0"):
                self.ask(f"ALTER SYSTEM SET {setting}")
            self.ask("SELECT pg_reload_conf()")
        elif self.options.sabotage == "double":  # an invitation that is spent is spent again
            self.ask("""DO $do$ BEGIN EXECUTE replace(pg_get_functiondef('barometre.web_submit'::regproc),
                'AND NOT v.done', ''); END $do$""")
        elif self.options.sabotage == "again":  # one mail in ten is forgotten by the ledger, and sent again
            self.ask("""CREATE OR REPLACE FUNCTION public.forget() RETURNS trigger LANGUAGE plpgsql AS $do$ BEGIN
                IF NEW.state = 'sent' AND random() < 0.1 THEN NEW.state = 'planned'; END IF; RETURN NEW; END $do$;
                CREATE TRIGGER forget BEFORE UPDATE ON barometre.delivery FOR EACH ROW EXECUTE FUNCTION public.forget()""")
        elif self.options.sabotage == "apart":  # invitation and box in two transactions
            self.ask((HERE / "two-transactions.sql").read_text(encoding="utf-8"))

    def letters(self):
        folder = self.folder / "catcher" / "mail"
        found = []
        for path in folder.glob("*.json"):
            found += [(path.stem, to) for to in json.loads(path.read_bytes())["to"]]
        return found

    def await_site(self, one):
        """Each process sees by itself that an edition was opened."""
        def shows():
            self.daemon.ensure()
            told = Told()
            visit = Visit(one.people[0], self.options.public_url, told, random.Random(0), lambda: False)
            try:
                for _ in range(4 * WORKERS):
                    visit.restart()
                    visit.step()
                    visit.browser.close()
                return True
            except Exception:
                time.sleep(0.2)
                return False
        until(f"the site shows edition {one.code}", shows)

    def missing(self, receipts):
        """Receipts that the page for receipts does not know; asked as a person would."""
        browser = Browser(self.options.public_url)

        def is_there(code):
            page = browser.get("/retrait")
            page.form().fill("code", code)
            answer = browser.request("POST", "/retrait", page.form().sent("check"), sender=page)
            if answer.status not in (200, 404):
                raise Surprise(f"the page for receipts answered {answer}")
            return answer.status == 200

        missing = [code for code in receipts if not patiently(lambda one=code: is_there(one))]
        browser.close()
        return missing

    def add(self, told, **figures):
        self.figures.update(figures)
        self.figures.update(requests=told.requests, tries_again=sum(told.troubles.values()))
        self.troubles.update(told.troubles)

    def finish(self):
        deaths, killed = self.daemon.deaths(), self.daemon.killed
        commands = {name: n for name, n in self.figures.items() if name.startswith("killed ")}
        total = sum(killed.values()) + sum(commands.values())
        kinds = ", ".join([f"{duty} {n}" for duty, n in sorted(deaths.items())]
                          + [f"supervisor alone {killed['supervisor']}", f"all at once {killed['with all others']}"]
                          + [f"{name.removeprefix('killed ')} command {n}" for name, n in sorted(commands.items())])
        f = self.figures
        print(f"""
seed                        {self.options.seed}
rounds                      {self.size['rounds']}, {SUBMITTERS} submitters of {HANDS} browsers, {WORKERS} web processes
people who sent             {f['submissions']} (each invited one by two submitters)
told that it is stored      {f['acknowledged']}, with {f['receipts']} receipts
requests                    {f['requests']}
troubles, tried again       {f['tries_again']}: {dict(self.troubles.most_common())}
SIGKILL                     {total}: {kinds}
supervisor started          {self.daemon.starts} times
immediate stops             {self.postgres.stops} of PostgreSQL
counted                     {f['responses']} answers
mails                       {f['mails']}, and {f['mails_unknown']} ledger rows that say « unknown »
lost                        {f['lost']} answers, {f['lost_pages']} pages
double                      {f['double']}
time                        {time.monotonic() - self.began:.0f} s""", flush=True)
        if not self.options.sabotage and not self.options.rounds:
            wanted_kills, wanted_stops = (100, 12) if self.options.full else (15, 3)
            self.checks.that(f"{wanted_kills} processes at least were killed", total >= wanted_kills, total)
            self.checks.that(f"{wanted_stops} immediate stops at least", self.postgres.stops >= wanted_stops, self.postgres.stops)

    def go(self):
        self.daemon.start()
        try:
            for number in range(1, self.size["rounds"] + 1):
                Round(self, number).go()
        finally:
            self.daemon.stop()
        self.checks.that("the program ends in order", not children_of(self.daemon.process.pid)
                         and self.daemon.process.returncode == 0, self.daemon.process.returncode)


def read_options():
    parser = options_of(__doc__, "config", "database", "public-url")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--rounds", type=int, help="that many, instead of 1 or 6")
    parser.add_argument("--seed", default=str(random.SystemRandom().randrange(10 ** 6)))
    parser.add_argument("--sabotage", choices=("late", "double", "apart", "again"))
    return parser.parse_args()


def main():
    options = read_options()
    print(f"seed {options.seed}", flush=True)
    return play("crash", lambda: Test(options), Surprise)


if __name__ == "__main__":
    sys.exit(main())
