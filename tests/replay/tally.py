# SPDX-License-Identifier: Apache-2.0
"""A second, independent count of what was sent: it knows the rules, and nothing of the program or of compare.py.

usage: tally.py SENT.json EXPORT.csv

SENT.json is a list of {"audience", "answers", "finished"}: what the browsers sent. Every line of the export must
hold exactly what is counted here, and everything counted here must be in the export.

Rules. Base: people who answered, those who said « non concerné » on a scale apart. Mentions: ticks, coded
themes, else the base. Percent: (200 count + base) // (2 base). A grid is one question a row. A locality has one
option a place. An answer that was not finished counts when the questions of "complete" are answered. By segment: the same
among those of the group; "non_precise" did not say. Base, not answered and not concerned are all of the group, for every line.

Not counted here: quartiles, the number of ticks a person ("nombre."), the synthesis, what became of the contacts. tests/tally counts the first two another way.
"""

import collections
import csv
import json
import pathlib
import re
import sys
from fractions import Fraction

from sentences import THEMES

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "forms"


EAST, WEST = "11 30 34 48 66".split(), "09 12 31 32 46 65 81 82".split()
ELSEWHERE = ("q1", "q3")


def usable(form, entry):
    return entry["finished"] or all(entry["answers"].get(name) not in (None, "", [], {})
                                    for name in form["barometre"]["complete"])


class Tally:
    """Counts of one audience (or of one segment of it): question to (base, mentions, {option: count}, statistics)."""

    def __init__(self, form, answers):
        self.people = len(answers)
        self.questions = {}
        self.uncounted = collections.defaultdict(dict)  # options outside the base
        self.numbers = {}                               # values, for questions counted by ranges
        for page in form["pages"]:
            for element in page["elements"]:
                self._question(element, answers)
        for value in form.get("calculatedValues", []):
            self._calculated(value, answers)

    def _question(self, element, answers):
        name, own = element["name"], element.get("barometre", {})
        role = own.get("role", "opinion")
        given = [one[name] for one in answers if name in one]
        if role == "contact":
            return
        if role == "identifying":
            self._put(name, len(given), len(given), {"answered": len(given)})
        elif role == "text":
            self._coded(name, own.get("codebook"), given)
        elif role == "locality":
            self._put(name, len(given), len(given), collections.Counter(given))
        elif element["type"] == "matrix":
            for row in element["rows"]:
                cells = [grid[row["value"]] for grid in given if row["value"] in grid]
                self._options(f"{name}.{row['value']}", [c["value"] for c in element["columns"]],
                              [[cell] for cell in cells])
        elif element["type"] == "text":
            self._statistics(name, [int(value) for value in given])
        else:
            codes = [choice["value"] for choice in element["choices"]]
            codes += ["other"] if element.get("showOtherItem") else []
            aside = own.get("notConcerned", [])
            ticks = [value if isinstance(value, list) else [value] for value in given]
            for code in aside:
                self.uncounted[name][code] = ticks.count([code])
            ticks = [codes_given for codes_given in ticks if codes_given[0] not in aside]
            self._options(name, [code for code in codes if code not in aside], ticks)
            if own.get("scale"):
                self._add_mean(name, [int(codes_given[0]) for codes_given in ticks])

    def _calculated(self, value, answers):
        """The one calculated value there is: « vit avec une maladie et accompagne »."""
        if value["expression"] != "{maladie_chronique} = 'oui' and {proche_aidant} = 'oui'":
            raise ValueError(f"a calculated value this tally does not know: {value['name']}")
        true = sum(1 for one in answers
                   if one.get("maladie_chronique") == "oui" and one.get("proche_aidant") == "oui")
        self._put(value["name"], len(answers), len(answers), {"true": true, "false": len(answers) - true})

    def _options(self, name, codes, ticks):
        counts = dict.fromkeys(codes, 0)
        for ticked in ticks:
            for code in ticked:
                counts[code] += 1
        self._put(name, len(ticks), sum(counts.values()), counts)

    def _coded(self, name, codebook, texts):
        counts = collections.Counter(theme for text in texts for theme in THEMES[codebook][text])
        self._put(name, len(texts), sum(counts.values()), counts)

    def _put(self, name, base, mentions, counts):
        self.questions[name] = (base, mentions, dict(counts), {})

    def _statistics(self, name, values):
        self._put(name, len(values), len(values), {})
        self.numbers[name] = values
        self._add_mean(name, values)

    def _add_mean(self, name, values):
        if not values:
            return
        values = sorted(values)
        half = len(values) // 2
        middle = [values[half]] if len(values) % 2 else values[half - 1:half + 1]
        self.questions[name][3].update(mean=Fraction(sum(values), len(values)),
                                       median=Fraction(sum(middle), len(middle)))


def percent(count, base):
    return (200 * count + base) // (2 * base) if base else None


def same_number(text, exact):
    """Is the text this exact number, rounded half up to the decimals it has (two at least, unless it is exact)?"""
    if not re.fullmatch(r"-?\d+(\.\d+)?", text):
        return False
    decimals = len(text.partition(".")[2])
    if Fraction(text) == exact:
        return True
    scale = 10 ** decimals
    return decimals >= 2 and Fraction(text) * scale == (2 * exact * scale + 1) // 2


def in_range(values, option):
    """How many values a label of a distribution holds: "61", "18-29" or "80+"; None when it is none of these."""
    match = re.fullmatch(r"(\d+)(?:([-_])(\d+)|(\+))?", option)
    if not match:
        return None
    low = int(match[1])
    high = float("inf") if match[4] else int(match[3] or low)
    return sum(1 for value in values if low <= value <= high)


