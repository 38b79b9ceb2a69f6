# SPDX-License-Identifier: Apache-2.0
"""Relays that behave badly, one row of a table each, and what must be in the ledger afterwards."""

import time

from instance import EXTENSIONS, Authority, Instance, Sink, until
from kills import judge_ledger

AGAIN = 3  # seconds between two starts of the program, which then does not wait for the relay

# Manner of the recipient (sink.py) -> state in the ledger, reply code, how many mails on the relay's list.
REFUSALS = {
    "plain": ("sent", "250", 1),
    "rcpt5": ("refused", "550", 0),
    "many5": ("refused", "550", 0),
    "data5": ("refused", "554", 0),
    "dot5": ("refused", "554", 0),
    "rcpt4": ("planned", "450", 0),
    "data4": ("planned", "451", 0),
    "dot4": ("planned", "452", 0),
    "once4": ("planned", "450", 0),
    "oncedot4": ("planned", "451", 0),
    "dotslow": ("sent", "250", 1),
    "rcptslow": ("sent", "250", 1),
}
# The connection ends before the final dot: nothing has left, it is tried again.
CUTS = ("rcptcut", "rcpt421", "datacut")
# After it, as far as the mailer can tell (its system takes a whole letter at once): nobody knows but the relay.
DOUBTS = {"midcut": 0, "midreset": 0, "dotcut": 1, "dotreset": 1}

# Relays to whom nothing may be said: options of the sink.
UNTRUSTED = {
    "no STARTTLS": [],
    "STARTTLS refused": ["--tls", "refuse"],
    "no TLS after STARTTLS": ["--tls", "garbage"],
    "a certificate for another name": ["--certificate", "other"],
    "a certificate of another authority": ["--certificate", "strange"],
    "a certificate that has expired": ["--certificate", "expired"],
    "greeted with 554": ["--certificate", "good", "--greeting", "554 5.7.1 no"],
    "greeted with 421": ["--certificate", "good", "--greeting", "421 4.3.2 later"],
    "sender refused": ["--certificate", "good", "--mail", "550 5.7.1 not this sender"],
}

OFFERS = {
    "nothing": (),
    "PIPELINING": ("PIPELINING",),
    "8BITMIME": ("8BITMIME",),
    "SIZE": ("SIZE 26214400",),
    "everything, and words of tomorrow": (*EXTENSIONS, "SMTPUTF8", "DSN", "CHUNKING", "X-TOMORROW 7", "LIMITS RCPTMAX=5"),
}


def person(manner):
    return f"{manner}.essai@example.org"


def on_list(sink, manner):
    return sink.recipients()[person(manner)]


def refusals(test):
    check = test.checks
    sink = Sink(test.folder / "refusals-sink").start()
    one = Instance(test, "refusals", sink.port)
    one.edition("essai", {person(m): m for m in REFUSALS})
    one.start()
    wanted = {person(m): row[:2] for m, row in REFUSALS.items()}

    def met():
        return {to: tuple(row[i] for i in (0, 2)) for to, row in one.ledger().items()} == wanted

    until(f"every manner is met: {one.ledger()}", lambda: met() or len(one.ledger()) == len(wanted) and not any(
        row[0] == "claimed" or row[0] == "planned" and row[4] == "0" for row in one.ledger().values()), 90, step=0.5)
    ledger = one.ledger()
    for manner, (state, code, number) in REFUSALS.items():
        row = ledger[person(manner)]
        check.that(f"{manner}: {state} {code}, {number} on the relay's list",
                   (row[0], row[2], on_list(sink, manner)) == (state, code, number), (row, on_list(sink, manner)))
    check.that("the words of a refusal are kept, and name nobody", ledger[person("rcpt5")][3] == "5.1.1" and not any(
        "@" in row[3] for row in ledger.values()), ledger[person("rcpt5")])
    stopped = dict(one.rows("SELECT c.type, c.bounced FROM barometre.contact c WHERE c.bounced IS NOT NULL"))
    stopped = {one.people[int(who[1:])]: why for who, why in stopped.items()}
    # Not for 5.7.1, which is about who sends.
    check.that("who was refused is written to no more, and the reason is kept", stopped.keys() == {
        person(m) for m, row in REFUSALS.items() if row[0] == "refused" and m != "dot5"} and all(
        why.startswith(ledger[to][2]) for to, why in stopped.items()) and stopped[person("rcpt5")] == "550 5.1.1", stopped)
    # Deferred ones come again, not before their time.
    waits = one.number("SELECT count(*) FROM barometre.delivery WHERE state = 'planned' AND not_before > now() + interval '2 minutes'")
    check.same("deferred, each with a time that is to come", waits, sum(row[0] == "planned" for row in REFUSALS.values()))
    one.ask("UPDATE barometre.delivery SET not_before = now() - interval '1 second' WHERE state = 'planned'")
    until("whoever asked to come again took the mail", lambda: {one.ledger()[person(m)][0] for m in ("once4", "oncedot4")} == {"sent"}, 60)
    until("the others are deferred again", lambda: all(one.ledger()[person(m)][4] == "2" for m in ("rcpt4", "data4", "dot4")), 60)
    for manner in ("once4", "oncedot4"):
        check.same(f"{manner}: taken when it came again", on_list(sink, manner), 1)
    longer = one.number("SELECT count(*) FROM barometre.delivery WHERE state = 'planned' AND not_before > now() + interval '10 minutes'")
    check.same("deferred twice, they wait longer", longer, 3)
    judge_ledger(check, one, sink, "refusals")
    one.stop()
    sink.stop()


