# SPDX-License-Identifier: Apache-2.0
"""One respondent in front of a browser: reads each page, answers, goes on, hesitates, makes mistakes, leaves."""

from browser import Surprise
from builder import pages_saved
from questionnaire import bare_name

TIMES = 3  # a page that grows is filled again, at most so often


class Person:
    def __init__(self, browser, form, respondent, places):
        self.browser = browser
        self.form = form
        self.respondent = respondent
        self.places = places
        self.answers = respondent.answers
        self.route = form.route(self.answers)
        self.sent = {}  # what the site has acknowledged
        self.receipt = None
        self.returned = False  # closed the browser and came back

    # -- the page in front of them

    def fields(self, question):
        """Field names and values of this person's answer to a question."""
        name, value = question.name, self.answers.get(question.name)
        if question.type == "matrix":
            return {f"{name}.{row}": (value or {}).get(row) for row in question.rows}
        if question.role == "locality":
            return self.locality_fields(name, value)
        fields = {name: value}
        if f"{name}-Comment" in self.answers:
            fields[f"{name}-Comment"] = self.answers[f"{name}-Comment"]
        return fields

    def locality_fields(self, name, code):
        if code is None:
            return {name: None}
        if code.startswith("dep:"):
            return {f"{name}.hors": code}
        label = self.places[code]
        # Every third person types the bare name.
        return {name: bare_name(label) if self.respondent.number % 3 == 0 else label}

    def at(self, page):
        """Which page of the questionnaire is shown."""
        names = {name.split(".")[0].removesuffix("-Comment") for name in page.form().names}
        shown = {self.form.questions[name].page.index for name in names if name in self.form.questions}
        unknown = names - set(self.form.questions)
        if len(shown) != 1 or unknown:
            raise Surprise(f"{page}: fields of pages {sorted(shown)}, unknown fields {sorted(unknown)}")
        return self.form.pages[shown.pop()]

    def fill(self, page, expected):
        """Answers what is shown; gives the names of the questions answered."""
        form, done = page.form(), set()
        for question in expected.questions:
            if question.name not in self.answers:
                continue
            fields = self.fields(question)
            if not set(fields) <= form.names and f"{question.name}.hors" not in fields:
                continue  # not shown yet: the page grows once the question before is answered
            for name, value in fields.items():
                if name.endswith(".hors") and value not in self.offered(form, name):
                    value = value.removeprefix("dep:")
                form.fill(name, value)
            done.add(question.name)
        return done

    @staticmethod
    def offered(form, name):
        return [option for control in form.controls if control.name == name for option in control.options]

    def wanted(self, page):
        return {question.name for question in page.questions if question.name in self.answers}

    def shows_what_was_sent(self, page, expected):
        """After Back or a return, the page holds what was answered."""
        form = page.form()
        for question in expected.questions:
            if question.name not in self.sent or question.role == "locality":
                continue
            for name, value in self.fields(question).items():
                held = form.values(name)
                want = [str(item) for item in value] if isinstance(value, list) else [str(value)]
                if sorted(held) != sorted(want):
                    raise Surprise(f"{page}: {name} holds {held}, {want} was sent")

    def remember(self, page):
        for question in page.questions:
            for key in (question.name, f"{question.name}-Comment"):
                if key in self.answers:
                    self.sent[key] = self.answers[key]

    # -- the way through

    def start(self, path):
        self.browser.forget()
        page = self.browser.get(path)
        if self.browser.path_of(page.form().action, page.path) != "/start":
            raise Surprise(f"{page}: the form does not lead to /start")
        return self.browser.post(page)

    def is_done(self, path):
        """Does the link say that they have answered already? There is then nothing to start."""
        self.browser.forget()
        return not self.browser.request("GET", self.browser.path_of(path)).forms

    def answer(self, path, begun=False):
        """Everything this person does; `begun`: an interrupted replay may have done a part of it, or all."""
        if begun and self.is_done(path):
            return
        saved = pages_saved(self.form, self.respondent)
        page = self.start(path)
        place = 0
        if begun and page.path == "/recapitulatif":
            self.send_summary(page)
            return
        if begun:
            place = self.place_of(page, saved + self.route[len(saved):len(saved) + 1])
        while place < len(saved):
            expected = saved[place]
            page = self.arrive(page, expected, place)
            if self.respondent.stops_after_page is None and place == len(saved) - 1:
                self.send(page, expected)
                return
            page = self.save(page, expected)
            self.remember(expected)
            place += 1
            if self.respondent.habit == "resume" and not self.returned and place > len(saved) // 2:
                self.returned = True
                page = self.start(path)
                place = self.place_of(page, saved[:place + 1])
                if place < len(saved):
                    self.shows_what_was_sent(page, saved[place])
        self.expect_next(page)

    def place_of(self, page, pages):
        """Who comes back is led to where they were, or to a page before."""
        shown = self.at(page)
        if shown not in pages:
            raise Surprise(f"{page}: {shown.name} after a return, {pages[-1].name} at most was expected")
        return pages.index(shown)

    def expect_next(self, page):
        """Who leaves does it in front of the next page of their way."""
        saved = pages_saved(self.form, self.respondent)
        if self.at(page) is not self.route[len(saved)]:
            raise Surprise(f"{page}: {self.route[len(saved)].name} expected")

    def arrive(self, page, expected, place):
        if self.at(page) is not expected:
            raise Surprise(f"{page}: {self.at(page).name} is shown, {expected.name} expected")
        habit = self.respondent.habit
        if habit == "reload" and place % 2 == 1:
            page = self.browser.get(page.path, sender=page)
            if self.at(page) is not expected:
                raise Surprise(f"{page}: another page after a reload")
        elif habit == "back" and place in (2, len(self.route) - 1):
            page = self.go_back(page, expected, self.route[place - 1])
        elif habit == "error" and not self.sent and place == 0:
            page = self.blunder(page, expected)
        return page

    def go_back(self, page, expected, before):
        page = self.browser.post(page, "back")
        if self.at(page) is not before:
            raise Surprise(f"{page}: {before.name} expected after Back")
        self.shows_what_was_sent(page, before)
        page = self.browser.post(page, "next")
        if self.at(page) is not expected:
            raise Surprise(f"{page}: {expected.name} expected after Back and Next")
        return page

    def blunder(self, page, expected):
        """A required page sent empty, or words for a number: refused beside a summary, then put right."""
        form = page.form()
        required = [question for question in expected.questions if question.required and question.asked({})]
        numbers = [question for question in expected.questions if question.number]
        if required:
            form.clear()
        elif numbers:
            form.fill(numbers[0].name, "soixante")
        else:
            return page
        page = self.browser.post(page, "next", expect=422)
        if not page.alerts or not any(page.has(anchor) and anchor.startswith("q-") for anchor in page.anchors):
            raise Surprise(f"{page}: no summary of errors that leads to the fields")
        if not required and page.form().values(numbers[0].name) != ["soixante"]:
            raise Surprise(f"{page}: what was typed is lost")
        if self.at(page) is not expected:
            raise Surprise(f"{page}: another page after an error")
        return page

    def save(self, page, expected, button="next"):
        """Fills the page and presses the button, again when the page grew."""
        for _ in range(TIMES):
            done = self.fill(page, expected)
            page = self.browser.post(page, button)
            if not page.path.startswith("/q/") or self.at(page) is not expected:
                missed = self.wanted(expected) - done
                if missed:
                    raise Surprise(f"{expected.name}: the site went on without {sorted(missed)}")
                return page
        raise Surprise(f"{page}: still there after {TIMES} times")

    def send(self, page, expected):
        """The last page, the summary, the button that sends."""
        page = self.save(page, expected)
        self.remember(expected)
        self.send_summary(page)

    def send_summary(self, page):
        if page.path != "/recapitulatif" or self.browser.path_of(page.form().action, page.path) != "/envoi":
            raise Surprise(f"{page}: the summary with its button expected")
        if self.respondent.habit == "double":
            first, page = self.browser.post_twice(page, None)
            if first.text("receipt") != page.text("receipt"):
                raise Surprise(f"{page}: another receipt after a second click")
        else:
            page = self.browser.post(page)
        if page.path != "/merci":
            raise Surprise(f"{page}: thanks expected")
        self.receipt = page.text("receipt")
        if not self.receipt:
            raise Surprise(f"{page}: no receipt")
