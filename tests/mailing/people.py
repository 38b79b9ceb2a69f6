# SPDX-License-Identifier: Apache-2.0
"""To the right people: who has answered gets no reminder, not even when they answer while it goes out; who objects gets nothing more,
and only by a click that means it; names of all kinds arrive as they were written."""

import collections
import datetime
import email
import email.policy
import http.client
import json
import random
import re
import subprocess
import sys
import threading
import time

from instance import HERE, Instance, Sink, until
from kills import judge_ledger

sys.path.insert(0, str(HERE.parent / "crash"))
from respondent import Person, Told, Visit  # noqa: E402

RACERS = {True: 240, False: 60}
SLOW = 240   # mails a minute
GETS = 100
LONG_ENOUGH = 60  # letters of a name that must arrive
HEADS = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Id",
         "Auto-Submitted")

NAMES = {
    "plain": "Zoé Ünal",
    "comma": "Dupont, Jean-Pierre",
    "quotes": 'Marie "Mimi" O’Brien',
    "backslash": "C:\\Temp (oui; non)",
    "emoji": "Léa 👩🏽‍⚕️🏳️‍🌈 Martin",
    "rtl": "محمد بن عبد الله",
    "hebrew": "שרה כהן",
    "combining": "Ngọc Thiê\u0301n",
    "long": "Marie-Antoinette-Joséphine-Élisabeth de la Tour d’Auvergne-Lauraguais, présidente d’honneur de l’association des usagers",
    "dots": ".point.",
    "encoded": "=?utf-8?q?faux?=",
    "address": "faux@example.net <autre@example.net>",
    "empty": "",
}
TITLE = ("Baromètre 🩺 des « usages », édition spéciale 2026\u202f: relations entre les équipes, les patients et leurs proches dans les "
         "établissements d’Occitanie, d’où le titre long")


class Site:
    """People in front of the site of an instance."""

    def __init__(self, one):
        self.one, self.links, self.sent_at = one, one.links(one.code), {}
        self.failed = []

    def answer(self, number, address, pause=0):
        time.sleep(pause)
        told = Told()
        person = Person(address, number, self.links[address], f"repère {number}", False)
        try:
            Visit(person, self.one.public_url, told, random.Random(number), lambda: False).go_through()
        except Exception as error:
            self.failed.append(f"{address}: {error!r}")
            return
        if told.receipts[person.name] or person.name in told.already:
            self.sent_at[address] = time.time()


def await_site(one):
    """The process of the site sees by itself that the edition was opened."""
    def shows():
        try:
            client = http.client.HTTPConnection("127.0.0.1", one.public_port, timeout=10)
            client.request("GET", next(iter(one.links(one.code).values())))
            answer = client.getresponse()
            answer.read()
            return answer.status == 200
        except OSError:
            return False
    until("the site shows the edition", shows, 60, step=0.3)


