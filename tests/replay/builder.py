# SPDX-License-Identifier: Apache-2.0
"""Gives exact totals of answers to people who go through a questionnaire page by page.

Pages are built in the order of the form: each call sees who is still there and to whom the question is asked.
"""

import random
from dataclasses import dataclass, field

from questionnaire import Questionnaire
from sentences import OTHERS, texts_for


@dataclass
class Respondent:
    audience: str
    number: int
    answers: dict = field(default_factory=dict)
    stops_after_page: str | None = None  # leaves after this page is saved; "" before any; None: sends the answers
    channel: str | None = None           # came by the open link spread there
    habit: str | None = None             # "back", "reload", "double", "error", "resume"
    counted: bool = True                 # False: somebody who came by, and must change no figure


def apportion(total, weights, most):
    """Counts of the given total in proportion to the weights, none above `most`, by largest remainders."""
    counts = dict.fromkeys(weights, 0)
    while (left := total - sum(counts.values())) > 0:
        free = {code: weight for code, weight in weights.items() if counts[code] < most}
        if not free:
            raise ValueError(f"{total} answers do not fit {len(weights)} options of at most {most}")
        scale = left / sum(free.values())
        for code, weight in free.items():
            counts[code] += min(int(weight * scale), most - counts[code])
        rest = sorted((code for code in free if counts[code] < most),
                      key=lambda code: int(free[code] * scale) - free[code] * scale)
        for code in rest[:max(0, total - sum(counts.values()))]:
            counts[code] += 1
    return counts


class Builder:
    def __init__(self, audience, size, seed):
        self.form = Questionnaire(audience)
        self.random = random.Random(f"{seed}/{audience}")
        self.people = [Respondent(audience, number) for number in range(1, size + 1)]

    # -- who

    def here(self, page):
        """Those who are shown this page."""
        page = self.form.page(page) if isinstance(page, str) else page
        return [person for person in self.people
                if (person.stops_after_page is None
                    or self.form.page(person.stops_after_page).index >= page.index)
                and page.asked(person.answers)]

    def asked(self, name):
        question = self.form.questions[name]
        return [person for person in self.here(question.page) if question.asked(person.answers)]

    def leave(self, page, size, among=None):
        """So many leave once this page is saved."""
        pool = [person for person in self.here(page)
                if person.stops_after_page is None and (among is None or among(person))]
        for person in self.random.sample(pool, size):
            person.stops_after_page = page

    def staying(self, page):
        """Those who go further than this page (whether or not it is shown to them)."""
        index = self.form.page(page).index
        return [person for person in self.people if person.stops_after_page is None
                or self.form.page(person.stops_after_page).index > index]

    def _pick(self, name, size, among):
        pool = self.asked(name) if among is None else among
        if size is None:
            return list(pool)
        if size > len(pool):
            raise ValueError(f"{self.form.audience} {name}: {size} people wanted, asked of {len(pool)}")
        return self.random.sample(pool, size)

    # -- what

    def value(self, name, size, values, among=None):
        """One value each, in random order."""
        people = self._pick(name, size, among)
        values = list(values)
        if len(values) != len(people):
            raise ValueError(f"{self.form.audience} {name}: {len(values)} values for {len(people)} people")
        self.random.shuffle(values)
        for person, value in zip(people, values):
            person.answers[name] = value
            if value == "other":
                person.answers[f"{name}-Comment"] = self.random.choice(OTHERS)

    def choose(self, name, size, weights, among=None, **exact):
        """A single choice: the options of `exact` so many times, the others by weight."""
        people = self._pick(name, size, among)
        counts = dict(exact)
        counts.update(apportion(len(people) - sum(exact.values()),
                                {code: w for code, w in weights.items() if code not in exact}, len(people)))
        self._known(name, counts)
        self.value(name, None, [code for code, count in counts.items() for _ in range(count)], people)

    def tick(self, name, size, mentions, weights, among=None, alone=None, **exact):
        """A multiple choice: so many people, so many ticks; `alone`: exclusive options and how often."""
        people = self._pick(name, size, among)
        self.random.shuffle(people)
        question = self.form.questions[name]
        for code, count in (alone or {}).items():
            self._known(name, [code])
            for _ in range(count):
                people.pop().answers[name] = [code]
                mentions -= 1
        counts = dict(exact)
        counts.update(apportion(mentions - sum(exact.values()),
                                {code: w for code, w in weights.items() if code not in exact}, len(people)))
        self._known(name, counts)
        ticks = self._spread(name, len(people), counts)
        for person, codes in zip(people, ticks):
            person.answers[name] = [code for code in question.codes if code in codes]
            if "other" in codes:
                person.answers[f"{name}-Comment"] = self.random.choice(OTHERS)

    def _spread(self, name, size, counts):
        """Sets of codes with these totals, none empty: each option goes to people drawn at random, then those who
        got nothing take a tick from somebody who has several."""
        if sum(counts.values()) < size or max(counts.values(), default=0) > size:
            raise ValueError(f"{self.form.audience} {name}: {counts} cannot be given to {size} people")
        sets = [set() for _ in range(size)]
        for code, count in counts.items():
            for place in self.random.sample(range(size), count):
                sets[place].add(code)
        for empty in [place for place in range(size) if not sets[place]]:
            giver = self.random.choice([place for place in range(size) if len(sets[place]) > 1])
            code = self.random.choice(sorted(sets[giver]))
            sets[giver].remove(code)
            sets[empty].add(code)
        return sets

    def row(self, name, row, people, yes):
        """One row of a grid: so many « oui » among these people, the others elsewhere about as often."""
        question = self.form.questions[name]
        chosen = {id(person) for person in self.random.sample(people, yes)}
        inside = {id(person) for person in people}
        for person in self.asked(name):
            if id(person) in inside:
                says = id(person) in chosen
            else:
                says = self.random.random() < yes / len(people)
            no = "non" if self.random.random() < 0.85 else "nsp"
            person.answers.setdefault(name, {})[row] = "oui" if says else no
        if row not in question.rows:
            raise ValueError(f"{name}: no row {row}")

    def numbers(self, name, size, mean, spread, low, high):
        """Whole numbers of exactly this mean; `low` and `high` are functions of the person."""
        people = self._pick(name, size, None)
        values = [min(max(round(self.random.gauss(mean, spread)), low(p)), high(p)) for p in people]
        while (gap := mean * len(people) - sum(values)) != 0:
            place = self.random.randrange(len(people))
            value = values[place] + (1 if gap > 0 else -1)
            if low(people[place]) <= value <= high(people[place]):
                values[place] = value
        for person, value in zip(people, values):
            person.answers[name] = value

    def write(self, name, size, mentions):
        """Open answers: so many people, so many themes in all; the least used texts first."""
        people = self._pick(name, size, None)
        codebook = self.form.questions[name].codebook
        double = mentions - size
        for themes, group in ((2, people[:double]), (1, people[double:])):
            texts = texts_for(codebook, self.form.audience, themes) if group else []
            self.random.shuffle(texts)
            for place, person in enumerate(group):
                person.answers[name] = texts[place % len(texts)]

    def _known(self, name, codes):
        unknown = set(codes) - set(self.form.questions[name].codes)
        if unknown:
            raise ValueError(f"{self.form.audience} {name}: no option {sorted(unknown)}")

    # -- is it what a person clicking through would have given?

    def check(self):
        for person in self.people:
            problem = impossible(self.form, person)
            if problem:
                raise ValueError(f"{self.form.audience} {person.number}: {problem}")


