# SPDX-License-Identifier: Apache-2.0
"""The inquisitive administrator against a running program: a field, its count, and every attack on the way.

With --break the design is broken on purpose, and the status is 1 because the link is found. Status 2: the test itself
could not go on. See README.md.
"""

import argparse
import json
import pathlib
import random
import sys
import time
import traceback

import breaks
import keys
import linking
import traces
from administrator import Administrator
from field import FAKES, Field, Plan
from linking import Look, Truth
from report import Report

OTHER_MAX = 200  # characters that a text beside « Autre » may have in every form
FOUND = 0.6  # right guesses of all: a link
TEXTS_MAY_LIE_IN = frozenset({"verbatim", "wal", "pg_statistic"})  # after the count


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    for name in ("--program", "--config", "--folder", "--public-url", "--database", "--data", "--log"):
        parser.add_argument(name, required=True)
    parser.add_argument("--spool", help="where the relay keeps its mails; none: no mail is sent")
    parser.add_argument("--proxy", help="where the proxy before the site keeps its files; none: there is none")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--break", dest="broken", choices=sorted(breaks.FOUND_BY))
    parser.add_argument("--server-key", action="store_true", help="the counting key is kept by the server")
    parser.add_argument("--seed", type=int, help="of the people and their answers")
    parser.add_argument("--result", help="a file for the outcome, for run")
    return parser.parse_args()


