# SPDX-License-Identifier: Apache-2.0
"""A field with a known truth: who is invited, who answers what, and in which order.

Every answer carries its writer's number in a way only the test can read: in the ticks of « freins », which end in the
row of the answer, in the open texts and in the contact wish. Nothing else of the test knows who is who.
"""

import base64
import json
import pathlib
import queue
import random
import subprocess
import sys
import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "replay"))

from browser import USER_AGENT, Browser, Surprise, await_edition  # noqa: E402
from builder import Respondent  # noqa: E402
from person import Person  # noqa: E402
from keys import from_base32, slot_of  # noqa: E402
from questionnaire import AUDIENCES, FORMS, Questionnaire, places  # noqa: E402
from respondents import towns  # noqa: E402

ZONE = "Europe/Paris"
SUBMITTERS = 3
FAKES = 19  # added once the edition is open
NUMBER = "freins"  # the question whose ticks are the number of a person
LAST_OF_UNFINISHED = {"patients": "bilan"}  # elsewhere "freins_leviers"
TEXT_MAX = 500


class Someone(Respondent):
    """A respondent with a place in the truth."""

    def __init__(self, audience, number):
        super().__init__(audience, number)
        self.address = f"curieux-{audience}-{number:04d}@essai.example"
        self.token = None    # bytes; None: by the open link
        self.order = None    # when it was acknowledged, from 0
        self.slot = None     # of its receipt
        self.cookies = set()
        self.page = None     # the summary, for who is watched

    @property
    def who(self):
        return self.audience, self.number


class Writer(Person):
    """Goes through the questionnaire, and says when the answer was acknowledged."""

    acknowledged = None
    stops_at_summary = False

    def send_summary(self, page):
        self.respondent.cookies.update(self.browser.cookies.values())
        if self.stops_at_summary:
            self.respondent.page = page
            return
        super().send_summary(page)
        self.acknowledged(self.respondent, self.receipt)


def number_of(codes, ticks):
    """The number behind a set of ticks."""
    return sum(1 << place for place, code in enumerate(codes) if code in ticks)


