# SPDX-License-Identifier: Apache-2.0
"""People who answer while everything breaks: on any trouble they wait a little and try again, with what is on their
screen (the cookie of their browser) or from their link, and they go away only when they were told that all is stored."""

import collections
import copy
import http.client
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "replay"))
from browser import Browser, Surprise  # noqa: E402

ALREADY = "Votre réponse est déjà enregistrée"
TIMEOUT = 90        # longer than the site waits for its database: a page that was given up is never stored later
PAUSE, PAUSE_MOST = 0.05, 1.5
NOTES = 3           # versions of their notes that leavers type
TWICE = 0.15        # of the clicks on « Envoyer » are double


class Trouble(Exception):
    """What a person meets when something is down."""


class Lost(Exception):
    """What must never be seen: said in the figures, and a failure."""


class Told:
    """What the people were told, all together. Nothing here was asked of the database."""

    def __init__(self):
        self.lock = threading.Condition()
        self.receipts = collections.defaultdict(set)  # person -> receipts
        self.already = set()
        self.pages = collections.defaultdict(dict)    # leaver -> field -> values that may be there
        self.cookies = {}                             # leaver -> the cookies they left with
        self.lost = []                                # sentences
        self.surprises = []
        self.troubles = collections.Counter()
        self.visits = self.kept = self.requests = self.clicks = 0
        self.last = time.monotonic()

    def note(self, **more):
        with self.lock:
            self.last = time.monotonic()
            for name, number in more.items():
                setattr(self, name, getattr(self, name) + number)
            self.lock.notify_all()

    def receipt(self, person, code):
        with self.lock:
            self.receipts[person.name].add(code)

    def trouble(self, error):
        with self.lock:
            self.troubles[str(error) if isinstance(error, Trouble) else type(error).__name__] += 1

    def await_click(self, seconds):
        """Until somebody presses « Envoyer » (or for so long)."""
        with self.lock:
            before = self.clicks
            return self.lock.wait_for(lambda: self.clicks > before, seconds)


class Person:
    def __init__(self, name, number, link, marker, leaves):
        self.name, self.number, self.link, self.marker, self.leaves = name, number, link, marker, leaves
        self.invited = link.startswith("/r/")
        self.answers = {"nombre": str(number), "avis": "oui" if number % 3 else "non", "repere": marker,
                        "suite": "non" if number % 5 else "oui"}


def is_allowed(held, allowed):
    """held: what a field sends; an empty one sends nothing."""
    return held in [[value] if value else [] for value in allowed]


