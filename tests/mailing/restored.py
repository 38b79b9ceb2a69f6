# SPDX-License-Identifier: Apache-2.0
"""A database that was restored from a backup does not know which mails have left since: nothing leaves until a person says so."""

import random
import subprocess
import time

from instance import Instance, Sink, Stuck, crowd, until

CONTACTS = 90
QUIET = 4  # seconds in which mails would leave if they could


def tool(test, name, *words):
    postgres = test.postgres
    done = subprocess.run([f"{postgres.programs}/{name}", "-h", postgres.host, "-p", postgres.port, "-U", "barometre_owner", *map(str, words)],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Stuck(f"{name}: {done.stderr.strip()}")


def nothing_leaves(sink):
    before = len(sink.taken())
    time.sleep(QUIET)
    return len(sink.taken()) - before


def go(test):
    check = test.checks
    sink = Sink(test.folder / "restored-sink").start()
    one = Instance(test, "restored", sink.port, mail_per_minute=600)
    one.edition("essai", crowd(CONTACTS))
    one.start()
    until("a third has left", lambda: len(sink.taken()) >= CONTACTS // 3, 60)
    backup = test.folder / "restored.dump"
    tool(test, "pg_dump", "-Fc", "-f", backup, one.database)
    one.settle(but=("planned", "claimed"))
    until("the mailing is finished", lambda: one.mailing_state() == "finished", 60)
    check.same("all have left", (len(sink.taken()), set(sink.recipients().values())), (CONTACTS, {1}))
    one.stop()
    one.start()
    time.sleep(3)
    check.same("started again, it is not held", one.ask("SELECT coalesce(held, '') FROM barometre.mail_gate"), "")
    one.stop()

    tool(test, "dropdb", one.database)
    tool(test, "createdb", one.database)
    tool(test, "pg_restore", "--exit-on-error", "-d", one.database, backup)
    if test.options.sabotage == "open":
        one.ask(OPEN)
    forgotten = one.states()["planned"]
    check.that(f"the backup knows {CONTACTS - forgotten} of {CONTACTS}", 0 < forgotten < CONTACTS)
    one.start()
    left = nothing_leaves(sink)
    check.same("restored: nothing leaves", left, 0)
    if test.options.sabotage:
        return
    check.same("it is held, and says why", one.ask("SELECT held FROM barometre.mail_gate"), "restored")
    check.that("the log says so", "held" in one.log() or "restored" in one.log())
    one.daemon.kill("everything", random.Random(0))
    one.daemon.ensure()
    check.same("killed and started again: nothing leaves", nothing_leaves(sink), 0)
    # What had left is not planned any more, as far as the relay's own list tells; the others a person lets go.
    have = sink.recipients()
    waiting = {to for to, row in one.ledger().items() if row[0] == "planned"}
    check.that("everybody who is planned has it already: that is what the hold is for", waiting <= set(have), waiting - set(have))
    refused = one.run("mail", "release", check=False)
    check.that("released only by somebody who says that they know", refused.returncode != 0 and nothing_leaves(sink) == 0, refused.stderr)
    said = one.run("mail", "release", "--yes")
    one.settle(but=("planned", "claimed"))
    again = {to for to, n in sink.recipients().items() if n > 1}
    check.that(f"released by a person, they leave ({said.strip()[:80]})", waiting and again <= waiting and len(again) >= len(waiting) - 20,
               (len(again), len(waiting)))
    asked(test, one, sink)
    sink.stop()


def asked(test, one, sink):
    """Held by a person: nothing leaves, and what was on its way is given back."""
    check = test.checks
    one.run("edition", "close", one.code)
    one.edition("essai-2", crowd(CONTACTS, prefix="q"))
    until("the second edition's mails leave", lambda: len([t for t in sink.taken() if t.recipient.startswith("q")]) >= 10, 60)
    one.run("mail", "hold")
    time.sleep(2)
    check.same("held by a person: nothing leaves", nothing_leaves(sink), 0)
    check.that("and some were left", one.states()["planned"] > 0, one.states())
    one.run("mail", "release")
    one.settle(but=("planned", "claimed"))
    second = {to: n for to, n in sink.recipients().items() if to.startswith("q")}
    check.same("released: each once", (len(second), set(second.values())), (CONTACTS, {1}))
    one.stop()


# A gate that compares nothing: what tells the backup's age is taken from it (--prove).
OPEN = "UPDATE barometre.mail_gate SET sequence = sequence + 1000000"
