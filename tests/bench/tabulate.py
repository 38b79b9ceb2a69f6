# SPDX-License-Identifier: Apache-2.0
"""The pass over answers, GROUP BY in PostgreSQL, and GROUP BY in DuckDB, on the same rows; every count must agree.

usage: tabulate.py TOOL FOLDER SIZE…       (TOOL: tabulate.c as built; FOLDER: scratch; BAROMETRE_TEST_PG: the cluster)
"""

import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SEGMENTS = ["kind", "mandate", "departement", "est_ouest", "age_tranche"]
CHOICES = ["a", "b", "c", "d", "e"]
TICKS = ["t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8"]


def choices(codes):
    return [{"value": code, "text": code} for code in codes]


def make_form():
    """Forty questions: two segments, a place, an age, a gate, 23 choices of which eight behind it, six scales, six of ticks."""
    elements = [
        {"type": "radiogroup", "name": "kind", "title": "Kind", "choices": choices(CHOICES + ["f"]), "barometre": {"role": "segment"}},
        {"type": "radiogroup", "name": "mandate", "title": "Mandate", "choices": choices(CHOICES[:3]), "barometre": {"role": "segment"}},
        {"type": "text", "name": "place", "title": "Q", "barometre": {"role": "locality"}},
        {"type": "text", "inputType": "number", "name": "age", "title": "Age", "min": 18, "max": 99, "barometre": {"role": "segment"}},
        {"type": "radiogroup", "name": "gate", "title": "Q", "choices": choices(CHOICES[:2])},
    ]
    for n in range(23):
        element = {"type": "radiogroup", "name": f"c{n}", "title": "Q", "choices": choices(CHOICES)}
        if n >= 15:
            element["visibleIf"] = "{gate} = 'a'"
        elements.append(element)
    elements += [{"type": "radiogroup", "name": f"s{n}", "title": "Q", "choices": choices("01234"),
                  "barometre": {"scale": True}} for n in range(6)]
    elements += [{"type": "checkbox", "name": f"m{n}", "title": "Q", "choices": choices(TICKS)} for n in range(6)]
    own = {"audience": "t", "audienceLabel": "T", "version": "1", "minutes": 1, "boxBytes": 24576, "complete": [],
           "welcome": ["B"], "thanks": ["M"],
           "crossings": ["kind", "mandate", {"question": "place", "by": "departement"},
                         {"question": "place", "by": "est_ouest"}, {"question": "age", "by": "tranche"}]}
    return {"title": "T", "description": "D", "locale": "fr", "clearInvisibleValues": "onHiddenContainer", "barometre": own,
            "pages": [{"name": "p", "title": "P", "elements": elements}]}


def names(form):
    return [e["name"] for e in form["pages"][0]["elements"]]


DEPARTMENT = "CASE WHEN place LIKE 'dep:%' THEN 'ailleurs' WHEN place <> '' THEN 'd' || left(place, 2) ELSE 'non_precise' END"
HALF = ("CASE WHEN place LIKE 'dep:%' THEN 'ailleurs' WHEN left(place, 2) IN ('11', '30', '34', '48', '66') THEN 'est' "
        "WHEN place <> '' THEN 'ouest' ELSE 'non_precise' END")
LOW = "(floor(age / 10) * 10)::int"
BAND = f"CASE WHEN age IS NULL THEN NULL ELSE {LOW}::text || '_' || ({LOW} + 9)::text END"


def prepared(form, source):
    """A table of typed columns, with one column a segment: what the timed statements read."""
    rest = ", ".join(f"nullif({name}, '') AS {name}" for name in names(form) if name not in ("kind", "mandate", "age"))
    return (f"CREATE TABLE answers AS SELECT *, coalesce(kind_, 'non_precise') AS g0, coalesce(mandate_, 'non_precise') AS g1, "
            f"coalesce(band_, 'non_precise') AS g4 FROM (SELECT {rest}, nullif(kind, '') AS kind_, nullif(mandate, '') AS mandate_, "
            f"{BAND} AS band_, {DEPARTMENT} AS g2, {HALF} AS g3 FROM {source}) x;")


def statements(form, split):
    """One a question: its cells for everybody and by each segment."""
    columns = {"kind": "kind_", "mandate": "mandate_", "age": "band_"}
    for element in form["pages"][0]["elements"]:
        name = element["name"]
        cell = columns.get(name, name)
        source = f"SELECT {cell} AS cell, g0, g1, g2, g3, g4 FROM answers WHERE {cell} IS NOT NULL"
        if element["type"] == "checkbox":
            source = f"SELECT {split(cell)} AS cell, g0, g1, g2, g3, g4 FROM answers WHERE {cell} IS NOT NULL"
        used = [n for n in range(5) if name != "place" and SEGMENTS[n] not in (name, name + "_tranche")]
        sets = ", ".join(["(cell)"] + [f"(g{n}, cell)" for n in used])
        bits = " + ".join(f"(1 - GROUPING(g{n})) * {n + 1}" for n in used) or "0"
        group = " ".join(f"WHEN {n + 1} THEN '{SEGMENTS[n]}|' || g{n}" for n in used)
        told = f"CASE {bits} {group} ELSE '|' END" if used else "'|'"
        yield (f"SELECT '{name}|' || {told} || '|' || cell || '|' || count(*) FROM ({source}) x "
               f"GROUP BY GROUPING SETS ({sets})")


