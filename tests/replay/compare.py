# SPDX-License-Identifier: Apache-2.0
"""Every published figure of 2023 against an export: figures-2023.csv, exceptions.csv.

usage: compare.py EXPORT.csv CONTACTS.csv     (contacts as they were imported: email;nom;public)

An exception is a published figure that no set of answers can give, with what is obtained instead and the reason; one
that is not needed any more is a failure as well, so that the list stays true.
"""

import csv
import pathlib
import sys
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

HERE = pathlib.Path(__file__).resolve().parent
KEYS = ("audience", "question", "measure", "option")
# Options that are not causes: left out when the most quoted one is looked for.
NOT_RANKED = {"other", "aucun", "mean", "median"}


@dataclass
class Line:
    figure: dict
    obtained: str
    verdict: str  # "agrees", "exception", or what is wrong
    reason: str = ""

    @property
    def passed(self):
        return self.verdict in ("agrees", "exception")


@dataclass
class Outcome:
    lines: list = field(default_factory=list)

    @property
    def failed(self):
        return [line for line in self.lines if not line.passed]

    @property
    def agrees(self):
        return not self.failed


class Missing(Exception):
    pass


def read(name):
    with open(HERE / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rounded(value, decimals):
    """Half up, from the exact fraction, written with this number of decimals."""
    scale = 10 ** decimals
    units = (2 * value * scale + 1) // 2
    return f"{units // scale}.{units % scale:0{decimals}d}" if decimals else str(units)


class Export:
    """Lines of an export for whole audiences, by audience and question."""

    def __init__(self, rows, contacted):
        self.contacted = contacted
        self.questions = {}
        for row in rows:
            if not row["segment"]:
                self.questions.setdefault((row["audience"], row["question"]), {})[row["option"]] = row

    def obtain(self, figure):
        """What the export says where the report printed figure["value"], in the same writing."""
        measure = figure["measure"]
        return getattr(self, f"_{measure}")(figure)

    def _options(self, audience, question):
        found = self.questions.get((audience, question))
        if found is None:
            raise Missing("question absent")
        for row in found.values():
            if row["status"]:
                raise Missing(f"withheld: {row['status']}")
        return found

    def _all_say(self, figure, column):
        """The value of a column that all lines of a question share; of a grid, that all its rows share."""
        audience, question = figure["audience"], figure["question"]
        names = [name for (whose, name) in self.questions
                 if whose == audience and (name == question or name.startswith(question + "."))]
        values = {row[column] for name in names for row in self._options(audience, name).values()
                  if row["option"] != "non_concerne"}
        if len(values) != 1:
            raise Missing(f"{column}: {' and '.join(sorted(values)) or 'absent'}")
        return values.pop()

    def _cell(self, audience, question, option, column="count"):
        found = self._options(audience, question)
        if option not in found:
            raise Missing("option absent")
        return found[option][column]

    def _audiences(self, audience):
        return sorted({whose for whose, _ in self.questions}) if audience == "ensemble" else [audience]

    def _respondents(self, figure):
        if figure["question"] != "participation":
            return self._all_say(figure, "base")
        return str(sum(int(self._cell(audience, "participation", "respondents"))
                       for audience in self._audiences(figure["audience"])))

    def _responses(self, figure):
        mentions = self._all_say(figure, "mentions")
        ticks = sum(int(row["count"]) for row in self._options(figure["audience"], figure["question"]).values())
        if str(ticks) != mentions:
            raise Missing(f"{mentions} mentions, options add to {ticks}")
        return mentions

    def _count(self, figure):
        return str(sum(int(self._cell(audience, figure["question"], figure["option"]))
                       for audience in self._audiences(figure["audience"])))

    def _percent(self, figure):
        place = (figure["audience"], figure["question"], figure["option"])
        count, base = int(self._cell(*place)), int(self._cell(*place, "base"))
        exact = rounded(Fraction(100 * count, base), 0)
        if self._cell(*place, "percent") != exact:
            raise Missing(f"percent {self._cell(*place, 'percent')}, {count} of {base} is {exact}")
        return exact

    def _mean(self, figure):
        mean = Decimal(self._cell(figure["audience"], figure["question"], "mean"))
        return str(mean.quantize(Decimal(1), rounding=ROUND_HALF_UP))

    def _contacted(self, figure):
        return str(self.contacted[figure["audience"]])

    def _response_rate(self, figure):
        audience = figure["audience"]
        if figure["option"] == "occitanie":
            answers = sum(int(row["count"]) for option, row in self._options(audience, "localite").items()
                          if not option.startswith("dep:"))
        else:
            answers = int(self._cell(audience, "participation", "respondents"))
        decimals = len(figure["value"].partition(".")[2])
        return rounded(Fraction(100 * answers, self.contacted[audience]), decimals)

    def _rank(self, figure):
        counts = {option: int(row["count"])
                  for option, row in self._options(figure["audience"], figure["question"]).items()
                  if option not in NOT_RANKED}
        mine = self._cell(figure["audience"], figure["question"], figure["option"])
        return str(1 + sum(1 for option, count in counts.items()
                           if count >= int(mine) and option != figure["option"]))


def compare_all(rows, contacted, figures=None, exceptions=None):
    """rows: dicts with the columns of an export; contacted: number of contacts by audience."""
    export = Export(rows, contacted)
    figures = read("figures-2023.csv") if figures is None else figures
    excepted = {tuple(line[key] for key in KEYS): line
                for line in (read("exceptions.csv") if exceptions is None else exceptions)}
    outcome = Outcome()
    for figure in figures:
        exception = excepted.pop(tuple(figure[key] for key in KEYS), None)
        try:
            obtained = export.obtain(figure)
        except Missing as missing:
            outcome.lines.append(Line(figure, "–", str(missing)))
            continue
        if exception is None:
            verdict = "agrees" if obtained == figure["value"] else "differs"
        elif obtained == figure["value"]:
            verdict = "exception that is not needed any more"
        elif (exception["published"], exception["obtained"]) != (figure["value"], obtained):
            verdict = f"exception says {exception['published']} → {exception['obtained']}"
        else:
            verdict = "exception"
        outcome.lines.append(Line(figure, obtained, verdict, exception["reason"] if exception else ""))
    for key, exception in excepted.items():
        figure = dict(zip(KEYS, key)) | {"value": exception["published"], "unit": ""}
        outcome.lines.append(Line(figure, "–", "exception to no figure"))
    return outcome


def report(outcome):
    """The differences as a table, then one line « N passed, N failed »."""
    shown = [line for line in outcome.lines if line.verdict != "agrees"]
    table = [("audience", "question", "measure", "option", "published", "obtained", "verdict")]
    table += [tuple(line.figure[key] for key in KEYS) + (line.figure["value"], line.obtained, line.verdict)
              for line in shown]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    text = []
    if shown:
        text = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in table]
        text += [f"  {line.figure['audience']} {line.figure['question']}: {line.reason}"
                 for line in shown if line.reason]
    passed = sum(1 for line in outcome.lines if line.passed)
    text.append(f"published figures: {passed} passed, {len(outcome.failed)} failed")
    return "\n".join(text)


def read_contacts(path):
    contacted = {}
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            contacted[row["public"]] = contacted.get(row["public"], 0) + 1
    return contacted


def main():
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 64
    with open(sys.argv[1], encoding="utf-8", newline="") as file:
        outcome = compare_all(list(csv.DictReader(file)), read_contacts(sys.argv[2]))
    print(report(outcome))
    return 0 if outcome.agrees else 1


if __name__ == "__main__":
    sys.exit(main())