class Run:
    def __init__(self, options):
        self.options = options
        self.seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
        self.report = Report()
        self.field = Field(options, Plan(options.full and not options.broken, options.broken is not None), self.seed)
        self.dumps = pathlib.Path(options.folder) / "dumps"
        self.dumps.mkdir(mode=0o700)
        self.administrator = Administrator(options.database, options.data, options.log, self.dumps)
        self.began = time.monotonic()

    def say(self, text):
        print(f"       {time.monotonic() - self.began:5.1f} s  {text}", flush=True)

    def open(self):
        field = self.field
        self.say(f"seed {self.seed}: {len(field.people)} people, {', '.join(field.plan.audiences)}")
        self.administrator.own_wal_only()
        field.prepare(mails=self.options.spool is not None, custodians=self.options.broken is None and not self.options.server_key)
        self.administrator.keep_everything()
        self.administrator.learn_files()
        field.give_links()
        self.campaign = keys.Campaign(keys.key_files(field.keys)[f"{field.code}.campaign"])
        self.trustee = keys.key_files(field.keys)[f"{field.code}.trustee"]
        self.say("opened")

    @property
    def places(self):
        """Files outside the database: the program's log, dumps, keys, mails, the proxy's."""
        field = self.field
        return [field.folder / "serve.log", self.dumps, field.keys] + [
            pathlib.Path(folder) for folder in (self.options.spool, self.options.proxy) if folder]

    def truth(self):
        return Truth(self.field, self.campaign, self.trustee)

    def residue(self, moment, texts_may_lie_in=frozenset()):
        field = self.field
        marks = [("the texts of the open answers", field.mark, texts_may_lie_in),
                 ("the contact wishes", field.wish_mark, frozenset())]
        marks += [(f"the passphrase of {name}", phrase, frozenset()) for name, phrase in field.custodians.items()]
        traces.residue(self.report, self.administrator, moment, marks, self.places)

    # -- the design as it is

    def healthy(self):
        self.open()
        self.await_mails()
        self.watched()
        self.everybody()
        self.during()
        self.after_closing()
        self.after_count()
        traces.logs(self.report, self.field, self.administrator)

    def await_mails(self):
        self.until("the invitations have left", "SELECT state = 'finished' FROM barometre.mailing")
        self.field.add_fakes()
        self.until("late contacts were invited", "SELECT (SELECT count(*) FROM barometre.delivery WHERE state = 'sent') = "
                                                 "(SELECT count(*) FROM barometre.contact)")
        self.mails = traces.mails_of(pathlib.Path(self.options.spool))
        self.say(f"{len(self.mails)} mails sent")

    def until(self, what, question, seconds=120):
        limit = time.monotonic() + seconds
        while self.administrator.one(question) != "t":
            if time.monotonic() > limit:
                raise AssertionError(f"still not after {seconds} s: {what}")
            time.sleep(0.3)

    def watched(self):
        """Those who answer one by one, with a dump before and after, or while something breaks."""
        field, report, administrator = self.field, self.report, self.administrator
        invited = [p for p in field.people if p.token and p.stops_after_page is None]
        passers = [p for p in field.people if not p.token]
        field.rng.shuffle(invited)
        traces.catalogue(report, administrator)
        traces.scanners(report, field, administrator, invited[0])
        traces.errors(report, field, administrator, invited[:6])
        self.say("errors forced")
        with_wish = next(p for p in invited[6:] if "contact_email" in p.answers)
        without = next(p for p in invited[6:] if "contact_email" not in p.answers)
        longest = next(p for p in invited[6:] if p not in (with_wish, without)
                       and any(name.endswith("-Comment") for name in p.answers))
        for name in list(longest.answers):
            if name.endswith("-Comment"):
                longest.answers[name] = (longest.answers[name] + " toujours plus" * 40)[:OTHER_MAX].rstrip()
        for what, person in (("with a wish to be contacted", with_wish), ("without a wish", without),
                             ("the longest texts", longest), ("by the open link", passers[0])):
            browser = field.walk_to_summary(person)
            before = administrator.dump()
            field.press_last(browser, person)
            browser.close()
            traces.around_one(report, what, before, administrator.dump(), person.token is not None)
        self.say("watched one by one")

    def everybody(self):
        """The rest, several at once, in a random order; a few never come."""
        field = self.field
        rest = [p for p in field.people if p.order is None]
        silent = {p.who for p in rest if p.token and field.rng.random() < field.plan.silent}
        rest = [p for p in rest if p.who not in silent]
        field.rng.shuffle(rest)
        field.answer(rest)
        self.say(f"{len(field.acknowledged)} answers acknowledged, {len([p for p in rest if p.order is None])} not finished, "
                 f"{len(silent)} silent")

    def attack(self, seen, look):
        truth = self.truth()
        spool = {}
        if self.options.spool:
            number = {mail["to"]: mail["number"] for mail in self.mails}
            spool = {p.who: number[p.address] for p in self.field.people if p.address in number}
        linking.same_transaction(self.report, truth, seen, look)
        if look.rows["response"]:
            linking.by_order(self.report, truth, seen, look, spool)
            linking.by_date(self.report, truth, seen, look)
            linking.by_length(self.report, truth, seen, look)

    def during(self):
        field, report = self.field, self.report
        self.seen = Look(self.administrator, "during the field")
        self.dump_of_field = self.administrator.dump("field")
        linking.sealed_links(report, self.truth(), self.seen)
        self.attack(self.seen, self.seen)
        linking.one_length(report, [self.seen])
        dead = self.administrator.dead_rows("draft")
        report.note("T1", f"during the field, {len(dead)} dead versions of drafts in the pages name the transactions that "
                          "replaced or sent them (sealed as well)")
        boxes = traces.boxes_of(self.dump_of_field)
        opened = sum(any(keys.open_box(key, box) is not None for key in keys.key_files(field.keys).values()) for box in boxes)
        text = f"with the key folder, {opened} of {len(boxes)} boxes open during the field"
        if not field.custodians:
            report.note("I3", text + ": keys kept by the server are the declared weaker choice, until they are destroyed")
        else:
            report.check("I3", text, [f"{opened} boxes open"] if opened else [])
        made = [key for p in field.people if p.token for key in traces.derived(p.token) if len(key) == 32][:400]
        plain = sum(keys.open_box(key, box) is not None for key in made for box in boxes[:10])
        report.check("I2", f"database and tokens of the mails, without the key folder: none of {len(made)} keys made of tokens "
                           "opens a box", [f"{plain} times"] if plain else [])
        traces.ids_of_mails(report, self.mails, self.seen)
        self.residue("during the field")
        report.check("T6", "statements that the server shows hold no secret", traces.activity(self.administrator, field.secrets))
        self.say("looked at during the field")

    def after_closing(self):
        field, report, administrator = self.field, self.report, self.administrator
        before = administrator.one("SELECT sum(added_after_open) FROM barometre.participation_live('curieux')")
        field.close()
        look = Look(administrator, "after closing", wal=False)
        administrator.dump("closed")
        self.attack(self.seen, look)
        linking.one_length(report, [look])
        self.residue("after closing")
        report.check("T21", f"{FAKES} contacts added after the opening are told as such before the count",
                     [] if before == str(FAKES) else [f"{before} are told"])
        self.say("looked at after closing")

    def after_count(self):
        field, report, administrator = self.field, self.report, self.administrator
        forged = next(p for p in reversed(field.acknowledged) if p.token is None)
        administrator.sql("UPDATE barometre.urn SET box = set_byte(box, 500, get_byte(box, 500) # 1) "
                          f"WHERE slot = '{forged.slot}'")
        folder = field.folder / "keys.before"
        linked = traces.read_only(field.keys, folder)
        field.count()
        self.say("counted")
        self.residue("after the count", TEXTS_MAY_LIE_IN)
        look = Look(administrator, "after the count")
        dump = administrator.dump("counted")
        self.attack(self.seen, look)
        truth = self.truth()
        linking.everybody_known(report, truth, look, [p for p in field.acknowledged if p is not forged])
        linking.texts_apart(report, truth, look)
        linking.kinds_apart(report, truth, look)
        linking.one_length(report, [self.seen, look])
        linking.small_classes(report, look, field.population.forms)
        linking.no_identifier_left(report, self.seen, dump)
        traces.rights(report, administrator)
        complete = sum(row["completeness"] == "complete" for row in look.rows["response"])
        invalid = administrator.sql("SELECT reason FROM barometre.invalid_box")
        report.check("T15", "a box altered by one bit is kept as invalid, all others are counted",
                     ([] if len(invalid) == 1 else [f"{len(invalid)} invalid boxes"])
                     + ([] if complete == len(field.acknowledged) - 1
                        else [f"{complete} complete responses of {len(field.acknowledged)} boxes"]))
        again = field.count(accepted=range(256))
        report.check("T15", f"counting twice is refused (status {again.returncode})",
                     ([] if again.returncode == 5 else [again.stderr])
                     + ["the database changed" for _ in [0] if traces.difference(dump, administrator.dump())])
        traces.forward_secrecy(report, field, folder, linked, self.dump_of_field, self.mails, self.seen)
        kept = administrator.one("SELECT sum(added_after_open) FROM barometre.participation_total")
        report.check("T21", f"and after it: {FAKES}", [] if kept == str(FAKES) else [f"{kept} are told"])
        report.check("I5", "after the count no row says who has answered, and urn and drafts are empty",
                     [f"{len(look.rows[t])} rows in {t}" for t in ("invitation", "delivery", "urn", "draft") if look.rows[t]])
        self.say("looked at after the count")

    # -- the design broken on purpose

    def broken(self):
        field, administrator, how = self.field, self.administrator, self.options.broken
        self.open()
        if how == "naive":
            breaks.naive(field, administrator, self.campaign)
        elif how == "date":
            breaks.date(administrator)
        people = list(field.people)
        field.rng.shuffle(people)
        field.answer(people)
        self.say(f"{len(field.acknowledged)} answers acknowledged")
        if how == "naive":
            breaks.forget_ready(administrator)
        elif how == "date":
            traces.catalogue(self.report, administrator)
        self.seen = look = Look(administrator, "during the field")
        if how == "length":
            linking.one_length(self.report, [look])
        if how != "naive":  # whose answers are readable already, and would not be counted beside others
            dates = dict(administrator.sql("SELECT slot, at FROM barometre.urn")) if how == "date" else {}
            field.close()
            field.count()
            if how == "date":
                breaks.carry_date(administrator, self.truth(), Look(administrator, "counted", wal=False), dates)
            look = Look(administrator, "after the count")
        self.attack(self.seen, look)
        rate, test, what = max((f for f in self.report.found if f[1] == breaks.FOUND_BY[how]), default=(0.0, "", "nothing"))
        print(f"BROKEN ({how}): the link is {'found' if rate >= FOUND else 'NOT found'} by {test} {what}: {100 * rate:.1f} %",
              flush=True)
        return rate


def main():
    options = read_options()
    rate = None
    try:
        run = Run(options)
        if options.broken:
            rate = run.broken()
        else:
            run.healthy()
    except Exception:  # a fault of the test must not pass for a finding
        traceback.print_exc()
        return 2
    report = run.report
    print(f"{report.passed} passed, {report.failed} failed", flush=True)
    if options.result:
        pathlib.Path(options.result).write_text(json.dumps({"passed": report.passed, "failed": report.failed, "rate": rate}))
    return 1 if (rate >= FOUND if options.broken else report.failed) else 0


if __name__ == "__main__":
    sys.exit(main())
