# SPDX-License-Identifier: Apache-2.0
"""A questionnaire of forms/*.json as a person meets it: pages, questions, and when each is asked."""

import csv
import json
import pathlib
import re

FORMS = pathlib.Path(__file__).resolve().parents[2] / "forms"
AUDIENCES = ("associations", "patients", "equipes", "etablissements", "formation")

TOKEN = re.compile(r"\s*(?:\{(?P<name>[^{}]+)\}|'(?P<text>[^'\\]*)'|(?P<sign>!=|=|\(|\)|\[|\]|,)"
                   r"|(?P<word>[a-z]+))")


def is_empty(value):
    return value is None or value == "" or value == [] or value == {}


class Condition:
    """A condition of the strict syntax, as a function of the answers: and, or, =, !=, contains, anyof, (not)empty."""

    def __init__(self, text):
        self.tokens = []
        place = 0
        while place < len(text.rstrip()):
            match = TOKEN.match(text, place)
            if not match:
                raise ValueError(f"condition {text!r}: unreadable at {place}")
            self.tokens.append((match.lastgroup, match[match.lastgroup]))
            place = match.end()
        self.place = 0
        self.test = self._either()
        if self.place != len(self.tokens):
            raise ValueError(f"condition {text!r}: {self.tokens[self.place][1]!r} is not expected")

    def holds(self, answers):
        return self.test(answers)

    def _next(self, *wanted):
        if self.place < len(self.tokens) and self.tokens[self.place] in wanted:
            self.place += 1
            return True
        return False

    def _take(self, kind):
        if self.place == len(self.tokens) or self.tokens[self.place][0] != kind:
            raise ValueError(f"condition: {kind} expected at {self.place} of {self.tokens}")
        self.place += 1
        return self.tokens[self.place - 1][1]

    def _either(self):
        parts = [self._both()]
        while self._next(("word", "or")):
            parts.append(self._both())
        return lambda answers: any(part(answers) for part in parts)

    def _both(self):
        parts = [self._one()]
        while self._next(("word", "and")):
            parts.append(self._one())
        return lambda answers: all(part(answers) for part in parts)

    def _one(self):
        if self._next(("sign", "(")):
            inner = self._either()
            if not self._next(("sign", ")")):
                raise ValueError("condition: a parenthesis is not closed")
            return inner
        name, _, row = self._take("name").partition(".")

        def read(answers):
            value = answers.get(name)
            return (value or {}).get(row) if row else value

        if self._next(("sign", "=")):
            literal = self._take("text")
            return lambda answers: read(answers) == literal
        if self._next(("sign", "!=")):
            literal = self._take("text")
            return lambda answers: read(answers) != literal
        word = self._take("word")
        if word == "empty":
            return lambda answers: is_empty(read(answers))
        if word == "notempty":
            return lambda answers: not is_empty(read(answers))
        if word == "contains":
            literal = self._take("text")
            return lambda answers: literal in (read(answers) or [])
        if word == "anyof":
            if not self._next(("sign", "[")):
                raise ValueError("condition: a list is expected after anyof")
            literals = [self._take("text")]
            while self._next(("sign", ",")):
                literals.append(self._take("text"))
            if not self._next(("sign", "]")):
                raise ValueError("condition: a list is not closed")
            return lambda answers: any(literal in (read(answers) or []) for literal in literals)
        raise ValueError(f"condition: unknown word {word!r}")


def _condition(element):
    return Condition(element["visibleIf"]) if "visibleIf" in element else None


class Question:
    def __init__(self, element, page):
        own = element.get("barometre", {})
        self.name = element["name"]
        self.page = page
        self.type = element["type"]
        self.number = element.get("inputType") == "number"
        self.role = own.get("role", "opinion")
        self.codebook = own.get("codebook")
        self.required = element.get("isRequired", False)
        self.codes = [choice["value"] for choice in element.get("choices", [])]
        if element.get("showOtherItem"):
            self.codes.append("other")
        self.exclusive = set(own.get("exclusive", []))
        self.rows = [row["value"] for row in element.get("rows", [])]
        self.columns = [column["value"] for column in element.get("columns", [])]
        self.minimum, self.maximum = element.get("min"), element.get("max")
        self.length = element.get("maxLength")
        self._condition = _condition(element)

    def asked(self, answers):
        """Is it asked of these answers, its page being asked?"""
        return self._condition is None or self._condition.holds(answers)

    def answered(self, answers):
        value = answers.get(self.name)
        if self.type == "matrix":
            return bool(value) and all(row in value for row in self.rows)
        return not is_empty(value)


class Page:
    def __init__(self, element, index):
        self.name = element["name"]
        self.index = index
        self.questions = [Question(child, self) for child in element["elements"]]
        self._condition = _condition(element)

    def asked(self, answers):
        """A page without a question to ask is passed over."""
        if self._condition is not None and not self._condition.holds(answers):
            return False
        return any(question.asked(answers) for question in self.questions)


class Questionnaire:
    def __init__(self, audience):
        element = json.loads((FORMS / f"{audience}.json").read_text(encoding="utf-8"))
        self.audience = audience
        self.pages = [Page(page, index) for index, page in enumerate(element["pages"])]
        self.questions = {question.name: question for page in self.pages for question in page.questions}
        self.complete = element["barometre"]["complete"]

    def page(self, name):
        return next(page for page in self.pages if page.name == name)

    def route(self, answers):
        """The pages this person meets, in order, if nothing stops them."""
        return [page for page in self.pages if page.asked(answers)]


def bare_name(label):
    """« toulouse » for « Toulouse (31) »: what many people type."""
    return label.rpartition(" (")[0].lower()


def places():
    """Communes of Occitanie: code to the label people type, « Toulouse (31) »."""
    with open(FORMS / "communes-occitanie.tsv", encoding="utf-8", newline="") as file:
        return {row["insee"]: f"{row['name']} ({row['department']})"
                for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}