class Population:
    def __init__(self, plan, rng, mark, wish_mark):
        self.plan, self.rng, self.mark, self.wish_mark = plan, rng, mark, wish_mark
        self.lengths = set()
        self.forms = {audience: Questionnaire(audience) for audience in plan.audiences}
        self.places = places()
        self.people = []
        for audience in plan.audiences:
            for number in range(1, plan.invited(audience) + plan.by_open_link + 1):
                person = self.someone(audience, number)
                while plan.plain and self.length(person) in self.lengths:
                    person = self.someone(audience, number)  # lengths that tell people apart, were they to be seen
                self.lengths.add(self.length(person))
                self.people.append(person)

    @staticmethod
    def length(person):
        return len(json.dumps(person.answers, separators=(",", ":"), ensure_ascii=False).encode())

    def number_codes(self, audience):
        question = self.forms[audience].questions[NUMBER]
        return [code for code in question.codes if code != "other" and code not in question.exclusive]

    def someone(self, audience, number):
        person, rng = Someone(audience, number), self.rng
        form = self.forms[audience]
        if number > self.plan.invited(audience):
            person.channel = "-"
        elif rng.random() < self.plan.unfinished:
            person.stops_after_page = LAST_OF_UNFINISHED.get(audience, "freins_leviers")
        wishes = rng.random() < self.plan.wishes
        for page in form.pages:
            if not page.asked(person.answers):
                continue
            if person.stops_after_page and page.index > form.page(person.stops_after_page).index:
                break
            for question in page.questions:
                if question.asked(person.answers):
                    self.answer(person, question, wishes)
        # What hides a question leaves nothing of its answer.
        for name in list(person.answers):
            question = form.questions[name.removesuffix("-Comment")]
            if not (question.page.asked(person.answers) and question.asked(person.answers)):
                del person.answers[name]
        person.habit = rng.choice([None, None, None, "resume", "double", "back", "reload"]) if self.plan.habits else None
        if person.channel and person.habit == "resume":
            person.habit = None  # an open link leads back to nothing
        return person

    def answer(self, person, question, wishes):
        rng, answers, name = self.rng, person.answers, question.name
        if name == NUMBER:
            codes = self.number_codes(person.audience)
            answers[name] = [code for place, code in enumerate(codes) if person.number >> place & 1]
            if self.plan.texts and rng.random() < 0.6:
                self.other(person, name)
        elif name == "experience_12_mois":
            answers[name] = "oui" if rng.random() < self.plan.experienced else "non"
        elif name.startswith("contact_"):
            self.contact(person, question, wishes)
        elif question.type == "matrix":
            answers[name] = {row: rng.choice(question.columns) for row in question.rows}
        elif question.role == "locality":
            if question.required or not self.plan.plain and rng.random() < 0.8:
                answers[name] = rng.choice(towns())
        elif question.role == "segment" and self.plan.plain:
            answers[name] = 45 if question.number else question.codes[0]
        elif question.number:
            answers[name] = rng.randint(max(20, question.minimum or 0), min(79, question.maximum or 79))
        elif question.type == "radiogroup":
            # Some classes are large, some are of two or three people.
            code = question.codes[min(len(question.codes) - 1, int(rng.expovariate(0.9)))]
            answers[name] = code
            if code == "other":
                answers.pop(name)
            if self.plan.texts and "other" in question.codes and rng.random() < 0.4:
                self.other(person, name)
        elif question.type == "checkbox":
            codes = [code for code in question.codes if code != "other" and code not in question.exclusive]
            answers[name] = [code for code in codes if rng.random() < 0.4] or codes[:1]
            if self.plan.texts and "other" in question.codes and rng.random() < 0.5:
                self.other(person, name)
        elif question.type == "comment" and self.plan.texts and rng.random() < 0.7:
            answers[name] = self.text(person, question.length or TEXT_MAX)
        elif question.type == "text" and question.role == "contact" and wishes:
            answers[name] = f"{self.wish_mark} {self.rng.getrandbits(24):06x}"
        if question.required and name not in answers:
            if question.codes:
                answers[name] = question.codes[0] if question.type == "radiogroup" else [question.codes[0]]
            else:
                answers[name] = f"{self.wish_mark} {person.number}" if question.role == "contact" else self.text(person, 60)

    def other(self, person, name):
        """« Autre », with words."""
        held = person.answers.get(name)
        person.answers[name] = held + ["other"] if isinstance(held, list) else "other"
        person.answers[f"{name}-Comment"] = self.text(person, 200)

    def text(self, person, room):
        words = " je suis la seule à l’avoir dit ici" * self.rng.randint(0, max(0, room // 80))
        return f"{self.mark}-{person.audience}-{person.number:04d}-{self.rng.getrandbits(24):06x}{words}"[:room].rstrip()

    def contact(self, person, question, wishes):
        name, answers = question.name, person.answers
        if question.type == "checkbox":
            if wishes:
                answers[name] = ["reunions", "annuaire"]
        elif name == "contact_email":
            answers[name] = f"{self.wish_mark}-{person.audience}-{person.number:04d}@essai.example"
        elif question.type == "radiogroup":
            answers[name] = "oui"
        elif name == "contact_telephone":
            answers[name] = "0123456789"
        else:
            answers[name] = f"{self.wish_mark} {self.rng.getrandbits(24):06x}"


class Plan:
    """How large and how varied a field is."""

    def __init__(self, full=False, small=False):
        self.audiences = AUDIENCES if full else ("patients",)
        self.sizes = {"patients": 400 if full else 30 if small else 120}
        self.by_open_link = 0 if small else 8
        self.unfinished = 0 if small else 0.08
        self.silent = 0 if small else 0.05
        self.wishes = 0 if small else 0.5
        self.experienced = 0.25 if full else 0
        self.texts = not small
        self.habits = not small
        self.plain = small

    def invited(self, audience):
        return self.sizes.get(audience, 60)


class Field:
    """The edition and the site, seen from those who organise it and those who answer."""

    def __init__(self, options, plan, seed):
        self.options, self.plan, self.seed = options, plan, seed
        self.code = "curieux"
        self.folder = pathlib.Path(options.folder)
        self.keys = self.folder / "keys"
        self.rng = random.Random(seed)
        self.mark = f"Marque{self.rng.getrandbits(40):010x}"
        self.wish_mark = f"souhait{self.rng.getrandbits(40):010x}"
        self.population = Population(plan, self.rng, self.mark, self.wish_mark)
        self.people = self.population.people
        self.lock = threading.Lock()
        self.acknowledged = []
        self.custodians = {}
        self.secrets = {USER_AGENT, self.mark, self.wish_mark}

    def run(self, *words, accepted=(0,), text=""):
        done = subprocess.run([self.options.program, "-c", self.options.config, *words], input=text,
                              capture_output=True, encoding="utf-8", check=False)
        if done.returncode not in accepted:
            raise AssertionError(f"barometre {' '.join(words)}: status {done.returncode}\n{done.stderr}")
        return done

    # -- before

    def prepare(self, mails, custodians):
        """custodians: the counting key never lies on the server; else it does, the weaker choice."""
        day = lambda n: (datetime.now(ZoneInfo(ZONE)).date() + timedelta(days=n)).isoformat()  # noqa: E731
        path = self.folder / "edition.json"
        path.write_text(json.dumps({
            "code": self.code, "title": "Baromètre des curieux", "zone": ZONE, "opens": day(-1), "closes": day(30),
            "thresholds": {"minBase": 11, "minCell": 5}, "countPartials": True,
            "keys": "custodians" if custodians else "server",
            "audiences": [{"audience": audience, "form": str(FORMS / f"{audience}.json"), "openLink": True,
                           "channels": []} for audience in self.plan.audiences],
            "mail": {"window": {"days": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "to": "24:00", "holidays": "none"},
                     "plan": [{"kind": "invitation", "on": day(0)}] if mails else []},
        }), encoding="utf-8")
        self.run("edition", "create", str(path))
        invited = [person for person in self.people if person.channel is None]
        self.rng.shuffle(invited)
        self.import_contacts("contacts", [(person.address, f"Nom {person.number}", person.audience)
                                          for person in invited])
        if custodians:
            self.hold_ceremony()
        # The check before opening finds what a test is: no TLS, small groups.
        self.run("edition", "open", self.code, "--despite-findings", "essai")

    def hold_ceremony(self):
        """Two custodians, their files on a « stick » beside the server, each tested."""
        stick = self.folder.parent / "stick"
        stick.mkdir(mode=0o700)
        self.custodians = {name: f"phrase {name} {self.rng.getrandbits(60):015x}" for name in ("alix", "bo")}
        self.run("key", "make", self.code, *(word for name in self.custodians for word in ("--custodian", name)),
                 "--out", str(stick), text="".join(f"{phrase}\n" for phrase in self.custodians.values()))
        self.custodian_files = {}
        for name, phrase in self.custodians.items():
            (self.custodian_files[name],) = stick.glob(f"*-{name}.*")
            self.run("key", "test", self.code, str(self.custodian_files[name]), text=f"{phrase}\n")

    def import_contacts(self, name, lines):
        path = self.folder / f"{name}.csv"
        path.write_text("\n".join(["email;nom;public", *(";".join(line) for line in lines)]) + "\n", encoding="utf-8")
        return self.run("contacts", "import", self.code, str(path))

    def add_fakes(self):
        """Contacts that nobody is, from a manager who would like to be sure who the others are."""
        self.import_contacts("fakes", [(f"faux-{n}@essai.example", f"Faux {n}", self.plan.audiences[0])
                                       for n in range(FAKES)])

    def give_links(self):
        links = {}
        for line in self.run("link", self.code, "--all").stdout.splitlines()[1:]:
            address, _, link = line.split(",")
            links[address] = link
        for person in self.people:
            if person.channel is None:
                token = links[person.address].rpartition("/")[2]
                person.token = from_base32(token)
                self.secrets |= {token, person.address}
        self.paths = {person.who: f"/r/{self.token_text(person)}" if person.token else f"/o/{person.audience}"
                      for person in self.people}
        await_edition(self.options.public_url, next(p for p in self.paths.values() if p.startswith("/r/")))

    @staticmethod
    def token_text(person):
        return base64.b32encode(person.token).decode().rstrip("=").lower()

    # -- during

    def note(self, person, receipt):
        with self.lock:
            person.order = len(self.acknowledged)
            person.slot = slot_of(receipt)
            self.acknowledged.append(person)
            self.secrets |= {receipt} | person.cookies

    def writer(self, browser, person):
        writer = Writer(browser, self.population.forms[person.audience], person, self.population.places)
        writer.acknowledged = self.note
        return writer

    def answer(self, people):
        """Everybody of the list, by several submitters at once."""
        todo, problems = queue.Queue(), []
        for person in people:
            todo.put(person)

        def work():
            browser = Browser(self.options.public_url)
            try:
                while not problems:
                    person = todo.get_nowait()
                    self.writer(browser, person).answer(self.paths[person.who])
            except queue.Empty:
                pass
            except (Surprise, OSError, ValueError, KeyError) as error:
                problems.append(f"{person.who} ({person.habit or 'no habit'}): {type(error).__name__}: {error}")
            finally:
                browser.close()

        workers = [threading.Thread(target=work, daemon=True) for _ in range(SUBMITTERS)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        if problems:
            raise AssertionError("\n".join(problems))

    def walk_to_summary(self, person):
        """Everything but the last button. Gives the browser, its page being in person.page."""
        browser = Browser(self.options.public_url)
        writer = self.writer(browser, person)
        writer.stops_at_summary = True
        writer.answer(self.paths[person.who])
        return browser

    def press_last(self, browser, person):
        """The last button; gives the page it leads to, or the one that says no."""
        form = person.page.form()
        answer = browser.request("POST", browser.path_of(form.action, person.page.path), form.sent(),
                                 sender=person.page)
        if answer.status == 303:
            answer = browser.get(browser.path_of(answer.moved_to, person.page.path), sender=answer)
        if answer.path == "/merci" and person.order is None:
            self.note(person, answer.text("receipt"))
        return answer

    # -- after

    def close(self):
        self.run("edition", "close", self.code)

    def count(self, accepted=(0,)):
        """The second custodian brings the key, when there are custodians. Gives the status and what was said."""
        words, text = ["count", self.code, "--waive-invalid"], ""
        if self.custodians:
            name, phrase = list(self.custodians.items())[-1]
            words, text = words + ["--key", str(self.custodian_files[name])], f"{phrase}\n"
        return self.run(*words, text=text, accepted=accepted)
