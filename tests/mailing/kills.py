# SPDX-License-Identifier: Apache-2.0
"""A mailing while the mailer, PostgreSQL and the relay are killed: the relay's own list shows no address twice, and none missing but
those that the ledger holds as unknown."""

import collections
import random
import time

from instance import Instance, Sink, Stuck, crowd, until

# A kill loses what was claimed and not yet recorded: at a low pace that is little at a time.
FULL = {"contacts": 2000, "mailer": 200, "postgres": 12, "relay": 12, "per_minute": 300}
SHORT = {"contacts": 120, "mailer": 14, "postgres": 2, "relay": 2, "per_minute": 300}
STEPS = ("CONNECT", "MAIL", "RCPT", "DATA", "DOT", "DOT", "DOT", "REPLIED", "REPLIED")
DELAY = "0.02"  # seconds before each reply of the relay: the moments to strike are that long
STRUCK = ("mailer", "postgres", "relay")
CONNECTIONS = 2  # mail_connections, as it is by default
TOGETHER = 4  # kills of a mailer under one supervisor, which waits longer after each; then all are killed
CAP = 5400


class Kills:
    def __init__(self, test):
        self.test, self.rng = test, random.Random(test.options.seed)
        self.size = FULL if test.options.full else SHORT
        self.sink = Sink(test.folder / "kills-sink", "--delay", DELAY)
        self.killed = collections.Counter()
        self.under_one = 0

    def await_step(self, seconds):
        """A moment in the life of a mail, by what the sink noted; or the time is over."""
        wanted, limit = self.rng.choice(STEPS), time.monotonic() + seconds
        seen = len(self.sink.event_lines())
        while time.monotonic() < limit:
            lines = self.sink.event_lines()
            if any(line.startswith(wanted) for line in lines[seen:]):
                break
            seen = len(lines)
            time.sleep(0.003)
        time.sleep(self.rng.choice((0, self.rng.uniform(0, 0.03))))

    def act(self, kind):
        test, daemon = self.test, self.one.daemon
        daemon.ensure()
        self.await_step(6)
        if kind == "relay":
            self.sink.kill()
            time.sleep(self.rng.choice((0, 0.2, 1)))
            self.sink.start()
        elif kind == "postgres":
            test.postgres.stop_now()
            time.sleep(self.rng.choice((0, 0.5, 2)))
            test.postgres.start()
        else:
            self.under_one += 1
            if self.under_one >= TOGETHER:
                daemon.kill("everything", self.rng)
                daemon.ensure()
                self.under_one = 0
                self.killed["mailer with all others"] += 1
            else:
                until("there is a mailer to kill", lambda: daemon.kill("mailer", self.rng), 60)
                self.killed["mailer alone"] += 1
        self.killed[kind] += 1

    def go(self):
        test, size = self.test, self.size
        began = time.monotonic()
        self.sink.start()
        self.one = Instance(test, "kills", self.sink.port, mail_per_minute=size["per_minute"])
        self.one.edition("essai", crowd(size["contacts"]))
        if test.options.sabotage in SABOTAGE:
            self.one.ask(SABOTAGE[test.options.sabotage])
        self.one.start()
        deck = [kind for kind in STRUCK for _ in range(size[kind])]
        self.rng.shuffle(deck)
        for kind in deck:
            if time.monotonic() - began > CAP:
                raise Stuck(f"kills: {dict(self.killed)} after {CAP} s")
            self.act(kind)
        wild = self.one.states()
        self.one.daemon.ensure()
        self.one.settle(seconds=size["contacts"] * 60 / size["per_minute"] * 4 + 400)
        self.judge("after the kills")
        # Long after, as the ledger sees it: what was claimed and never recorded is unknown, and stays so.
        self.one.stop()
        self.one.age_claims()
        self.one.start()
        self.one.settle(but=("planned", "claimed"), seconds=300)
        until("the mailing is finished", lambda: self.one.mailing_state() == "finished", 60)
        test.checks.same("the mailing adds up: alarm, and rows written", self.one.ask("SELECT alarm, written FROM barometre.mailing"),
                         f"f\t{size['contacts']}")
        self.one.daemon.kill("everything", self.rng)
        self.one.daemon.ensure()
        time.sleep(4)
        self.judge("an hour later, started again twice")
        test.checks.that(f"killed while the mailing went on ({wild['planned']} rows were still planned when the last kill came)",
                         wild["planned"] > 0 or wild["claimed"] > 0, dict(wild))
        doubt = self.one.states()["unknown"]
        test.checks.that(f"a strike leaves no more in doubt than there are connections ({doubt} after {sum(size[k] for k in STRUCK)})",
                         doubt <= CONNECTIONS * sum(size[k] for k in STRUCK), doubt)
        for kind in STRUCK:
            test.checks.that(f"killed: {kind} {self.killed[kind]} times, at least {size[kind]}", self.killed[kind] >= size[kind])
        self.one.stop()
        self.sink.stop()
        print(f"-- kills: {dict(self.killed)}; the supervisor saw {self.one.daemon.deaths()['mailer']} mailers die; "
              f"{self.one.daemon.starts} starts of the program, {self.sink.starts} of the relay; {len(self.sink.taken())} mails; "
              f"{time.monotonic() - began:.0f} s", flush=True)

    def judge(self, when):
        judge_ledger(self.test.checks, self.one, self.sink, when)
        self.test.checks.same(f"{when}: everybody has a row", len(self.one.ledger()), self.size["contacts"])