def run_postgres(form, rows):
    columns = ", ".join(f"{name} {'int' if name == 'age' else 'text'}" for name in names(form))
    cells = list(statements(form, lambda c: f"unnest(string_to_array({c}, '|'))"))
    script = ["\\set ON_ERROR_STOP 1", "\\timing off", f"CREATE UNLOGGED TABLE raw ({columns});",
              f"\\copy raw FROM '{rows}' (FORMAT csv, HEADER)", prepared(form, "raw"), "ANALYZE answers;",
              "SELECT '#' || extract(epoch FROM clock_timestamp());"]
    script += [statement + ";" for statement in cells]
    script += ["SELECT '#' || extract(epoch FROM clock_timestamp());", "DROP TABLE raw, answers;"]
    done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-d", os.environ["BAROMETRE_TEST_PG"]], input="\n".join(script) + "\n",
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"psql: {done.stderr.strip()}")
    lines = done.stdout.splitlines()
    began, ended = (float(line[1:]) for line in lines if line.startswith("#"))
    return ended - began, sorted(line for line in lines if not line.startswith("#"))


def run_duckdb(form, rows, threads):
    """None when its package is not there."""
    if not (HERE / "duckdb" / "node_modules" / "@duckdb").exists():
        return None
    types = {name: "INTEGER" if name == "age" else "VARCHAR" for name in names(form)}
    source = f"read_csv('{rows}', header = true, nullstr = '', columns = {json.dumps(types)})".replace('"', "'")
    job = {"threads": threads, "prepare": [prepared(form, source)],
           "statements": list(statements(form, lambda c: f"unnest(string_split({c}, '|'))"))}
    done = subprocess.run(["node", HERE / "duckdb" / "groups.mjs"], input=json.dumps(job), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"duckdb: {done.stderr.strip()}")
    told = json.loads(done.stdout)
    return told["seconds"], told["mib"], sorted(told["lines"])


def run_program(tool, form_path, rows):
    done = subprocess.run([tool, "run", form_path, rows], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"tabulate: {done.stderr.strip()}")
    skipped = ("|mean|", "|median|", "|q1|", "|q3|")
    return json.loads(done.stderr), sorted(line for line in done.stdout.splitlines() if not any(s in line for s in skipped))


def compare(name, wanted, told):
    if wanted == told:
        return True
    different = set(wanted) ^ set(told)
    print(f"{name} differs in {len(different)} of {len(wanted)} cells: {' '.join(sorted(different)[:6])}")
    return False


def measure(tool, folder, form, size):
    form_path, rows = folder / "form.json", folder / "rows.csv"
    with open(rows, "wb") as file:
        subprocess.run([tool, "make", str(size), form_path], stdout=file, check=True)
    os.chmod(rows, 0o644)
    program, cells = run_program(tool, form_path, rows)
    seconds, theirs = run_postgres(form, rows)
    agree = compare("PostgreSQL", cells, theirs)
    ducks = []
    for threads in (1, os.cpu_count()):
        duck = run_duckdb(form, rows, threads)
        if duck:
            agree = compare("DuckDB", cells, duck[2]) and agree
            ducks.append(f"{duck[0]:.2f} s, {duck[1]:,.0f} MiB")
    each = 1e6 / program["people"]
    print(f"{size:>9,} answers: pass {program['pass']:.2f} s ({program['cpu'] * each:.1f} µs of CPU each), made of rows in "
          f"{program['making']:.2f} s, at most {program['kib'] / 1024:.1f} MiB; release of {program['lines']:,} lines "
          f"{program['release']:.2f} s | PostgreSQL {seconds:.2f} s | DuckDB, 1 thread and {os.cpu_count()}: "
          f"{' and '.join(ducks) or 'not installed'} | {len(cells):,} cells {'agree' if agree else 'DIFFER'}", flush=True)
    return agree, program["kib"]


def main():
    if len(sys.argv) < 4:
        print(__doc__, file=sys.stderr)
        return 64
    tool, folder, sizes = sys.argv[1], pathlib.Path(sys.argv[2]), [int(size) for size in sys.argv[3:]]
    form = make_form()
    (folder / "form.json").write_text(json.dumps(form), encoding="utf-8")
    outcomes = [measure(tool, folder, form, size) for size in sizes]
    passed = sum(agree for agree, _ in outcomes)
    failed = len(outcomes) - passed
    # Bounded by the form: a hundred times as many answers, the same memory, but for what the allocator rounds.
    if len(outcomes) > 1:
        grown = outcomes[-1][1] - outcomes[0][1]
        print(f"memory grew by {grown} KiB from {sizes[0]:,} to {sizes[-1]:,} answers")
        passed, failed = (passed + 1, failed) if grown < 2048 else (passed, failed + 1)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