class Visit:
    """One person in front of one browser."""

    def __init__(self, person, origin, told, rng, hurry):
        self.person, self.told, self.rng, self.hurry = person, told, rng, hurry
        self.browser = Browser(origin, TIMEOUT)
        self.kept = {}        # path -> field -> values that may be there; the last told first
        self.notes = 0
        self.over = False
        self.restart()

    def restart(self):
        self.browser.forget()
        self.page, self.path, self.looked = None, self.person.link, False

    def go_through(self):
        pause = PAUSE
        while not self.over:
            if self.hurry():
                raise Surprise("the test was stopped")
            try:
                self.step()
                pause = PAUSE
            except (OSError, http.client.HTTPException, Trouble) as error:
                self.told.trouble(error)
                self.browser.close()
                time.sleep(self.rng.uniform(pause / 2, pause))
                pause = min(pause * 2, PAUSE_MOST)
                # From an open link they would be another person: those keep what is on the screen.
                if self.person.invited and self.rng.random() < 0.5:
                    self.restart()
        self.told.note(requests=self.browser.requests)
        self.browser.close()

    def step(self):
        """One request: what is on the screen is sent, or what was promised is opened."""
        if self.page is None:
            self.arrive(self.browser.request("GET", self.browser.path_of(self.path)))
        elif self.page.path == "/recapitulatif":
            self.send()
        elif self.person.leaves and "notes" in self.page.form().names and self.notes < NOTES:
            self.save_notes()
        else:
            self.press()

    def told_already(self, page):
        if page.heading != ALREADY:
            return False
        with self.told.lock:
            self.told.already.add(self.person.name)
        if not self.person.invited or self.person.leaves:
            raise Lost(f"{self.person.name} was told that an answer is there, and never sent one")
        self.finish()
        return True

    def finish(self):
        self.over = True
        self.told.note(visits=1)

    # -- opening

    def arrive(self, page):
        if page.status == 303 and page.moved_to:
            self.path = page.moved_to
            return
        if page.status == 422:
            raise Surprise(f"refused: {page}")
        if page.status != 200:
            raise Trouble(str(page.status))
        if self.told_already(page):
            return
        if page.path == "/merci":
            self.thanked(page)
            return
        action = self.browser.path_of(page.form().action, page.path)
        if action != "/start" and not self.looked:
            self.look_back(page)
        if action.startswith("/q/"):
            if self.person.leaves and "suite" in page.form().names:
                self.leave()
                return
            self.fill(page)
        elif action not in ("/start", "/envoi"):
            raise Surprise(f"a page that nobody expected: {page}")
        self.page = page

    def thanked(self, page):
        code = page.text("receipt")
        if not code:
            raise Surprise(f"thanks without a receipt: {page}")
        self.told.receipt(self.person, code)
        self.finish()

    def fill(self, page):
        form = page.form()
        for name in form.names & set(self.person.answers):
            form.fill(name, self.person.answers[name])

    def leave(self):
        with self.told.lock:
            self.told.pages[self.person.name] = copy.deepcopy(self.kept)
            self.told.cookies[self.person.name] = dict(self.browser.cookies)
        self.finish()

    # -- what was acknowledged is still there

    def look_back(self, page):
        """After a return by the link: every page that was acknowledged before holds what was sent."""
        for path in self.kept:
            shown = page if path == page.path else self.browser.request("GET", path)
            if shown.status == 303 or shown.heading == ALREADY:
                return  # sent meanwhile by the same person, on another device
            if shown.status != 200:
                raise Trouble(str(shown.status))
            self.compare(path, shown)
        self.looked = True

    def compare(self, path, shown):
        form = shown.form()
        for name, allowed in self.kept[path].items():
            held = form.values(name)
            if not is_allowed(held, allowed):
                raise Lost(f"{self.person.name}: page {path} held {name}={allowed}, now {held}")
        self.told.note(kept=1)

    # -- sending

    def acknowledged(self, path, pairs):
        self.kept.setdefault(path, {}).update(
            {name: [value] for name, value in pairs if name in self.person.answers or name == "notes" and value})

    def post(self, pairs):
        path = self.browser.path_of(self.page.form().action, self.page.path)
        return path, self.browser.request("POST", path, pairs, sender=self.page)

    def press(self):
        form = self.page.form()
        pairs = form.sent("next" if "next" in form.buttons else None)
        path, answer = self.post(pairs)
        if answer.status == 303 and answer.moved_to:
            if "revoir" in answer.moved_to:
                raise Surprise(f"{path} was refused")
            if path.startswith("/q/"):
                self.acknowledged(path, pairs)
                self.looked = True  # it goes on from here
                self.told.note()
            self.page, self.path = None, answer.moved_to
        elif not self.told_already(answer):
            raise Trouble(str(answer.status))

    def save_notes(self):
        """As the script of the page does while somebody types."""
        form = self.page.form()
        value = f"notes {self.person.marker} {self.notes + 1}"
        form.fill("notes", value)
        pairs = [(name, "save" if name == "action" else text) for name, text in form.sent("next")]
        path = self.browser.path_of(form.action, self.page.path)
        before = self.kept.setdefault(path, {})
        before.setdefault("notes", [""]).append(value)  # it may be there from now on; nothing, while nothing was acknowledged
        _, answer = self.post(pairs)
        if answer.status == 204:
            self.acknowledged(path, pairs)
            self.notes += 1
            self.told.note()
        elif not self.told_already(answer):
            raise Trouble(str(answer.status))

    def send(self):
        """The one click that counts; some click twice, and both clicks are under way at once."""
        self.told.note(clicks=1)
        second = None
        if self.rng.random() < TWICE:
            second = threading.Thread(target=self.click_again, args=(dict(self.browser.cookies),))
            second.start()
        try:
            self.press()
        finally:
            if second:
                second.join()

    def click_again(self, cookies):
        browser = Browser(self.browser.origin, TIMEOUT)
        browser.cookies = cookies
        page = self.page
        try:
            answer = browser.request("POST", "/envoi", page.form().sent(None), sender=page)
            if answer.status == 303 and answer.moved_to == "/merci":
                code = browser.request("GET", "/merci").text("receipt")
                if code:
                    self.told.receipt(self.person, code)
        except (OSError, http.client.HTTPException):
            pass  # the first click goes on
        finally:
            self.told.note(requests=browser.requests)
            browser.close()


def look_again(person, origin, told):
    """A leaver comes back when all is quiet: every page that was acknowledged holds what was sent. Says what is missing."""
    browser = Browser(origin, TIMEOUT)
    missing = []
    try:
        if person.invited:
            page = browser.get(person.link)
            browser.post(page)
        else:
            browser.cookies = dict(told.cookies[person.name])
        for path, fields in told.pages[person.name].items():
            form = browser.get(path).form()
            missing += [f"{person.name}: page {path} held {name}={allowed}, now {form.values(name)}"
                        for name, allowed in fields.items() if not is_allowed(form.values(name), allowed)]
    finally:
        browser.close()
    return missing