def judge_ledger(check, one, sink, when, kind="invitation"):
    """Row by row, against the list of the relay."""
    ledger, list_ = one.ledger(kind), sink.taken()
    names = collections.defaultdict(list)
    for taken in list_:
        names[taken.recipient].append(taken.name)
    states = collections.Counter(row[0] for row in ledger.values())
    twice = {to: n for to, n in names.items() if len(n) > 1}
    check.that(f"{when}: nobody twice ({len(list_)} mails, ledger {dict(sorted(states.items()))})", not twice,
               f"{len(twice)}: {list(twice.items())[:4]}")
    lost = [to for to, row in ledger.items() if row[0] == "sent" and to not in names]
    check.that(f"{when}: whoever the ledger calls sent is on the relay's list", not lost, lost[:5])
    wrong = [to for to, row in ledger.items() if row[0] == "sent" and to in names
             and not any(name in row[3] for name in names[to])]
    check.that(f"{when}: with the relay's own queue id", not wrong, [(to, ledger[to], names[to]) for to in wrong[:3]])
    early = [to for to, row in ledger.items() if row[0] in ("planned", "skipped", "refused") and to in names]
    check.that(f"{when}: whoever is planned, skipped or refused is not", not early, [(to, ledger[to]) for to in early[:5]])
    doubt = {to for to, row in ledger.items() if row[0] in ("claimed", "unknown")}
    missing = set(ledger) - set(names) - doubt - {to for to, row in ledger.items() if row[0] in ("planned", "skipped", "refused")}
    check.that(f"{when}: nobody is missing but {len(doubt)} in doubt, of whom {len(doubt & set(names))} have it", not missing,
               list(missing)[:5])
    strangers = set(names) - set(ledger)
    check.that(f"{when}: nobody has a mail without a row", not strangers, list(strangers)[:5])
    check.that(f"{when}: nothing on the wire that must not be", not sink.faults(), dict(sink.faults()))


# Designs that this test must find wrong (--prove).
SABOTAGE = {
    # A mailer that starts takes what was claimed as never sent.
    "repeat": """CREATE FUNCTION public.repeat() RETURNS trigger LANGUAGE plpgsql AS $do$ BEGIN
        IF NEW.state = 'unknown' THEN NEW.state := 'planned'; NEW.claimed_at := NULL; END IF; RETURN NEW; END $do$;
        CREATE TRIGGER repeat BEFORE UPDATE ON barometre.delivery FOR EACH ROW EXECUTE FUNCTION public.repeat()""",
    # One mail in ten is forgotten by the ledger.
    "forget": """CREATE FUNCTION public.forget() RETURNS trigger LANGUAGE plpgsql AS $do$ BEGIN
        IF NEW.state = 'sent' AND random() < 0.1 THEN NEW.state := 'planned'; END IF; RETURN NEW; END $do$;
        CREATE TRIGGER forget BEFORE UPDATE ON barometre.delivery FOR EACH ROW EXECUTE FUNCTION public.forget()""",
    # What is claimed counts as sent at once.
    "early": """CREATE FUNCTION public.early() RETURNS trigger LANGUAGE plpgsql AS $do$ BEGIN
        IF NEW.state = 'claimed' THEN NEW.state := 'sent'; END IF; RETURN NEW; END $do$;
        CREATE TRIGGER early BEFORE UPDATE ON barometre.delivery FOR EACH ROW EXECUTE FUNCTION public.early()""",
}


def go(test):
    Kills(test).go()