def reminders(test):
    check, number = test.checks, RACERS[test.options.full]
    sink = Sink(test.folder / "people-sink").start()
    one = Instance(test, "people", sink.port)
    one.edition("essai", {f"p{n:04d}@example.org": f"Personne {n}" for n in range(number)}, plan=("invitation", "relance1"))
    one.start()
    one.settle(but=("planned", "claimed"))
    until("the invitation is finished", lambda: one.mailing_state() == "finished", 60)
    invited = sink.recipients()
    check.same("everybody was invited, once", (len(invited), set(invited.values())), (number, {1}))
    await_site(one)
    if test.options.sabotage == "late":
        one.ask(LATE)
    site = Site(one)
    early, racing = list(one.people.items())[:number // 6], list(one.people.items())[number // 6:number // 2]
    for n, address in early:
        site.answer(n, address)
    # The reminder goes out slowly, while others answer.
    one.stop()
    one.config.write_text(one.config.read_text().replace("mail_per_minute = 6000", f"mail_per_minute = {SLOW}"))
    one.due_now("relance1")
    one.start()
    until("the reminder begins", lambda: len(sink.taken()) > number, 60, step=0.02)
    rng = random.Random(test.options.seed)
    rng.shuffle(racing)
    length = (number - len(early)) * 60 / SLOW  # seconds the reminder takes
    hands = [threading.Thread(target=site.answer, args=(n, address, rng.uniform(0, 0.9 * length))) for n, address in racing]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    one.settle("relance1", but=("planned", "claimed"), seconds=240)
    check.that("everybody could answer", not site.failed, site.failed[:3])
    reminded = sink.recipients() - invited
    claimed_at = {one.people[int(who[1:])]: float(at) for who, at in one.rows(
        "SELECT c.type, extract(epoch FROM d.claimed_at) FROM barometre.delivery d JOIN barometre.contact c ON c.id = d.contact "
        "JOIN barometre.mailing m ON m.id = d.mailing WHERE m.kind = 'relance1' AND d.state IN ('sent', 'claimed', 'unknown')")}
    wrong = [address for _, address in early if address in reminded]
    check.that(f"who had answered before gets no reminder ({len(early)})", not wrong, wrong[:5])
    wrong = [(a, claimed_at.get(a), site.sent_at[a]) for a in site.sent_at if a in reminded and claimed_at.get(a, 9e12) > site.sent_at[a]]
    skipped = [a for _, a in racing if a not in reminded]
    check.that(f"who answered before the claim gets none ({len(skipped)} of {len(racing)} who answered meanwhile were spared; "
               f"closest: {closest(site.sent_at, reminded, claimed_at):.1f} s)", not wrong, wrong[:3])
    check.that("the race had winners on both sides", 0 < len(skipped) < len(racing) or test.options.sabotage, len(skipped))
    ledger = one.ledger("relance1")
    wrong = [(a, ledger[a]) for a in skipped if a in ledger and ledger[a][:2] != ["skipped", "done"]]
    check.that("the ledger says why: done", not wrong, wrong[:3])
    never = [a for _, a in one.people.items() if a not in reminded and a not in site.sent_at]
    check.that("who has not answered gets one", not never, never[:5])
    check.that("nobody gets two", set((+reminded).values()) <= {1}, [a for a, n in reminded.items() if n > 1][:5])
    one.stop()
    sink.stop()


def closest(sent_at, reminded, claimed_at):
    """How near to the other side: the shortest time between a claim and an answer that came after it."""
    return min((sent_at[a] - claimed_at[a] for a in sent_at if a in reminded and a in claimed_at), default=float("nan"), key=abs)


def click(one, path, method, body=None, headers=None):
    client = http.client.HTTPConnection("127.0.0.1", one.public_port, timeout=30)
    client.request(method, path, body, headers or {})
    answer = client.getresponse()
    answer.read()
    client.close()
    return answer.status


def letters_of(sink):
    return {taken.recipient: sink.letter(taken.name) for taken in sink.taken()}


def objections(test):
    """And what the letters are."""
    check = test.checks
    authority_free = Sink(test.folder / "names-sink").start()
    sink = authority_free
    one = Instance(test, "names", sink.port)
    one.edition("essai", {f"{key}@example.org": name for key, name in NAMES.items()}, plan=("invitation", "relance1"), title=TITLE)
    one.start()
    one.settle(but=("planned", "claimed"))
    judge_ledger(check, one, sink, "names")
    letters = letters_of(sink)
    parsed = {to: parse(check, to, raw) for to, raw in letters.items()}
    check.same("every letter was taken", len(parsed), len(NAMES))
    node_parses(test, check, sink, parsed)

    await_site(one)
    stop = {to: re.search(r"<(https?://[^>]*/stop/[^>]*)>", str(p["List-Unsubscribe"])).group(1).removeprefix(one.public_url)
            for to, p in parsed.items()}
    scanned, objecting, quiet = "comma@example.org", "quotes@example.org", "emoji@example.org"
    before = one.ask(STORED)
    statuses = collections.Counter(click(one, stop[scanned], "GET") for _ in range(GETS))
    statuses.update(click(one, stop[scanned], "HEAD") for _ in range(5))
    check.that(f"{GETS} GETs of the objection link change nothing ({dict(statuses)})", one.ask(STORED) == before)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    status = click(one, stop[objecting], "POST", "List-Unsubscribe=One-Click", form)
    check.that(f"one POST as RFC 8058 has it, from no page and with no cookie, stops ({status})", 200 <= status < 300 and one.number(
        "SELECT count(*) FROM barometre.contact WHERE objected") == 1)
    status = click(one, stop[objecting], "POST", "List-Unsubscribe=One-Click", form)
    check.that(f"a second one is no error ({status})", 200 <= status < 300)
    # The reminder has its rows when the next one objects.
    sink.stop()
    one.due_now("relance1")
    until("the reminder has its rows", lambda: one.ledger("relance1"), 60)
    click(one, stop[quiet], "POST", "List-Unsubscribe=One-Click", form)
    one.stop()
    sink.start()
    one.start()
    one.settle("relance1", but=("planned", "claimed"))
    reminded = sink.recipients()
    check.that("who objected before gets no reminder", reminded[objecting] == 1 and objecting not in one.ledger("relance1")
               or one.ledger("relance1").get(objecting, ["", ""])[1] == "objected", one.ledger("relance1").get(objecting))
    check.that("who objected when the reminder was on its way neither", reminded[quiet] == 1
               and one.ledger("relance1")[quiet][:2] == ["skipped", "objected"], one.ledger("relance1")[quiet])
    check.that("who was only looked at by a scanner gets it", reminded[scanned] == 2, reminded[scanned])
    one.stop()
    sink.stop()


STORED = """SELECT (SELECT count(*) FROM barometre.objection), (SELECT count(*) FROM barometre.contact WHERE objected),
    (SELECT count(*) FROM barometre.urn), (SELECT count(*) FROM barometre.draft), (SELECT count(*) FROM barometre.invitation WHERE done),
    (SELECT coalesce(sum(n), 0) FROM barometre.participation_day)"""


# -- the letters as bytes, and as two parsers read them

def parse(check, to, raw):
    lines = raw.split(b"\r\n")
    faults = []
    if b"\n" in b"".join(lines) or b"\r" in b"".join(lines):
        faults.append("a bare line end")
    if max(map(len, lines)) > 998:
        faults.append("a line longer than 998")
    if any(byte > 126 or byte < 32 and byte != 9 for byte in b"".join(lines)):
        faults.append("a byte that is not printable ASCII")
    message = email.message_from_bytes(raw, policy=email.policy.default)
    defects = [repr(d) for part in message.walk() for d in part.defects]
    defects += [repr(d) for part in message.walk() for head in part.values() for d in getattr(head, "defects", ())]
    for head in HEADS:
        if len(message.get_all(head, [])) != 1:
            faults.append(f"{len(message.get_all(head, []))} {head}")
    name = NAMES[to.split("@")[0]]
    address = message["To"].addresses
    if len(address) != 1 or address[0].addr_spec != to or not same_name(flat(address[0].display_name), name):
        faults.append(f"To: {address!r} instead of {name!r}")
    sent = message["Date"].datetime
    if abs((datetime.datetime.now(datetime.timezone.utc) - sent).total_seconds()) > 1800:
        faults.append(f"Date: {sent}")
    kinds = [part.get_content_type() for part in message.walk()]
    if kinds != ["multipart/alternative", "text/plain", "text/html"]:
        faults.append(f"parts: {kinds}")
    check.that(f"{to}: no defect for Python's email, lines end as they must", not faults and not defects, faults + defects)
    return message


def flat(text):
    """Spaces counted once: Python shows two where a name is folded between encoded words (RFC 2047 section 6.2 knows none)."""
    return " ".join((text or "").split())


def same_name(found, written):
    """What looks like an encoded word is broken up, so that nobody decodes it; the end of a very long name is cut."""
    written = flat(written.replace("=?", "= ?"))
    return found == written or len(found) >= LONG_ENOUGH and written.startswith(found)


def node_parses(test, check, sink, parsed):
    files = {to: str(sink.folder / f"{taken.name}.eml") for taken in sink.taken() for to in [taken.recipient]}
    done = subprocess.run(["node", str(HERE / "parse.mjs"), *files.values()], capture_output=True, encoding="utf-8", check=False)
    if done.returncode != 0:
        check.that("npm mailparser reads every letter", False, done.stderr)
        return
    seen = dict(zip(files, json.loads(done.stdout)))
    for to, theirs in seen.items():
        ours = parsed[to]
        here = {
            "to": [[flat(a.display_name), a.addr_spec] for a in ours["To"].addresses], "subject": str(ours["Subject"]),
            "from": [[a.display_name, a.addr_spec] for a in ours["From"].addresses], "messageId": str(ours["Message-ID"]),
            "text": flat(ours.get_body(("plain",)).get_content()), "html": flat(ours.get_body(("html",)).get_content()),
        }
        there = {**theirs, "text": flat(theirs["text"]), "html": flat(theirs["html"])}
        different = {key: (here[key], there[key]) for key in here if here[key] != there[key]}
        check.that(f"{to}: mailparser reads the same", not different, different)


# A claim that believes the list of yesterday (--prove).
LATE = """DO $do$ DECLARE f text := pg_get_functiondef('barometre.mailing_claim'::regproc); g text; BEGIN
    g := regexp_replace(f, 'CASE WHEN j\\.verdict IN [^)]*\\) THEN NULL', 'CASE WHEN true THEN NULL');
    IF g = f THEN RAISE EXCEPTION 'there is nothing to break'; END IF; EXECUTE g; END $do$"""


def go(test):
    if test.options.sabotage:
        return reminders(test)
    reminders(test)
    objections(test)
    return None
