# SPDX-License-Identifier: Apache-2.0
"""The measures of tests/bench/run, which starts what is measured here.

Every measure is repeated, the two sides of a ratio one after the other, and the medians are printed. Nothing fails
for being slow: a check fails for a wrong byte, a wrong reply, or an answer that was acknowledged and is not there.
"""

import argparse
import datetime
import gzip
import hashlib
import http.client
import json
import pathlib
import socket
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
sys.path.insert(0, str(TOP / "tests" / "replay"))

import machine  # noqa: E402
from browser import Browser, Surprise  # noqa: E402
from machine import Trouble, output  # noqa: E402
from person import Person  # noqa: E402
from questionnaire import places  # noqa: E402
from respondents import everybody  # noqa: E402

EDITION, AUDIENCE = "bench", "patients"
CONNECTIONS = 64     # of wrk, and of the load generator
PGBENCH_CLIENTS = 32
READY_SECONDS = 30
SEAL_BYTES = 48      # what sealing adds to boxBytes: privacy/sealed.h


class Checks:
    def __init__(self):
        self.passed = self.failed = 0

    def __call__(self, what, good, detail=""):
        if good:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED {what}{': ' if detail else ''}{detail}", flush=True)
        return good


class Bench:
    def __init__(self, options):
        self.options = options
        self.state = pathlib.Path(options.state)
        self.tools = self.state / "tools"
        self.check = Checks()
        self.figures = {}  # name to the values of the repetitions
        self.repetitions, self.seconds, self.visits = (1, 1, 192) if options.short else (5, 3, 480)
        self.tabulated, self.rounds = (100_000, 3) if options.short else (100_000, 9)
        form = json.loads((TOP / "forms" / f"{AUDIENCE}.json").read_text(encoding="utf-8"))
        self.box_bytes = form["barometre"]["boxBytes"] + SEAL_BYTES
        self.acknowledged = 0

    def note(self, name, value):
        self.figures.setdefault(name, []).append(value)

    def median(self, name):
        return statistics.median(self.figures[name])

    def sql(self, query, database=None):
        return output(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database or self.options.served,
                       "-c", query]).strip()

    def barometre(self, *words):
        return output([self.options.program, "-c", self.state / "barometre.conf", *words])

    # -- the edition and its people

    def make_edition(self):
        today = datetime.date.today()
        day = datetime.timedelta(days=1)
        path = self.state / "edition.json"
        path.write_text(json.dumps({
            "code": EDITION, "title": "Mesures", "zone": "Europe/Paris",
            "opens": (today - day).isoformat(), "closes": (today + 30 * day).isoformat(),
            "thresholds": {"minBase": 11, "minCell": 5}, "countPartials": True, "keys": "server",
            "audiences": [{"audience": AUDIENCE, "form": str(TOP / "forms" / f"{AUDIENCE}.json"), "openLink": True,
                           "channels": []}],
            "mail": {"window": {"days": [1, 2, 3, 4, 5], "from": "09:00", "to": "18:00"}, "plan": []},
        }), encoding="utf-8")
        contacts = self.state / "contacts.csv"
        total = self.visits * self.repetitions + 1
        contacts.write_text("email;nom;public\n" + "".join(
            f"p{n:06d}@example.org;Contact {n};{AUDIENCE}\n" for n in range(total)), encoding="utf-8")
        self.barometre("edition", "create", str(path))
        self.barometre("contacts", "import", EDITION, str(contacts))
        self.barometre("edition", "open", EDITION)
        links = self.barometre("link", EDITION, "--all").split()
        self.tokens = [word.rpartition("/r/")[2].strip('"') for word in links if "/r/" in word]
        if len(self.tokens) != total or {len(token) for token in self.tokens} != {26}:
            raise Trouble(f"{len(self.tokens)} links for {total} contacts")

    def await_site(self):
        """The process sees by itself that an edition was opened, and is then another one."""
        limit = time.monotonic() + READY_SECONDS
        while True:
            try:
                if self.fetch(self.options.public, f"/o/{AUDIENCE}")[0] == 200:
                    break
            except OSError:
                pass
            if time.monotonic() > limit:
                raise Trouble(f"/o/{AUDIENCE} is not there after {READY_SECONDS} s")
            time.sleep(0.2)
        with socket.create_connection(("127.0.0.1", self.options.public), timeout=10) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            client.recv(1)
            self.web_pid = machine.owner_of_connection(client, machine.children(self.options.server_pid))
        self.nginx_worker = machine.children(self.options.nginx_pid)[0]

    @staticmethod
    def fetch(port, path, coding="identity"):
        """(status, body as sent, coding)"""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", path, headers={"Accept-Encoding": coding})
            reply = connection.getresponse()
            return reply.status, reply.read(), reply.headers.get("Content-Encoding", "identity")
        finally:
            connection.close()

    # -- 1: files and pages against nginx

    def prepare_pages(self):
        """(name, path of the program, path of nginx, coding): the same bytes, or there is no comparison."""
        _, page, _ = self.fetch(self.options.public, "/")
        css = page.decode().partition('rel="stylesheet" href="')[2].partition('"')[0]
        self.pages = []
        for name, path, coding, at in (("site.css", css, "identity", "/site.css"), ("site.css gzip", css, "gzip", "/site.css"),
                                       ("start page", f"/o/{AUDIENCE}", "gzip", "/start.html")):
            status, body, used = self.fetch(self.options.public, path, coding)
            self.check(f"{name}: answered 200", status == 200, str(status))
            plain = self.fetch(self.options.public, path)[1]
            (self.state / "www" / at[1:]).write_bytes(plain)
            if used == "gzip":
                (self.state / "www" / f"{at[1:]}.gz").write_bytes(body)
                self.check(f"{name}: the compressed bytes are the plain ones", gzip.decompress(body) == plain)
            # nginx never compresses by itself here: without a file .gz both send the plain page.
            self.pages.append((name if used == coding else f"{name} (not compressed)", path, at, coding, len(body)))

    def measure_pages(self):
        for name, path, at, coding, _ in self.pages:
            rates = {}
            for side, port, where, pid in (("ours", self.options.public, path, self.web_pid),
                                           ("nginx", self.options.nginx, at, self.nginx_worker)):
                with machine.Pinned(pid):
                    before = machine.cpu_seconds(pid)
                    requests, seconds, problems = machine.wrk(
                        f"http://127.0.0.1:{port}{where}", self.seconds, CONNECTIONS, {"Accept-Encoding": coding})
                    spent = machine.cpu_seconds(pid) - before
                self.check(f"{name}, {side}: answered", requests > 0 and not problems, "; ".join(problems))
                rates[side] = requests / seconds
                self.note(f"{name} {side} req/s", requests / seconds)
                self.note(f"{name} {side} cpu us", spent / max(requests, 1) * 1e6)
            self.note(f"{name} ratio", rates["ours"] / rates["nginx"])
            hashes = [hashlib.sha256(self.fetch(port, where, coding)[1]).hexdigest()
                      for port, where in ((self.options.public, path), (self.options.nginx, at))]
            self.check(f"{name}: the same bytes from both", hashes[0] == hashes[1])

    # -- 2 and 3: visits

    def record(self):
        """One person's way through the site, as a browser goes it: what the load generator says again."""
        forms, people = everybody()
        known = [person for person in people if person.audience == AUDIENCE and person.stops_after_page is None]
        self.answers = [person.answers for person in known]
        person = max((one for one in known if one.habit is None and one.channel is None),
                     key=lambda one: (len(forms[AUDIENCE].route(one.answers)), len(one.answers), -one.number))
        browser = Recorder(f"http://127.0.0.1:{self.options.public}")
        try:
            Person(browser, forms[AUDIENCE], person, places()).answer(f"/r/{self.tokens[0]}")
        finally:
            browser.close()
        self.acknowledged += 1
        posts = {}  # a page that grew is posted again: the last time counts
        for step in browser.steps:
            if step["method"] == "POST":
                posts[step["path"]] = step
        names = [path for path in posts if path.startswith("/q/")]
        summary = next(step for step in browser.steps if step["method"] == "GET" and step["path"] == "/recapitulatif")
        landing = next(step for step in browser.steps
                       if step["method"] == "GET" and step["path"] == posts[names[0]]["location"])
        phases = {"open": [posts["/start"]], "journey": [posts[names[0]], landing],
                  "prepare": [posts[name] for name in names[1:]] + [summary], "submit": [posts["/envoi"]]}
        self.page_posts = len(names)
        self.write_script(phases)

    def write_script(self, phases):
        with open(self.state / "visit.script", "wb") as file:
            for name, steps in phases.items():
                file.write(f"phase {name}\n".encode())
                for step in steps:
                    body = (step["sent"] or b"").replace(self.tokens[0].encode(), b"\x01")
                    expected = step["body"] if step["status"] == 200 else b""
                    file.write(f"step {step['method']} {step['path']} {step['status']} {step['location'] or '-'} "
                               f"{len(body)} {len(expected)}\n".encode())
                    file.write(body + expected + b"\n")

    def measure_visits(self, repetition):
        """Gives each of `visits` people their whole way; only the first page and the sending are measured."""
        first = 1 + repetition * self.visits
        people = self.state / "people"
        people.write_text("\n".join(self.tokens[first:first + self.visits]) + "\n", encoding="ascii")
        load = subprocess.Popen([self.tools / "load", str(self.options.public), str(CONNECTIONS),
                                 self.state / "visit.script", people],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            for phase in ("open", "journey", "prepare", "submit"):
                if phase == "submit":
                    self.sql("CHECKPOINT")
                before = machine.cpu_seconds(self.web_pid)
                load.stdin.write("\n")
                load.stdin.flush()
                words = load.stdout.readline().split()
                if len(words) != 7:
                    raise Trouble(f"the load generator stopped while it played « {phase} »")
                visits, requests, wrong = (int(word) for word in words[1:4])
                seconds, p50, p99 = (float(word) for word in words[4:])
                self.check(f"{phase}: every reply is right", wrong == 0 and visits == self.visits,
                           f"{wrong} of {requests} replies, {visits} of {self.visits} people")
                self.note(f"{phase} /s", visits / seconds)
                self.note(f"{phase} req/s", requests / seconds)
                self.note(f"{phase} p50 ms", p50 / 1000)
                self.note(f"{phase} p99 ms", p99 / 1000)
                self.note(f"{phase} cpu us", (machine.cpu_seconds(self.web_pid) - before) / max(requests, 1) * 1e6)
                if phase == "submit":
                    self.acknowledged += visits
        finally:
            load.stdin.close()
            load.kill()
            load.wait()
            load.stdout.close()

    # -- 3: pgbench and the store, in a database of their own

    def prepare_scratch(self):
        """The tables of the program with as many people as the served database has invitations."""
        total = self.visits * self.repetitions
        self.sql(f"""
            INSERT INTO barometre.form VALUES (repeat('ab', 32), '{AUDIENCE}', '{{}}');
            INSERT INTO barometre.edition (code, title, zone, state, opens, closes, min_base, min_cell, count_partials,
                count_key, trustee_key, mail)
            VALUES ('{EDITION}', 'Mesures', 'Europe/Paris', 'open', now() - interval '1 day', now() + interval '30 days',
                11, 5, true, decode(repeat('01', 32), 'hex'), decode(repeat('02', 32), 'hex'), '{{}}');
            INSERT INTO barometre.edition_audience
            VALUES ('{EDITION}', '{AUDIENCE}', repeat('ab', 32), false, '{{}}', 0);
            CREATE TEMP TABLE people AS SELECT n, gen_random_uuid() AS contact FROM generate_series(1, {total}) n;
            INSERT INTO barometre.contact (edition, id, audience, address_box, address_hash, stop_hash)
            SELECT '{EDITION}', contact, '{AUDIENCE}', decode(repeat('00', 296), 'hex'), sha256(int4send(n)),
                sha256(int4send(-n)) FROM people;
            INSERT INTO barometre.invitation (edition, id, contact, audience, mac)
            SELECT '{EDITION}', gen_random_uuid(), contact, '{AUDIENCE}', sha256(int4send(n)) FROM people;
            """, self.options.scratch)
        self.sql("VACUUM ANALYZE", self.options.scratch)

    def put_drafts(self, first):
        """What stands before the last click: a draft of everybody of this repetition, and an unspent invitation."""
        last = first + self.visits - 1
        self.sql(f"""
            UPDATE barometre.invitation v SET done = false FROM generate_series({first}, {last}) n
            WHERE v.mac = sha256(int4send(n)) AND v.done;
            INSERT INTO barometre.draft (loc, edition, audience, resume_box, count_box)
            SELECT sha256(int4send(-n)), '{EDITION}', '{AUDIENCE}', convert_to(repeat('x', {self.box_bytes}), 'UTF8'),
                convert_to(repeat('y', {self.box_bytes}), 'UTF8') FROM generate_series({first}, {last}) n""",
                 self.options.scratch)
        self.sql("CHECKPOINT", self.options.scratch)

    def is_all_there(self, boxes_before):
        """(boxes added, drafts left, invitations spent)"""
        row = self.sql(f"""SELECT (SELECT count(*) FROM barometre.urn WHERE octet_length(box) = {self.box_bytes}),
            (SELECT count(*) FROM barometre.draft), (SELECT count(*) FROM barometre.invitation WHERE done)""",
                       self.options.scratch).split("|")
        return int(row[0]) - boxes_before, int(row[1]), int(row[2])

    def measure_pgbench(self, repetition):
        first = 1 + repetition * self.visits
        self.put_drafts(first)
        done, rate, latency = machine.pgbench(
            self.options.scratch, HERE / "durable.pgbench", PGBENCH_CLIENTS, self.visits // PGBENCH_CLIENTS, first - 1,
            "\\x" + "5a" * self.box_bytes)
        boxes, drafts, spent = self.is_all_there(repetition * self.visits)
        self.check("pgbench: did what it says", (done, boxes, drafts, spent) ==
                   (self.visits, self.visits, 0, (repetition + 1) * self.visits),
                   f"{done} done, {boxes} boxes, {drafts} drafts left, {spent} spent")
        self.note("pgbench /s", rate)
        self.note("pgbench mean ms", latency)

    def measure_store(self, repetition):
        """The same people once more through the store's own submitter; its boxes are then taken out again."""
        first = 1 + repetition * self.visits
        self.put_drafts(first)
        people = self.state / "macs"
        people.write_text(self.sql(f"""SELECT encode(sha256(int4send(n)), 'hex') || ' ' ||
            encode(sha256(int4send(-n)), 'hex') FROM generate_series({first}, {first + self.visits - 1}) n""",
                                   self.options.scratch) + "\n", encoding="ascii")
        conninfo = " ".join(word for word in self.options.scratch.split() if not word.startswith("user="))
        words = output([self.tools / "submit", conninfo, EDITION, AUDIENCE, self.box_bytes, people]).split()
        stored, other, seconds = int(words[0]), int(words[1]), float(words[2])
        before = (repetition + 1) * self.visits
        boxes, drafts, _ = self.is_all_there(before)
        self.check("store: what was acknowledged is there", (stored, other, boxes, drafts) ==
                   (self.visits, 0, self.visits, 0), f"{stored} stored, {other} not, {boxes} boxes, {drafts} drafts left")
        self.note("store /s", stored / seconds)
        self.note("store p50 ms", float(words[3]) / 1000)
        self.note("store p99 ms", float(words[4]) / 1000)
        self.sql("DELETE FROM barometre.urn WHERE get_byte(box, 0) <> 90 OR get_byte(box, 1) <> 90 "
                 "OR get_byte(box, 2) <> 90", self.options.scratch)
        self.check("store: its boxes were told from those of pgbench", self.is_all_there(before)[0] == 0)

    def is_nothing_lost(self):
        row = self.sql(f"""SELECT (SELECT count(*) FROM barometre.urn WHERE edition = '{EDITION}'
                AND octet_length(box) = {self.box_bytes}), (SELECT count(*) FROM barometre.urn),
            (SELECT count(*) FROM barometre.invitation WHERE done), (SELECT count(*) FROM barometre.draft),
            (SELECT sum(n) FROM barometre.participation_day)""").split("|")
        self.check("as many boxes as were acknowledged, and nothing else",
                   [int(word) for word in row] == [self.acknowledged] * 3 + [0, self.acknowledged],
                   f"{self.acknowledged} acknowledged; boxes, all boxes, spent, drafts, counter: {', '.join(row)}")

    # -- 4: the layers by themselves

    def measure_engine(self):
        path = self.state / "answers.json"
        path.write_text(json.dumps(self.answers, ensure_ascii=False), encoding="utf-8")
        text = output([self.tools / "engine", TOP / "forms" / f"{AUDIENCE}.json", path, self.tabulated, self.rounds])
        for line in text.splitlines():
            name, _, value = line.partition(" ")
            self.note(name, float(value))
        self.check("engine: all of it", len(text.splitlines()) == 10)

    # -- all

    def run(self):
        began = time.monotonic()
        self.make_edition()
        self.await_site()
        self.prepare_pages()
        self.record()
        self.prepare_scratch()
        for repetition in range(self.repetitions):
            self.measure_pages()
            self.measure_visits(repetition)
            self.measure_pgbench(repetition)
            self.measure_store(repetition)
        self.measure_engine()
        self.is_nothing_lost()
        (self.state / "figures.json").write_text(json.dumps(self.figures, indent=1), encoding="utf-8")
        self.report(time.monotonic() - began)
        print(f"{self.check.passed} passed, {self.check.failed} failed")
        return 1 if self.check.failed else 0

    def spread(self, name):
        values = self.figures[name]
        return f"{min(values):.2f} to {max(values):.2f}"

    def report(self, seconds):
        m = self.median
        print("conditions")
        for name, value in machine.versions(self.options.program).items():
            print(f"  {name:<10} {value}")
        print(f"  {'run':<10} {self.repetitions} repetitions, medians; {CONNECTIONS} connections on 127.0.0.1; "
              f"{self.visits} visits a repetition; {seconds:.0f} s")
        print(f"  {'pages':<10} wrk -t1 -c{CONNECTIONS} -d{self.seconds}s; server on the first core, wrk on the last")
        print(f"  {'pgbench':<10} -M prepared -c {PGBENCH_CLIENTS}, one box of {self.box_bytes} bytes as a parameter; "
              f"fsync {self.sql('SHOW fsync')}, synchronous_commit {self.sql('SHOW synchronous_commit')}")
        print("\npages                                    ours req/s   CPU us   nginx req/s   CPU us")
        for name, _, _, _, length in self.pages:
            print(f"  {name + f', {length} B':<38}{m(name + ' ours req/s'):>12.0f}{m(name + ' ours cpu us'):>9.1f}"
                  f"{m(name + ' nginx req/s'):>14.0f}{m(name + ' nginx cpu us'):>9.1f}")
        print("\nvisits                                          /s   req/s   p50 ms   p99 ms   web CPU us/req")
        for name, phase in (("open the link (POST /start)", "open"), ("page 1: POST, then GET page 2", "journey"),
                            (f"pages 2 to {self.page_posts}: {self.page_posts - 1} POST, summary", "prepare"),
                            ("POST /envoi: to the urn", "submit")):
            print(f"  {name:<38}{m(phase + ' /s'):>10.0f}{m(phase + ' req/s'):>8.0f}{m(phase + ' p50 ms'):>9.1f}"
                  f"{m(phase + ' p99 ms'):>9.1f}{m(phase + ' cpu us'):>17.0f}")
        print(f"  {'the store by itself':<38}{m('store /s'):>10.0f}{'':8}{m('store p50 ms'):>9.1f}{m('store p99 ms'):>9.1f}")
        print(f"  {'pgbench, the same transaction':<38}{m('pgbench /s'):>10.0f}{'':8}{m('pgbench mean ms'):>9.1f} (mean)")
        print("\nlayers, longest answer of the audience")
        for name, what in (("validate", "check every value"), ("route", "compute the routing"),
                           ("validate_route", "both, of a complete answer"), ("parse", "read the questionnaire"),
                           ("submission", "make the submission"), ("box_seal", "seal a box"), ("box_open", "open a box"),
                           ("draft_seal", "seal a draft"), ("draft_open", "open a draft")):
            print(f"  {what:<38}{m(name):>10.1f} us")
        print(f"  {f'tabulate {self.tabulated} answers':<38}{m('tabulate_ms'):>10.0f} ms")
        print("\nratios                                      median   from to")
        for name, *_ in self.pages:
            print(f"  {name + ', req/s / nginx':<38}{m(name + ' ratio'):>10.2f}   {self.spread(name + ' ratio')}")
            print(f"  {name + ', CPU / nginx':<38}"
                  f"{m(name + ' ours cpu us') / m(name + ' nginx cpu us'):>10.2f}")
        for name, what in (("submit", "submissions over HTTP / pgbench"), ("store", "store by itself / pgbench"),
                           ("journey", "page journeys / pgbench")):
            each = [ours / theirs for ours, theirs in zip(self.figures[f"{name} /s"], self.figures["pgbench /s"])]
            print(f"  {what:<38}{statistics.median(each):>10.2f}   {min(each):.2f} to {max(each):.2f}")
        print()


class Recorder(Browser):
    """A browser that remembers what it sent and got."""

    def __init__(self, origin):
        super().__init__(origin)
        self.steps = []
        self.sent = None

    def _exchange(self, method, path, body, headers):
        self.sent = body
        return super()._exchange(method, path, body, headers)

    def request(self, method, path, pairs=None, sender=None):
        page = super().request(method, path, pairs, sender)
        self.steps.append({"method": method, "path": path, "sent": self.sent, "status": page.status,
                           "location": page.moved_to, "body": page.body})
        return page


def main():
    parser = argparse.ArgumentParser(description="started by tests/bench/run")
    parser.add_argument("--short", action="store_true")
    for name in ("program", "state", "served", "scratch"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("public", "nginx", "server-pid", "nginx-pid"):
        parser.add_argument(f"--{name}", required=True, type=int)
    try:
        return Bench(parser.parse_args()).run()
    except (Trouble, Surprise, OSError, subprocess.SubprocessError) as reason:
        print(f"bench: {type(reason).__name__}: {reason}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
