# SPDX-License-Identifier: Apache-2.0
"""Two machines with one database: nobody gets two mails, and both send."""

import time

from instance import Instance, Sink, crowd, until
from kills import judge_ledger

CONTACTS = {True: 2000, False: 300}


class Both:
    """Two relays looked at as one, for the judgement."""

    def __init__(self, *sinks):
        self.sinks = sinks

    def taken(self):
        return [one for sink in self.sinks for one in sink.taken()]

    def faults(self):
        return [fault for sink in self.sinks for fault in sink.faults()]


def go(test):
    check, number = test.checks, CONTACTS[test.options.full]
    sinks = [Sink(test.folder / f"twins-sink-{n}").start() for n in (1, 2)]
    first = Instance(test, "twins1", sinks[0].port)
    first.edition("essai", crowd(number))
    second = Instance(test, "twins2", sinks[1].port, twin_of=first)
    if test.options.sabotage == "together":
        first.ask(TOGETHER)
    # Everything is there before either may claim, so that both begin at once.
    first.ask("UPDATE barometre.mailing SET due = now() + interval '1 hour'")
    first.start()
    second.start()
    time.sleep(2)
    first.due_now("invitation")
    first.settle(but=("planned", "claimed"), seconds=240)
    time.sleep(2)
    judge_ledger(check, first, Both(*sinks), "two mailers")
    check.same("two mailers: all sent", first.states()["sent"], number)
    shares = [len(sink.taken()) for sink in sinks]
    check.that(f"two mailers: both sent ({shares[0]} and {shares[1]})", min(shares) * 20 >= number, shares)
    until("the mailing is finished", lambda: first.mailing_state() == "finished", 60)
    for one in (first, second):
        one.stop()
    for sink in sinks:
        sink.stop()


# A claim that looks, and takes without holding: another may take the same meanwhile (--prove).
TOGETHER = """DO $do$ DECLARE f text := pg_get_functiondef('barometre.mailing_claim'::regproc); g text; BEGIN
    g := replace(replace(f, 'FOR UPDATE SKIP LOCKED', ''), 'p_known FOR UPDATE', 'p_known');
    g := replace(g, 'SET sequence = v_sequence', 'SET sequence = greatest(sequence, v_sequence)');
    g := replace(g, 'EXIT WHEN v_seen IS NULL', 'PERFORM pg_sleep(0.02); EXIT WHEN v_seen IS NULL');
    IF length(g) - length(f) <> length('greatest(sequence, )PERFORM pg_sleep(0.02); ') - length('FOR UPDATE SKIP LOCKED FOR UPDATE') THEN
        RAISE EXCEPTION 'there is nothing to break';
    END IF; EXECUTE g; END $do$"""
