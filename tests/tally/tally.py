#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every line of the program's tables against GROUP BY in PostgreSQL, on random forms and answers. Thresholds are off.

usage: tally.py [--forms N] [--people N] [--seed S] PROGRAM    (PROGRAM: tests/tally/tally.c as built; BAROMETRE_TEST_PG: the cluster)

Exit status 77 without a cluster.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import forms  # noqa: E402
import sql  # noqa: E402

STATISTICS = ("mean", "median", "q1", "q3")


def run_psql(lines):
    done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", os.environ["BAROMETRE_TEST_PG"]],
                          input="\n".join(lines) + "\n", capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"psql: {done.stderr.strip()}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def expected(segments, tables, people, rows):
    """Lines as (question, segment, value, option) → (base, not answered, not concerned, mentions, count, value)."""
    lines = {("participation", "", "", "respondents"): (people, -1, -1, people, people, None)}
    sizes = {(name, category): 0 for name, _, all_of in segments for category in [*all_of, "non_precise"]}
    sizes |= {(row[1], row[2]): row[3] for row in rows if row[0] == "people"}
    for (name, category), n in sizes.items():
        lines["participation", name, category, "people"] = (n, -1, -1, n, n, None)
    cells = {(row[1], row[2], row[3]): row[4] for row in rows if row[0] == "cell"}
    known = {table.name: table for table in tables}
    # What nobody answered is told of everybody, and not once more by segment.
    nobody = {row[1] for row in rows if row[0] == "size" and not row[2] and row[3] == 0}
    for row in rows:
        if row[0] != "size":
            continue
        _, name, group, base, missing, apart, ticks, *numbers = row
        if group and name in nobody:
            continue
        table, (segment, _, category) = known[name], group.partition("=")
        size = (base, missing, apart, ticks if table.several else base)
        options = table.options
        if options is None:
            options = [c for (whose, which, c) in cells if (whose, which) == (name, group)]
        for option in options:
            lines[name, segment, category, option] = (*size, cells.get((name, group, option), 0), None)
        for option, value in zip(STATISTICS, numbers):
            if table.number and (option == "mean" or not table.only_mean):
                lines[name, segment, category, option] = (*size, -1, value and float(value))
    return lines


def program_lines(program, form, answers):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(form, file)
        file.flush()
        done = subprocess.run([program, file.name], input="".join(json.dumps(a) + "\n" for a in answers),
                              capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{program}: {done.stderr.strip()}\n{json.dumps(form)}")
    lines = {}
    for text in done.stdout.splitlines():
        question, segment, value, option, *numbers = json.loads(text)
        if (question, segment, value, option) in lines:
            raise SystemExit(f"twice: {question} {segment} {value} {option}")
        lines[question, segment, value, option] = tuple(numbers)
    return lines


def same(a, b):
    if a is None or b is None or a[:5] != b[:5] or (a[5] is None) != (b[5] is None):
        return False
    return a[5] is None or abs(a[5] - b[5]) < 1e-9


def play(program, seed, people):
    maker = forms.Maker(seed)
    form = maker.form()
    answers = [maker.answers() for _ in range(people)]
    questions = {q.name: q for q in maker.questions}
    segments = [sql.segment(c, questions) for c in form["barometre"]["crossings"]]
    tables = [table for q in maker.questions for table in sql.tables_of(q)]
    rows = run_psql(sql.script(segments, tables, [json.dumps(a, ensure_ascii=True) for a in answers]))
    wanted, told = expected(segments, tables, people, rows), program_lines(program, form, answers)
    wrong = [key for key in wanted.keys() | told.keys() if not same(wanted.get(key), told.get(key))]
    for key in sorted(wrong)[:10]:
        print(f"seed {seed}, {' '.join(key)}: SQL {wanted.get(key)}, program {told.get(key)}")
    if wrong:
        print(json.dumps(form))
    return len(wanted), len(wrong)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--forms", type=int, default=60)
    parser.add_argument("--people", type=int, default=150)
    parser.add_argument("--seed", type=int, default=20260122)
    parser.add_argument("program")
    options = parser.parse_args()
    if "BAROMETRE_TEST_PG" not in os.environ:
        print("tally: no cluster (tests/support/with-cluster)")
        return 77
    lines = wrong = 0
    for n in range(options.forms):
        # Some forms with hardly anybody: groups of nobody, bases of nobody.
        people = options.people if n % 4 else 3
        of_form, differ = play(options.program, options.seed + n, people)
        lines += of_form
        wrong += differ
    print(f"{options.forms} forms, {lines} lines compared")
    print(f"{lines - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