def pages_saved(form, person):
    """The pages this person saves, in order."""
    route = form.route(person.answers)
    if person.stops_after_page is None:
        return route
    if person.stops_after_page == "":
        return []
    last = form.page(person.stops_after_page)
    return [page for page in route if page.index <= last.index]


def impossible(form, person):
    """Why a person could not have given these answers, or None."""
    saved = pages_saved(form, person)
    if person.stops_after_page and person.stops_after_page not in [page.name for page in saved]:
        return f"leaves after {person.stops_after_page}, which is not shown"
    if person.counted and person.stops_after_page is not None:
        missing = [name for name in form.complete if not form.questions[name].answered(person.answers)]
        if missing:
            return f"leaves too early: without {missing}"
    expected = set()
    for page in saved:
        for question in page.questions:
            if question.asked(person.answers):
                expected.add(question.name)
                if question.required and not question.answered(person.answers):
                    return f"{question.name} is required"
    for name, value in person.answers.items():
        base = name.removesuffix("-Comment")
        if base not in expected:
            return f"{base} is answered and was not asked"
        problem = _malformed(form.questions[base], name, value, person.answers)
        if problem:
            return f"{name}: {problem}"
    return None


def _malformed(question, name, value, answers):
    if name != question.name:
        chosen = answers.get(question.name)
        return None if value and "other" in (chosen if isinstance(chosen, list) else [chosen]) else "nobody asked"
    if question.type == "checkbox":
        if not value or value != [code for code in question.codes if code in value]:
            return "not a list of codes in order"
        if question.exclusive & set(value) and len(value) > 1:
            return "an exclusive option beside another"
    elif question.type == "radiogroup" and value not in question.codes:
        return "not an option"
    elif question.type == "matrix" and (set(value) != set(question.rows)
                                        or not set(value.values()) <= set(question.columns)):
        return "not the rows or the columns"
    elif question.number and not (isinstance(value, int) and question.minimum <= value <= question.maximum):
        return "not a number within the bounds"
    elif question.type == "comment" and len(value) > question.length:
        return "too long"
    codes = value if isinstance(value, list) else [value]
    if question.codes and "other" in codes and f"{question.name}-Comment" not in answers:
        return "other without a text"
    return None