class Check:
    """The export against the tally: problems in words, and how many lines were compared."""

    def __init__(self, sent, export):
        self.problems, self.compared = [], 0
        self.forms, self.answers = {}, {}
        for audience in sorted({entry["audience"] for entry in sent}):
            form = json.loads((FOLDER / f"{audience}.json").read_text(encoding="utf-8"))
            self.forms[audience] = form
            self.answers[audience] = [entry["answers"] for entry in sent
                                      if entry["audience"] == audience and usable(form, entry)]
        seen = set()
        for line in export:
            key = tuple(line[name] for name in ("audience", "segment", "segment_value", "question", "option"))
            if key in seen:
                self._wrong(line, "is there twice")
            seen.add(key)
        self.tallies = {}
        for line in export:
            self._line(line)
        self._nothing_lost(seen)

    def _wrong(self, line, what):
        where = f"{line['audience']} {line['question']} {line['option']}"
        self.problems.append(f"{where} {line['segment']}={line['segment_value']}: {what}" if line["segment"]
                             else f"{where}: {what}")

    def _tally(self, audience, segment, value):
        key = (audience, segment, value)
        if key not in self.tallies:
            answers = self.answers[audience]
            if segment:
                answers = [one for one in answers if self._in_segment(one, segment, value)]
            self.tallies[key] = Tally(self.forms[audience], answers)
        return self.tallies[key]

    @staticmethod
    def _in_segment(one, segment, value):
        """Is this person of the group?"""
        if segment in ("departement", "est_ouest"):
            place = one.get("localite")
            department = place and (place[4:] if place.startswith("dep:") else place[:2])
            half = "est" if department in EAST else "ouest" if department in WEST else "ailleurs"
            known = half if segment == "est_ouest" or half == "ailleurs" else f"d{department}"
            return value == (known if place else "non_precise")
        if segment.endswith("_tranche"):
            number = one.get(segment.removesuffix("_tranche"))
            return value == "non_precise" if number is None else in_range([int(number)], value) == 1
        return one.get(segment, "non_precise") == value

    def _line(self, line):
        if line["type"] in ("synthesis", "count", "disposition", "rate") or line["option"] in ELSEWHERE:
            return None
        self.compared += 1
        if line["status"]:
            return self._wrong(line, f"withheld, {line['status']}")
        if line["audience"] not in self.forms:
            return self._wrong(line, "unknown audience")
        tally = self._tally(line["audience"], line["segment"], line["segment_value"])
        question, option = line["question"], line["option"]
        parts = [line[name] for name in ("base", "not_answered", "not_concerned")]
        if all(parts) and sum(int(part) for part in parts) != tally.people:
            self._wrong(line, f"{' + '.join(parts)} is not {tally.people}")
        if question == "participation":
            if line["count"] != str(tally.people):
                self._wrong(line, f"{line['count']} people, {tally.people} sent")
            return None
        if question not in tally.questions:
            return self._wrong(line, "unknown question")
        base, mentions, counts, statistics = tally.questions[question]
        if option in tally.uncounted.get(question, {}):
            return self._expect(line, "count", str(tally.uncounted[question][option]))
        self._expect(line, "base", str(base))
        self._expect(line, "mentions", str(mentions))
        if option in ("mean", "median"):
            if option not in statistics:
                if line["count"]:
                    self._wrong(line, f"{line['count']} of nobody")
            elif not same_number(line["count"], statistics[option]):
                self._wrong(line, f"{line['count']}, {float(statistics[option]):.4f} here")
            return None
        count = counts.get(option, 0)
        if question in tally.numbers:
            count = in_range(tally.numbers[question], option)
            if count is None:
                return self._wrong(line, "an option that is not understood")
        self._expect(line, "count", str(count))
        share = percent(count, base)
        return self._expect(line, "percent", "" if share is None else str(share))

    def _expect(self, line, column, value):
        if line[column] != value:
            self._wrong(line, f"{column} is {line[column] or 'empty'}, {value or 'empty'} here")

    def _nothing_lost(self, seen):
        for audience in self.forms:
            tally = self._tally(audience, "", "")
            for question, (base, _, counts, statistics) in tally.questions.items():
                wanted = [option for option, count in counts.items() if count]
                wanted += ["mean"] if statistics else []
                for option in wanted:
                    if (audience, "", "", question, option) not in seen:
                        self.problems.append(f"{audience} {question} {option}: counted here, not in the export")
                if base and not any(key[0] == audience and key[3] == question for key in seen):
                    self.problems.append(f"{audience} {question}: not in the export")


def rows(sent):
    """The tally in the shape of an export."""
    check, lines = Check(sent, []), []
    for audience in check.forms:
        tally = Tally(check.forms[audience], check.answers[audience])
        blank = dict.fromkeys(("edition", "type", "segment", "segment_value", "label", "percent", "status", "not_answered",
                               "not_concerned"), "")
        lines.append(blank | {"audience": audience, "question": "participation", "option": "respondents",
                              "base": str(tally.people), "mentions": str(tally.people), "count": str(tally.people)})
        for question, (base, mentions, counts, statistics) in tally.questions.items():
            common = blank | {"audience": audience, "question": question, "base": str(base),
                              "mentions": str(mentions)}
            for option, count in counts.items():
                share = percent(count, base)
                lines.append(common | {"option": option, "count": str(count),
                                       "percent": "" if share is None else str(share)})
            for option, value in statistics.items():
                lines.append(common | {"option": option, "count": f"{float(value):.6f}"})
    return lines


def main():
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 64
    sent = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    with open(sys.argv[2], encoding="utf-8", newline="") as file:
        check = Check(sent, list(csv.DictReader(file)))
    for problem in check.problems:
        print(problem)
    print(f"tally: {check.compared} lines compared, {len(check.problems)} problems")
    return 1 if check.problems else 0


if __name__ == "__main__":
    sys.exit(main())
