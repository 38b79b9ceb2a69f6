# SPDX-License-Identifier: Apache-2.0
"""Random questionnaires with crossings, as JSON and as a description that sql.py counts from; and random answers to them.

A condition is a list of (kind, question, code) and a word, "and" or "or". Nothing here knows how the program reads conditions or counts.
"""

import random

CODES = ["oui", "non", "peu", "tout", "c5", "c6", "c7", "c8", "c9"]
PLACES = ["31555", "34172", "12202", "09122", "48095", "dep:75", "dep:99"]
HEAD = {
    "audience": "t", "audienceLabel": "T", "version": "1", "minutes": 1, "boxBytes": 24576, "complete": [],
    "welcome": ["B"], "thanks": ["M"],
}


class Question:
    """name, kind, and of choices: codes that are cells, that are aside, that are exclusive."""

    def __init__(self, name, kind):
        self.name = name
        self.kind = kind
        self.cells, self.aside, self.exclusive, self.rows, self.items = [], [], [], [], []
        self.least = self.most = None
        self.condition = []  # of the page, then its own: each (word, [(kind, question, code)])
        self.json = {"name": name, "title": name.upper()}
        self.own = {}


class Maker:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.questions = []
        self.pages = []

    def choices(self, q, least, most):
        codes = self.r.sample(CODES, self.r.randint(least, most))
        q.json["choices"] = [{"value": code, "text": code} for code in codes]
        q.cells = list(codes)
        if len(codes) > 2 and self.r.random() < 0.3:
            q.aside = [q.cells.pop()]
            q.own["notConcerned"] = q.aside
        if q.kind != "ranking" and self.r.random() < 0.3:
            q.json["showNoneItem"] = True
            q.cells.append("none")
            q.exclusive = ["none"]
        if q.kind != "ranking" and self.r.random() < 0.3:
            q.json["showOtherItem"] = True
            q.cells.append("other")

    def fill(self, q):
        r, kind = self.r, q.kind
        if kind in ("radiogroup", "dropdown", "checkbox"):
            q.json["type"] = kind
            self.choices(q, 2, 9 if kind == "checkbox" else 6)
        elif kind == "scale":
            q.json |= {"type": "radiogroup", "choices": [{"value": str(n), "text": str(n)} for n in range(5)]}
            q.cells = [str(n) for n in range(5)]
            q.own["scale"] = True
        elif kind == "boolean":
            q.json["type"] = "boolean"
            q.cells = ["true", "false"]
        elif kind == "rating":
            q.json |= {"type": "rating", "rateMin": 1, "rateMax": 4}
            q.cells = ["1", "2", "3", "4"]
        elif kind == "matrix":
            q.cells = r.sample(["oui", "non", "peu", "tout"], r.randint(2, 4))
            q.rows = [f"r{n}" for n in range(r.randint(2, 8))]
            q.json |= {"type": "matrix", "columns": [{"value": c, "text": c} for c in q.cells],
                       "rows": [{"value": row, "text": row} for row in q.rows]}
        elif kind in ("number", "segment_number", "free_number"):
            q.json |= {"type": "text", "inputType": "number"}
            if kind != "free_number":
                q.least, q.most = r.randint(-15, 15), r.randint(16, 90)
                q.json |= {"min": q.least, "max": q.most}
        elif kind == "multipletext":
            q.items = ["i0", "i1"]
            q.json |= {"type": "multipletext", "items": [
                {"name": item, "title": item, "inputType": "number", "min": 0, "max": 39} for item in q.items]}
            q.least, q.most = 0, 39
        elif kind == "ranking":
            q.json["type"] = "ranking"
            q.cells = r.sample(CODES, 3)
            q.json["choices"] = [{"value": code, "text": code} for code in q.cells]
        elif kind == "locality":
            q.json["type"] = "text"
        elif kind == "comment":
            q.json["type"] = "comment"
        elif kind == "identifying":
            q.json["type"] = "text"
        if kind in ("locality", "identifying"):
            q.own["role"] = kind
        elif kind == "comment":
            q.own["role"] = "text"
        elif kind == "segment_number":
            q.own["role"] = "segment"

    def atom(self):
        q = self.r.choice([q for q in self.questions if q.kind in (
            "radiogroup", "dropdown", "checkbox", "matrix", "boolean", "scale", "number", "segment_number")])
        if q.kind == "checkbox":
            return f"{{{q.name}}} contains '{(code := self.r.choice(q.cells))}'", ("contains", q, code)
        if q.kind == "matrix":
            row, code = self.r.choice(q.rows), self.r.choice(q.cells)
            return f"{{{q.name}.{row}}} = '{code}'", ("row", q, (row, code))
        if q.kind == "boolean":
            return f"{{{q.name}}} = true", ("equal", q, "true")
        if q.kind in ("number", "segment_number"):
            return f"{{{q.name}}} notempty", ("given", q, None)
        code = self.r.choice(q.cells)
        return f"{{{q.name}}} = '{code}'", ("equal", q, code)

    def conditional(self, json, likely):
        """Gives it a visibleIf, perhaps; returns the description, or None."""
        if len(self.questions) < 2 or self.r.random() > likely:
            return None
        atoms = [self.atom() for _ in range(self.r.choice([1, 1, 2]))]
        word = self.r.choice(["and", "or"])
        json["visibleIf"] = f" {word} ".join(text for text, _ in atoms)
        return word, [atom for _, atom in atoms]

    def page(self, number, kinds):
        json = {"name": f"p{number}", "title": "P", "elements": []}
        of_page = self.conditional(json, 0.3 if number else 0)
        before = list(self.questions)
        for kind in kinds:
            q = Question(f"q{len(self.questions)}", kind)
            self.fill(q)
            known, self.questions = self.questions, before if self.r.random() < 0.5 else self.questions
            own = self.conditional(q.json, 0.3 if number else 0)
            self.questions = known
            q.condition = [c for c in (of_page, own) if c]
            if q.own:
                q.json["barometre"] = q.own
            self.questions.append(q)
            json["elements"].append(q.json)
        self.pages.append(json)

    def form(self):
        kinds = ["radiogroup", "checkbox", "matrix", "scale", "rating", "boolean", "dropdown", "number", "free_number",
                 "multipletext", "ranking", "comment", "identifying", "checkbox", "radiogroup"]
        self.page(0, ["radiogroup", "locality", "segment_number", "boolean"])
        for number in range(1, 4):
            self.page(number, self.r.sample(kinds, 5))
        choice, place, band, boolean = self.questions[:4]
        crossings = [choice.name, {"question": place.name, "by": "departement"}, {"question": place.name, "by": "est_ouest"},
                     {"question": band.name, "by": "tranche"}, boolean.name]
        self.r.shuffle(crossings)
        calculated = Question("v", "calculated")
        calculated.cells = ["true", "false"]
        self.questions.append(calculated)
        return {"title": "T", "description": "D", "locale": "fr", "clearInvisibleValues": "onHiddenContainer",
                "barometre": HEAD | {"crossings": crossings}, "pages": self.pages,
                "calculatedValues": [{"name": "v", "expression": f"{{{boolean.name}}} = true", "includeIntoResult": True,
                                      "barometre": {"title": "V"}}]}

    # Answers: anything may be missing, what is not asked may be there, and some codes are of no question.

    def number(self, q):
        if q.least is None:
            return self.r.choice([-31, -1, 0, 7, 12, 1000])
        return self.r.randint(q.least - 3, q.most + 3)

    def answer(self, q):
        r = self.r
        codes = q.cells + q.aside + ["zz"]
        if q.kind in ("radiogroup", "dropdown", "scale"):
            return r.choice(codes)
        if q.kind in ("boolean", "calculated", "identifying"):
            return r.random() < 0.5
        if q.kind == "rating":
            return r.randint(0, 5)
        if q.kind == "checkbox":
            return [code for code in codes if r.random() < (0.1 if code in q.aside else 0.4)]
        if q.kind == "matrix":
            return {row: r.choice(q.cells + ["zz"]) for row in q.rows if r.random() < 0.6}
        if q.kind == "multipletext":
            return {item: self.number(q) for item in q.items if r.random() < 0.7}
        if q.kind == "ranking":
            return r.sample(q.cells, r.randint(0, 3))
        if q.kind == "locality":
            return r.choice(PLACES + ["nowhere"])
        if q.kind == "comment":
            return r.choice(["", "words"])
        return self.number(q)

    def answers(self):
        return {q.name: self.answer(q) for q in self.questions if self.r.random() < 0.85}
