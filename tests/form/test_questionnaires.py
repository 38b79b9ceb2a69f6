#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the five questionnaires with the lists committed beside this file.

usage: test_questionnaires.py [FORMS_DIR]        (default: forms, run from the repository top)

Prints one line for each failed check and exits 1; prints a summary and exits 0 otherwise.
Two lists are the reference, so that no question of the 2023 edition can be lost or reworded
without a visible change here:
  published-wordings.tsv   every wording printed in the 2023 report, slips kept
  questions-2023.tsv       every entry of the five questionnaires: published? required?
"""

import csv
import json
import pathlib
import re
import sys
import unicodedata

HERE = pathlib.Path(__file__).resolve().parent
AUDIENCES = ("associations", "patients", "equipes", "etablissements", "formation")
ENTRIES = {"associations": 40, "patients": 39, "equipes": 18, "etablissements": 23, "formation": 21}
PUBLISHED = 132
# What earlier editions published, as it was printed: lines, those with a known error or reserve, and some of them by heart.
FIGURES = {"2023": (232, 24), "2021": (59, 22)}
BY_HEART = (
    ("2023", "formation", "participation", "response_rate", "", "27", 105),
    ("2023", "equipes", "participation", "response_rate", "", "12,5", 813),
    ("2023", "ensemble", "participation", "respondents", "répondants avec réponses exploitables", "412", None),
    ("2023", "patients", "age", "mean", "", "61", 124),
    ("2021", "patients", "participation", "respondents", "", "92", None),
    ("2021", "etablissements", "experience", "percent", "impliquent", "98", None),
)
# The only questions that are the same as in 2023: words, options and who was asked are printed, and are ours.
SAME = {("associations", "instances_role"), ("equipes", "satisfaction"), ("etablissements", "satisfaction"),
        ("formation", "frequence"), ("formation", "satisfaction")}
# Not questions of ours.
OTHER_SUBJECTS = {"participation", "methodologie", "sous_population_ru_exclusif", "ru_exclusif_age", "ru_exclusif_maladie",
                  "ru_exclusif_formation", "ru_exclusif_territoire", "sous_population_age_actif", "age_actif_age",
                  "age_actif_maladie", "age_actif_formation", "age_actif_territoire", "sous_populations", "maladie",
                  "engagement_associatif", "territoire", "souhait_participation", "dedommagement_remuneration", "experience",
                  "maladies_chroniques"}

TYPES = {"text", "comment", "radiogroup", "checkbox", "matrix"}
INPUT_TYPES = {"text", "number", "email", "tel"}
ROLES = {"opinion", "segment", "identifying", "contact", "locality", "text"}
ROOT_KEYS = {"title", "description", "locale", "clearInvisibleValues", "barometre",
             "calculatedValues", "pages"}
ROOT_OWN_KEYS = {"audience", "version", "minutes", "boxBytes", "audienceLabel", "complete",
                 "welcome", "thanks", "crossings"}
PAGE_KEYS = {"name", "title", "description", "visibleIf", "elements"}
COMMON_KEYS = {"type", "name", "title", "description", "isRequired", "visibleIf", "barometre"}
TYPE_KEYS = {
    "text": {"inputType", "min", "max", "maxLength", "autocomplete"},
    "comment": {"maxLength"},
    "radiogroup": {"choices", "showOtherItem", "otherText"},
    "checkbox": {"choices", "showOtherItem", "otherText"},
    "matrix": {"columns", "rows", "eachRowRequired"},
}
OWN_KEYS = {"role", "sensitive", "published", "new", "codebook", "exclusive", "scale",
            "notConcerned", "lexicon", "short", "comparable", "collapse"}
SERIES = ("none", "base", "options", "wording", "same")
SHORT_MAX = 60
OTHER_TEXT = "Autre (précisez)"
CONTACT = ["contact_souhait", "contact_email", "contact_nom", "contact_telephone",
           "contact_message", "contact_annuaire"]

NNBSP = "\u202f"
CODE = re.compile(r"[a-z0-9_]+")
RESERVED = {"other", "none", "refused", "dontknow", "true", "false", "null", "undefined"}

failures = []


def fail(where, what):
    failures.append(f"{where}: {what}")


def check(condition, where, what):
    if not condition:
        fail(where, what)
    return condition


# ---------------------------------------------------------------- conditions

TOKEN = re.compile(r"\s*(?:(\{[^{}]+\})|'([^'\\]*)'|(>=|<=|!=|=|>|<|\(|\)|\[|\]|,)|([a-z]+)|(\d+))")
COMPARISONS = {"=", "!=", ">", "<", ">=", "<="}
LIST_WORDS = {"anyof", "allof", "noneof"}
SCALAR_WORDS = {"contains", "notcontains"}


class Condition:
    """A reader of the strict condition syntax; collects (variable, literal) pairs."""

    def __init__(self, text):
        self.tokens = []
        self.at = 0
        self.uses = []
        pos = 0
        while pos < len(text.rstrip()):
            m = TOKEN.match(text, pos)
            if not m:
                raise ValueError(f"unreadable at column {pos + 1}")
            kind = next(k for k, g in zip(("var", "str", "op", "word", "num"), m.groups())
                        if g is not None)
            self.tokens.append((kind, m.group(m.lastindex)))
            pos = m.end()
        self.either()
        if self.at != len(self.tokens):
            raise ValueError(f"unexpected {self.tokens[self.at][1]!r}")

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "the end")

    def take(self, kind, value=None):
        k, v = self.peek()
        if k != kind or (value is not None and v != value):
            raise ValueError(f"expected {value or kind}, found {v!r}")
        self.at += 1
        return v

    def either(self):
        self.both()
        while self.peek() == ("word", "or"):
            self.at += 1
            self.both()

    def both(self):
        self.one()
        while self.peek() == ("word", "and"):
            self.at += 1
            self.one()

    def one(self):
        if self.peek() == ("op", "("):
            self.at += 1
            self.either()
            self.take("op", ")")
            return
        name = self.take("var")[1:-1]
        kind, word = self.peek()
        self.at += 1
        if kind == "word" and word in ("empty", "notempty"):
            self.uses.append((name, None))
        elif kind == "op" and word in COMPARISONS:
            k, literal = self.peek()
            if k not in ("str", "num"):
                raise ValueError(f"expected a literal, found {literal!r}")
            self.at += 1
            self.uses.append((name, literal if k == "str" else None))
        elif kind == "word" and word in SCALAR_WORDS:
            self.uses.append((name, self.take("str")))
        elif kind == "word" and word in LIST_WORDS:
            self.take("op", "[")
            self.uses.append((name, self.take("str")))
            while self.peek() == ("op", ","):
                self.at += 1
                self.uses.append((name, self.take("str")))
            self.take("op", "]")
        else:
            raise ValueError(f"no operator after {{{name}}}")


def codes_of(question):
    if question["type"] == "matrix":
        return {c["value"] for c in question["columns"]}
    codes = {c["value"] for c in question.get("choices", [])}
    return codes | {"other"} if question.get("showOtherItem") else codes


def check_condition(where, text, known):
    try:
        uses = Condition(text).uses
    except ValueError as e:
        fail(where, f"condition « {text} »: {e}")
        return
    for variable, literal in uses:
        base, _, row = variable.partition(".")
        question = known.get(base)
        if not check(question is not None, where, f"condition uses {{{base}}}, not asked before"):
            continue
        grid = question["type"] == "matrix"
        check(grid == bool(row), where, f"{{{variable}}}: a row is named of a grid and only of it")
        if grid and row:
            check(row in {r["value"] for r in question["rows"]}, where,
                  f"{{{variable}}}: no such row")
        if literal is not None and question["type"] in ("radiogroup", "checkbox", "matrix"):
            check(literal in codes_of(question), where, f"{{{variable}}} has no code '{literal}'")


# ---------------------------------------------------------------- texts shown to people

def check_text(where, text, label):
    """French typography, as people will see it."""
    if not check(isinstance(text, str) and text, where, f"{label} is not a text"):
        return
    rules = (
        ("'" in text, "ASCII apostrophe"),
        ('"' in text, "straight double quote"),
        (".." in text, "dots instead of an ellipsis"),
        ("  " in text or text != text.strip(), "spare space"),
        (re.search(f"[^{NNBSP}][?!;:%»]", text), "no U+202F before ? ! ; : % or »"),
        (re.search(f"«[^{NNBSP}]", text), "no U+202F after «"),
        (re.search(f"[?!]{NNBSP}?[?!]", text), "doubled ? or !"),
        (re.search(r"\s[,.)]|\(\s", text), "space beside a bracket, comma or full stop"),
        (re.search(r"\b(Education|Etablissement|Ecole|Etudiant|Evaluation|Elément|Ecoute"
                   r"|Equipe|Etes|Evolution|Elaborer|A améliorer)", text), "capital without accent"),
        (re.search(r"oeuvre|soeur|coeur|Oeuvre", text), "oe instead of œ"),
        (re.search(r"[Qq]u’est ce|Êtes vous|Après de|dans la cadre|utilisateurs agréés"
                   r"|souhaiteriez être|\bLe notion", text), "slip of the 2023 report"),
    )
    for broken, what in rules:
        if broken:
            fail(where, f"{what} in {label}: {text}")


def check_choices(where, choices, label):
    seen = set()
    check(isinstance(choices, list) and choices, where, f"{label} is empty")
    for c in choices or []:
        check(set(c) == {"value", "text"}, where, f"{label}: keys {sorted(c)}")
        code = c.get("value", "")
        check(isinstance(code, str) and CODE.fullmatch(code), where, f"code {code!r} malformed")
        check(not re.fullmatch(r"0\d+", code), where, f"code {code!r} is a number with a zero before")
        check(code not in RESERVED, where, f"code {code!r} is reserved")
        check(code not in seen, where, f"code {code!r} twice")
        seen.add(code)
        check_text(where, c.get("text"), f"{label} {code}")
        text = c.get("text", "")
        check(code != "autre" and not re.match(r"Autres?( \(.*)?( ?:.*)?$", text), where,
              f"« {text} » is a plain choice: use showOtherItem")


# ---------------------------------------------------------------- one question

def check_own_keys(where, question, books, lexicon):
    own = question.get("barometre", {})
    check(set(own) <= OWN_KEYS, where, f"unknown keys {sorted(set(own) - OWN_KEYS)}")
    role = own.get("role", "opinion")
    check(role in ROLES, where, f"unknown role {role!r}")
    if "codebook" in own:
        check(own["codebook"] in books, where, f"no codebook {own['codebook']!r}")
        check(role == "text", where, "a codebook is for role text")
    check((role == "text") == ("codebook" in own), where, "role text has a codebook")
    check(role != "locality" or question["type"] == "text", where, "a locality is a text")
    for key in ("exclusive", "notConcerned"):
        for code in own.get(key, []):
            check(code in codes_of(question), where, f"{key}: no code {code!r}")
    check("exclusive" not in own or question["type"] == "checkbox", where,
          "exclusive is for a checkbox")
    if own.get("scale"):
        figures = [c["value"] for c in question.get("choices", []) if c["value"].isdigit()]
        check(question["type"] == "radiogroup" and figures == ["0", "1", "2", "3"], where,
              "a scale runs from 0 to 3")
    short = own.get("short")
    if check(bool(short), where, "no short label"):
        check_text(where, short, "short")
        check(len(short) <= SHORT_MAX, where, f"short label of {len(short)} characters")
    for word in own.get("lexicon", []):
        if check(word in lexicon, where, f"lexicon: no term {word!r}"):
            found = any(v.lower() in question["title"].lower() for v in lexicon[word])
            check(found, where, f"lexicon: {word!r} is not in the title")
    if own.get("sensitive") and question.get("isRequired"):
        check(any("préfère ne pas répondre" in c["text"] for c in question.get("choices", [])),
              where, "a required health question must offer not to answer")


def folded(text):
    plain = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[a-z0-9]+", plain.replace("œ", "oe")))


def check_series(audience, question):
    """A wording that was published has its class, and "same" is the same words."""
    own = question["barometre"]
    where = f"{audience}.{question['name']}"
    comparable = own.get("comparable", {})
    published = own.get("published", {})
    for edition, series in comparable.items():
        check(series in SERIES and edition in FIGURES, where, f"comparable {edition}: {series}")
    check(set(published) <= set(comparable), where, "published and not in comparable")
    check((comparable.get("2023") == "same") == ((audience, question["name"]) in SAME), where, "same as in 2023?")
    if comparable.get("2023") == "same":
        check(folded(published["2023"]) == folded(question["title"]), where, "said to be the same, and has other words")
        check(not question.get("showOtherItem"), where, "said to be the same, and has an answer nothing says of")
    classes = own.get("collapse", [])
    offered = codes_of(question) - set(own.get("notConcerned", [])) if classes else set()
    put = [code for c in classes for code in c["of"]]
    check(sorted(put) == sorted(offered), where, "collapse: each choice in one class")
    for c in classes:
        check_text(where, c["label"], "class")


def check_question(where, question, books, lexicon):
    kind = question.get("type")
    if not check(kind in TYPES, where, f"unknown type {kind!r}"):
        return
    unknown = set(question) - COMMON_KEYS - TYPE_KEYS[kind]
    check(not unknown, where, f"unknown keys {sorted(unknown)}")
    check_text(where, question.get("title"), "title")
    if "description" in question:
        check_text(where, question["description"], "description")
    if kind in ("radiogroup", "checkbox"):
        check_choices(where, question.get("choices"), "choice")
        if question.get("showOtherItem"):
            check(question.get("otherText") == OTHER_TEXT, where, "otherText")
        check(bool(question.get("showOtherItem")) == ("otherText" in question), where,
              "showOtherItem and otherText go together")
    elif kind == "matrix":
        check_choices(where, question.get("rows"), "row")
        check_choices(where, question.get("columns"), "column")
        check(question.get("isRequired") == question.get("eachRowRequired"), where,
              "isRequired and eachRowRequired go together")
    elif kind == "comment":
        # A contact message travels in the small sealed contact record.
        expected = 500 if (question.get("barometre") or {}).get("role") == "contact" else 2000
        check(question.get("maxLength") == expected, where, f"maxLength of this comment is {expected}")
    else:
        input_type = question.get("inputType", "text")
        check(input_type in INPUT_TYPES, where, f"inputType {input_type!r}")
        check(input_type != "number" or {"min", "max"} <= set(question), where,
              "a number has min and max")
    check_own_keys(where, question, books, lexicon)


# ---------------------------------------------------------------- one form

def check_root(audience, form):
    check(set(form) <= ROOT_KEYS, audience, f"unknown keys {sorted(set(form) - ROOT_KEYS)}")
    check(form.get("locale") == "fr", audience, "locale is not fr")
    check(form.get("clearInvisibleValues") == "onHiddenContainer", audience, "clearInvisibleValues")
    own = form.get("barometre", {})
    check(set(own) == ROOT_OWN_KEYS, audience,
          f"root keys differ: {sorted(set(own) ^ ROOT_OWN_KEYS)}")
    check(own.get("audience") == audience, audience, "audience differs from the file name")
    for key in ("minutes", "boxBytes"):
        check(isinstance(own.get(key), int) and own[key] > 0, audience, key)
    for key in ("title", "description"):
        check_text(audience, form.get(key), key)
    check_text(audience, own.get("audienceLabel"), "audienceLabel")
    for key in ("welcome", "thanks"):
        check(bool(own.get(key)), audience, f"no {key}")
        for paragraph in own.get(key, []):
            check_text(audience, paragraph, key)


def check_contact(audience, form):
    page = form["pages"][-1]
    names = [q["name"] for q in page["elements"]]
    check(page["name"] == "contact" and names == CONTACT, audience, "last page is not contact")
    for p in form["pages"]:
        for q in p["elements"]:
            where = f"{audience}.{q['name']}"
            check((q["barometre"].get("role") == "contact") == (p is page), where, "role contact")
            check(p is not page or not q.get("isRequired"), where, "a contact is never required")


def check_form(audience, form, books, lexicon):
    """Walks the form in order; returns {name: (published wording, required, question)}."""
    entries = {}
    known = {}
    check_root(audience, form)
    for page in form["pages"]:
        where = f"{audience}/{page.get('name')}"
        check(set(page) <= PAGE_KEYS, where, f"unknown keys {sorted(set(page) - PAGE_KEYS)}")
        check(CODE.fullmatch(page.get("name", "")), where, "page name malformed")
        check_text(where, page.get("title"), "title")
        if "description" in page:
            check_text(where, page["description"], "description")
        if "visibleIf" in page:
            check_condition(where, page["visibleIf"], known)
        for q in page["elements"]:
            name = q.get("name", "")
            where = f"{audience}.{name}"
            check(re.fullmatch(r"[a-z][a-z0-9_]*", name), where, "question name malformed")
            check(name not in known, where, "name twice")
            check_question(where, q, books, lexicon)
            if "visibleIf" in q:
                check_condition(where, q["visibleIf"], known)
            known[name] = q
            if q["barometre"].get("role") != "contact":
                own = q["barometre"]
                check(("published" in own) != own.get("new", False), where,
                      "either published or new")
                check_series(audience, q)
                entries[name] = (own.get("published", {}).get("2023"),
                                 q.get("isRequired", False), q)
    pages = [p["name"] for p in form["pages"]]
    check(len(pages) == len(set(pages)), audience, "page name twice")
    for value in form.get("calculatedValues", []):
        where = f"{audience}.{value['name']}"
        check(value["name"] not in known, where, "name twice")
        check_condition(where, value["expression"], known)
        check_text(where, value["barometre"].get("title"), "title")
        entries[value["name"]] = (value["barometre"].get("published", {}).get("2023"), False, None)
    complete = form["barometre"].get("complete", [])
    check("experience_12_mois" in complete, audience, "complete lacks experience_12_mois")
    for name in complete:
        check(entries.get(name, (None, False))[1], audience, f"complete: {name} is not required")
    check_contact(audience, form)
    return entries


# ---------------------------------------------------------------- lists

def rows_of(path):
    lines = path.read_text(encoding="utf-8").split("\n")
    header = lines[0].split("\t")
    return [dict(zip(header, line.split("\t"))) for line in lines[1:] if line]


def compare(entries):
    wordings = rows_of(HERE / "published-wordings.tsv")
    questions = rows_of(HERE / "questions-2023.tsv")
    check(len(wordings) == PUBLISHED, "published-wordings.tsv", f"{len(wordings)} lines")
    check(len(questions) == sum(ENTRIES.values()), "questions-2023.tsv", f"{len(questions)} lines")
    for w in wordings:
        where = f"{w['audience']}.{w['name']}"
        found = entries[w["audience"]].get(w["name"], (None,))[0]
        check(found == w["wording"], where, f"published wording lost: {w['wording']}")
    listed = {a: [] for a in AUDIENCES}
    for r in questions:
        where = f"{r['audience']}.{r['name']}"
        listed[r["audience"]].append(r["name"])
        entry = entries[r["audience"]].get(r["name"])
        if check(entry is not None, where, "missing"):
            check((entry[0] is not None) == (r["published"] == "1"), where, "published flag differs")
            check(entry[1] == (r["required"] == "1"), where, "required flag differs")
    for a in AUDIENCES:
        check(len(listed[a]) == ENTRIES[a], a, f"{len(listed[a])} entries listed")
        for name in entries[a]:
            check(name in listed[a], f"{a}.{name}", "not in questions-2023.tsv")
        order = [n for n in entries[a] if n in listed[a]]
        asked = [n for n in listed[a] if entries[a].get(n, (0, 0, None))[2] is not None]
        check([n for n in order if n in asked] == asked, a, "order of the questions changed")


def check_books(books):
    for name, codes in books.items():
        where = f"codebooks.{name}"
        seen = [c["code"] for c in codes]
        check(len(seen) == len(set(seen)), where, "code twice")
        for c in codes:
            check(CODE.fullmatch(c["code"]), where, f"code {c['code']!r} malformed")
            check_text(where, c["label"], c["code"])
            check(set(c.get("audiences", [])) <= set(AUDIENCES), where, f"audiences of {c['code']}")


def read_lexicon(path):
    terms = {}
    for e in json.loads(path.read_text(encoding="utf-8")):
        where = f"lexique.{e['term']}"
        check(e["term"] not in terms, where, "term twice")
        for key in ("definition", "source"):
            check_text(where, e.get(key), key)
        terms[e["term"]] = [e["term"], *e["variants"]]
    return terms


def check_places(forms):
    communes = rows_of(forms / "communes-occitanie.tsv")
    departments = {d["code"]: d for d in rows_of(forms / "departements.tsv")}
    check(len(communes) == 4446, "communes-occitanie.tsv", f"{len(communes)} communes")
    check(len({c["insee"] for c in communes}) == len(communes), "communes-occitanie.tsv", "twice")
    check(len(departments) == 102, "departements.tsv", f"{len(departments)} lines")
    inside = {k for k, d in departments.items() if d["occitanie"] == "1"}
    check(len(inside) == 13, "departements.tsv", f"{len(inside)} departments in Occitanie")
    for c in communes:
        where = f"communes-occitanie.tsv {c['insee']}"
        check(c["department"] in inside and c["insee"].startswith(c["department"]), where,
              "department")
        check(c["name"] and re.fullmatch(r"\d{5}( \d{5})*", c["postcodes"]), where, "malformed")
    for k, d in departments.items():
        check((d["side"] in ("est", "ouest")) == (k in inside), f"departements.tsv {k}", "side")


def check_crossings(audience, form, known):
    """The halves of Occitanie, recent experience and departments for all; the department last: it is the finest."""
    names = [c if isinstance(c, str) else (c["question"], c["by"]) for c in form["barometre"]["crossings"]]
    for wanted in (("localite", "est_ouest"), "experience_12_mois", ("localite", "departement")):
        check(wanted in names, audience, f"crossings lack {wanted}")
    check(names[-1] == ("localite", "departement"), audience, "the department is not the last crossing")
    for name in names:
        name = name if isinstance(name, str) else name[0]
        check(name in known and not known[name]["barometre"].get("sensitive"), audience, f"crossing {name}")


def check_replay(rows):
    """The figures that tests/replay plays again were taken over from the report a second time: they must be the same."""
    ours = {(r["audience"], r["question"], r["measure"], r["option"]): r["number"] for r in rows}
    with (HERE.parent / "replay" / "figures-2023.csv").open(encoding="utf-8", newline="") as file:
        for r in csv.DictReader(file):
            number = ours.get((r["audience"], r["question"], r["measure"], r["option"]))
            check(number is not None and float(number) == float(r["value"]), f"2023.csv {r['audience']}.{r['question']}",
                  f"{r['measure']} {r['option']} is {number}, in tests/replay {r['value']}")


def check_published(forms, questions):
    for edition, (count, errors) in FIGURES.items():
        with (forms / "published" / f"{edition}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        check(len(rows) == count, f"{edition}.csv", f"{len(rows)} lines")
        check(sum(r["known_error"] != "" for r in rows) == errors, f"{edition}.csv", "known errors")
        for r in rows:
            where = f"{edition}.csv {r['audience']}.{r['question']}"
            q = questions.get((r["audience"], r["question"]))
            check(q is not None or r["question"] in OTHER_SUBJECTS or r["audience"] in ("ensemble", "professionnels")
                  or r["question"] == "vit_et_accompagne", where, "no such question")
            if q is not None and r["option"] and q["type"] != "text":
                check(r["option"] in codes_of(q), where, f"no option {r['option']}")
            if r["known_error"]:
                check_text(where, r["known_error"], "known error")
            if q is not None:
                check(edition in q["barometre"].get("comparable", {}), where, "published and not in comparable")
        if edition == "2023":
            check_replay(rows)
        for e, audience, question, measure, label, value, base in BY_HEART:
            key = (audience, question, measure, label)
            found = [r for r in rows if (r["audience"], r["question"], r["measure"], r["label"]) == key]
            check(e != edition or [(r["value"], r["base"]) for r in found] == [(value, "" if base is None else str(base))],
                  f"{edition}.csv", f"{key} is not {value}")


def main():
    forms = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "forms")
    books = json.loads((forms / "codebooks.json").read_text(encoding="utf-8"))
    lexicon = read_lexicon(forms / "lexique.json")
    check_books(books)
    entries = {}
    for a in AUDIENCES:
        form = json.loads((forms / f"{a}.json").read_text(encoding="utf-8"))
        entries[a] = check_form(a, form, books, lexicon)
        check_crossings(a, form, {q["name"]: q for p in form["pages"] for q in p["elements"]})
    compare(entries)
    check_published(forms, {(a, n): q for a in AUDIENCES for n, (_, _, q) in entries[a].items() if q is not None})
    check_places(forms)
    for line in failures:
        print(line)
    if failures:
        return 1
    total = sum(len(e) for e in entries.values())
    print(f"questionnaires: {total} entries, {PUBLISHED} published wordings, all as listed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