def cuts(test):
    check = test.checks
    sink = Sink(test.folder / "cuts-sink").start()
    one = Instance(test, "cuts", sink.port)
    one.edition("essai", {person(m): m for m in (*CUTS, *DOUBTS, "plain")})
    one.start()

    def settled():
        rows = one.ledger().values()
        if rows and not any(row[0] == "planned" for row in rows):
            return True
        # A relay that cuts is left alone for a while; a start forgets that.
        one.stop()
        one.start()
        time.sleep(AGAIN)
        return False

    time.sleep(AGAIN)
    until("everybody but those in doubt has the mail", settled, 150, step=0.1)
    ledger = one.ledger()
    for manner in CUTS:
        check.that(f"{manner}: taken at the second try, once", (ledger[person(manner)][0], on_list(sink, manner)) == ("sent", 1),
                   (ledger[person(manner)], on_list(sink, manner)))
    for manner, number in DOUBTS.items():
        check.that(f"{manner}: in doubt, and not tried again, {number} on the relay's list", ledger[person(manner)][0] in
                   ("claimed", "unknown") and on_list(sink, manner) == number, (ledger[person(manner)], on_list(sink, manner)))
    one.stop()
    one.age_claims()
    one.start()
    one.settle(but=("planned", "claimed"))
    check.same("an hour later they are unknown", one.states()["unknown"], len(DOUBTS))
    judge_ledger(check, one, sink, "cuts")
    one.stop()
    sink.stop()


def held(test):
    """The client dies while it waits for the last word; the relay gives it to nobody."""
    check = test.checks
    sink = Sink(test.folder / "held-sink").start()
    one = Instance(test, "held", sink.port)
    one.edition("essai", {person(m): m for m in ("dothold", "plain")})
    one.start()
    until("the relay has the mail and is silent", lambda: f"DOT {person('dothold')}" in sink.event_lines(), 60)
    one.kill_mailer()
    until("the relay sees that the client is gone", lambda: f"CLIENT-GONE {person('dothold')}" in sink.event_lines(), 60)
    until("the others are served", lambda: one.ledger()[person("plain")][0] in ("sent", "claimed"), 60)
    one.stop()
    one.age_claims()
    one.start()
    one.settle(but=("planned", "claimed"))
    time.sleep(2)
    row = one.ledger()[person("dothold")]
    check.that("answered after the client was gone: unknown, and once on the list", row[0] == "unknown" and on_list(sink, "dothold") == 1,
               (row, on_list(sink, "dothold")))
    judge_ledger(check, one, sink, "held")
    one.stop()
    sink.stop()


def untrusted(test):
    check = test.checks
    ours, theirs = Authority(test.folder / "ours"), Authority(test.folder / "theirs", "Une autre")
    pems = {"good": ours.issue("localhost", "DNS:localhost,IP:127.0.0.1"),
            "other": ours.issue("elsewhere.example", "DNS:elsewhere.example"),
            "strange": theirs.issue("localhost", "DNS:localhost,IP:127.0.0.1"),
            "expired": ours.issue("expired", "DNS:localhost,IP:127.0.0.1", days=-1)}
    folder = test.folder / "untrusted-sink"
    port = 0
    sink = Sink(folder).start()
    port = sink.port
    sink.stop()
    one = Instance(test, "untrusted", port, smtp_tls="required", smtp_ca_file=str(ours.certificate), smtp_url=f"smtp://localhost:{port}")
    one.edition("essai", {f"p{n}@example.org": f"Personne {n}" for n in range(3)})
    for name, options in UNTRUSTED.items():
        words = [str(pems.get(word, word)) for word in options]
        sink = Sink(folder, *words, port=port).start()
        before = len([line for line in sink.event_lines() if line == "CONNECT"])
        one.start()
        until(f"{name}: the mailer tries", lambda: len([line for line in sink.event_lines() if line == "CONNECT"]) > before, 60)
        time.sleep(0.8)
        one.stop()
        rows = set((row[0], row[4]) for row in one.ledger().values())
        check.that(f"{name}: nothing leaves, nobody's turn is used up", rows == {("planned", "0")} and not sink.taken() and not any(
            line.startswith(("RCPT", "DATA", "fault")) for line in sink.event_lines()), (rows, sink.event_lines()[-8:]))
        sink.stop()
    sink = Sink(folder, "--certificate", str(pems["good"]), port=port).start()
    one.start()
    one.settle(but=("planned", "claimed"))
    check.that("with a relay that can be trusted all leave, under TLS", {t.tls for t in sink.taken()} == {"tls"}
               and one.states() == {"sent": 3}, (one.states(), sink.taken()))
    judge_ledger(check, one, sink, "untrusted")
    one.stop()
    sink.stop()


def offers(test):
    check = test.checks
    port = 0
    one = None
    for n, (name, extensions) in enumerate(OFFERS.items()):
        sink = Sink(test.folder / f"offers-{n}", extensions=extensions, port=port).start()
        port = sink.port
        one = one or Instance(test, "offers", port)
        if n:
            one.run("edition", "close", one.code)
        one.edition(f"essai-{n}", {f"a{n}@example.org": "Zoé Ünal", f"b{n}@example.org": "Bé"})
        if not n:
            one.start()
        one.settle(but=("planned", "claimed"), seconds=60)
        check.that(f"a relay that offers {name}: all taken, nothing used that was not offered",
                   one.states() == {"sent": 2} and not sink.faults(), (one.states(), sink.faults()))
        sink.stop()
    one.stop()


def go(test):
    for part in (refusals, cuts, held, untrusted, offers):
        part(test)
