#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What other people's readers make of a release in every format. Called by run.

usage: check.py SAMPLE [CHECK...]        the program that writes the release (readers_sample)

Prints a line for each check, and last "N passed, N failed".
"""

import csv
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import traceback
import xml.etree.ElementTree as ET
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
STEM = "barometre-2026-v2"
# What French printing keeps on one line: U+202F before these signs and inside guillemets.
LOOSE = re.compile(r"[\w»)%…’] [;:!?%»](?!\w)|« ")
NUMBERS = ["base", "not_answered", "not_concerned", "mentions", "count", "percent", "low", "high"]
DDI = "{ddi:codebook:2_6}"
LINES = 10000


class Wrong(Exception):
    """What a reader found."""


def run(command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300, check=False, **options)
    if done.returncode != 0:
        raise Wrong(f"{command[0]} ended with {done.returncode}:\n{done.stdout[-1500:]}{done.stderr[-1500:]}")
    return done.stdout.strip()


def expect(got, want, what):
    if got != want:
        raise Wrong(f"{what}: {got!r}, not {want!r}")


def read_csv(path, **options):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, **options))


def plain(text):
    """As a spreadsheet or XML keeps a text: one kind of line end, no character that XML has none for."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join("\ufffd" if (c < " " and c not in "\t\n") or c in "\ufffe\uffff" else c for c in text)


class World:
    def __init__(self, sample, folder):
        self.sample = sample
        self.folder = folder
        self.files = folder / "files"
        self.write(self.files, {"LC_ALL": "C", "TZ": "UTC"}, LINES)
        self.expected = json.loads((self.files / "expected.json").read_text(encoding="utf-8"))
        self.tidy = read_csv(self.file(".csv"))

    def file(self, ending):
        return self.files / (STEM + ending)

    def write(self, folder, environment, lines):
        folder.mkdir()
        return run([self.sample, folder, lines], env={**os.environ, **environment})

    def unpacked(self):
        folder = self.folder / "package"
        if not folder.exists():
            with zipfile.ZipFile(self.file("-datapackage.zip")) as archive:
                expect(archive.testzip(), None, "the first broken entry")
                archive.extractall(folder)
        return folder

    def office(self, infilter, *paths):
        """Opened and written as comma-separated values, numbers as they are in an English locale; every sheet of a workbook."""
        out = self.folder / f"office-{len(os.listdir(self.folder))}"
        sheets = "0" if infilter else "-1"
        command = ["soffice", f"-env:UserInstallation=file://{self.folder}/profile", "--headless", "--norestore"]
        if infilter:
            command.append(f"--infilter={infilter}")
        run(command + ["--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,1033,true,false,false,false,false," + sheets,
                       "--outdir", out, *paths])
        return out


# ------------------------------------------------------------------------------------------ the checks


def same_release_same_bytes(world):
    """Again; and where numbers have a comma, on the other side of the world."""
    folder = world.folder / "again"
    world.write(folder, {"LC_ALL": "C", "TZ": "UTC"}, LINES)
    locales = world.folder / "locales"
    locales.mkdir()
    run(["localedef", "-i", "fr_FR", "-f", "UTF-8", locales / "fr_FR.UTF-8"])
    elsewhere = {"LOCPATH": str(locales), "LC_ALL": "fr_FR.UTF-8", "LANG": "fr_FR.UTF-8", "TZ": "Pacific/Auckland"}
    expect(run(["printf", "%.1f", "1,5"], env={**os.environ, **elsewhere}), "1,5", "the locale made for this test")
    other = world.folder / "elsewhere"
    world.write(other, elsewhere, LINES)
    names = sorted(p.name for p in world.files.iterdir())
    expect(len(names), 9, "files")
    for name in names:
        for copy in (folder, other):
            expect((copy / name).read_bytes() == (world.files / name).read_bytes(), True, f"{copy.name}/{name} is the same")
    return f"{len(names)} files three times"


def manifest_is_true(world):
    manifest = json.loads((world.files / "manifest.json").read_text(encoding="utf-8"))
    for entry in manifest["files"]:
        data = (world.files / entry["name"]).read_bytes()
        expect(len(data), entry["bytes"], entry["name"])
        expect(hashlib.blake2b(data, digest_size=32).hexdigest(), entry["blake2b_256"], entry["name"])
    expect(len(manifest["files"]), 7, "files named")
    counted = {}
    for row in world.tidy:
        counted[row["audience"]] = counted.get(row["audience"], 0) + 1
    expect(manifest["lines_of_audiences"], counted, "lines of each audience")
    expect(manifest["record_hash"], world.expected["record_hash"], "hash of the record")
    return f"{len(manifest['files'])} files, {manifest['lines']} lines"


def rates_of(world):
    """As the sample has it: two of the first audience, and two of the second, cannot be told."""
    rates = {(r["audience"], r["option"]): (r["count"], r["base"]) for r in world.tidy if r["type"] == "rate"}
    untold = [key for key, value in rates.items() if value == ("", "")]
    expect(sorted(untold), [("associations", "rr5"), ("associations", "rr6"), ("patients", "rr2"), ("patients", "rr6")], "untold rates")
    expect(rates["patients", "rr1"], ("33.44", "900"), "301 of 900")
    return rates


def tidy_csv_is_whole(world):
    data = world.file(".csv").read_bytes()
    expect(data[:3] == b"\xef\xbb\xbf", False, "BOM")
    expect(len(world.tidy), world.expected["lines"], "lines")
    hurt = [r["label"] for r in world.tidy if r["question"] == "hostile"]
    expect(hurt, world.expected["hostile"], "labels made to hurt")
    people = {r["option"]: r["count"] for r in world.tidy if r["type"] == "disposition" and r["audience"] == "patients"}
    expect((people["contacts"], people["no_answer"], people["refusal"], people["silent"]), ("900", "587", "", ""), "what became of people")
    return f"{len(world.tidy)} lines, {len(hurt)} hostile labels, {len(rates_of(world))} rates"


def r_reads_the_tidy_csv(world):
    """With no option at all; what it read is written as JSON by hand, and compared."""
    script = """
        x <- read.csv(commandArgs(TRUE)[1])
        cat(nrow(x), ncol(x), paste(sapply(x, class), collapse = " "), "\\n")
        for (n in strsplit(commandArgs(TRUE)[2], " ")[[1]])
            cat(n, sum(is.na(x[[n]])), format(sum(x[[n]], na.rm = TRUE), digits = 15), "\\n")
        cat(utf8ToInt(x$label[x$option == "h11"]), "\\n")
        """
    out = run(["Rscript", "--vanilla", "-e", script, world.file(".csv"), " ".join(NUMBERS)],
              env={**os.environ, "LC_ALL": "C.UTF-8"}).splitlines()
    words = out[0].split()
    expect(words[:2], [str(len(world.tidy)), str(len(world.tidy[0]))], "lines and columns")
    kinds = dict(zip(world.tidy[0], words[2:]))
    for name in NUMBERS:
        expect(kinds[name] in ("integer", "numeric"), True, f"{name} is a number")
    for name, line in zip(NUMBERS, out[1:]):
        values = [float(r[name]) for r in world.tidy if r[name] != ""]
        _, empty, total = line.split()
        expect(int(empty), len(world.tidy) - len(values), f"empty cells of {name}")
        expect(abs(float(total) - sum(values)) < 0.01, True, f"sum of {name}")
    expect("".join(chr(int(c)) for c in out[-1].split()), world.expected["hostile"][11], "accents and emoji")
    return "numbers are numbers, accents and emoji are whole"


def json_says_the_same(world):
    data = json.loads(world.file(".json").read_text(encoding="utf-8"))
    expect(len(data["rows"]), len(world.tidy), "rows")
    for row, line in zip(data["rows"], world.tidy):
        expect(list(row), list(line), "names")
        for name, value in row.items():
            want = line[name]
            if name in NUMBERS:
                want = None if want == "" else float(want)
            expect(value, want, name)
    book = {(v["audience"], v["question"]): {o["option"] for o in v["options"]} for v in data["codebook"]}
    for line in world.tidy:
        expect(line["option"] in book[line["audience"], line["question"]], True, f"{line['option']} stands in the codebook")
    return f"{len(data['rows'])} rows, {len(book)} variables"


def json_stat_is_read(world):
    return run(["node", HERE / "json_stat.mjs", world.file("-json-stat.json"), world.file(".csv")])


def ddi_is_valid(world):
    schema = HERE / "schemas/ddi-codebook-2.6/codebook.xsd"
    path = world.file("-ddi.xml")
    run(["xmllint", "--nonet", "--noout", "--schema", schema, path])
    broken = world.folder / "broken.xml"
    broken.write_text(path.read_text(encoding="utf-8").replace("<qstnLit>", "<qstnLitt>").replace("</qstnLit>", "</qstnLitt>"),
                      encoding="utf-8")
    try:
        run(["xmllint", "--nonet", "--noout", "--schema", schema, broken])
    except Wrong:
        pass
    else:
        raise Wrong("a broken file is valid too")
    return "xmllint: valid by the schema of DDI-Codebook 2.6, and a broken one is not"


def ddi_says_the_same(world):
    tree = ET.parse(world.file("-ddi.xml"))
    lines = {(r["audience"], r["question"], r["option"]): r for r in world.tidy if r["segment"] == ""}
    labels = {f.get("ID"): f for f in tree.iter(DDI + "var")}
    seen = told = 0
    for (audience, question, option), line in lines.items():
        name = "".join(c if c.isascii() and (c.isalnum() or c in "_.") else "".join(f"-{b:02x}" for b in c.encode())
                       for c in f"{audience}.{question}")
        variable = labels["V." + name]
        expect(variable.get("name"), question, "name")
        if option in ("mean", "median", "q1", "q3") or line["type"] == "rate":
            sums = {s.get("otherType") or s.get("type"): s.text for s in variable.iter(DDI + "sumStat")}
            expect(sums.get({"median": "medn"}.get(option, option), ""), line["count"], f"{option} of {question}")
            expect(sums.get("vald", ""), line["base"], f"base of {option} of {question}")
            if line["type"] == "rate":
                expect(variable.find(DDI + "catgry"), None, f"category of {question}")
            continue
        found = [c for c in variable.iter(DDI + "catgry") if c.findtext(DDI + "catValu") == option]
        expect(len(found), 1, f"categories {option} of {question}")
        expect(plain(found[0].findtext(DDI + "labl")), plain(line["label"]), f"label of {question} {option}")
        stats = {s.get("type"): s.text for s in found[0].iter(DDI + "catStat")}
        expect(stats.get("freq", ""), line["count"], f"frequency of {question} {option}")
        expect(stats.get("percent", ""), line["percent"], f"percent of {question} {option}")
        bases = [s.text for s in variable.iter(DDI + "sumStat") if s.get("type") == "vald"]
        expect(bases, [line["base"]] if line["base"] else [], f"base of {question}")
        seen += 1
        told += bool(stats)
    expect(0 < told < seen, True, "some frequencies are told, some are not")
    asked = [v.findtext(DDI + "universe") for v in labels.values()]
    expect(any("Les personnes pour qui" in u for u in asked), True, "a condition in words")
    return f"{len(labels)} variables, {seen} categories, {told} with frequencies"


def package_is_valid(world):
    return run(["node", HERE / "package_schema.mjs", HERE / "schemas/datapackage.json", world.unpacked() / "datapackage.json"])


def package_is_true(world):
    """Bytes, hashes, and every cell by the types, categories and missing values that the package says."""
    folder = world.unpacked()
    described = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    cells = 0
    for resource in described["resources"]:
        data = (folder / resource["path"]).read_bytes()
        expect(len(data), resource["bytes"], resource["path"])
        expect("sha256:" + hashlib.sha256(data).hexdigest(), resource["hash"], resource["path"])
        rows = read_csv(folder / resource["path"])
        fields = resource["schema"]["fields"]
        missing = {m["value"] for m in resource["schema"]["missingValues"]}
        expect(list(rows[0]), [f["name"] for f in fields], "columns")
        for row in rows:
            for field in fields:
                value = row[field["name"]]
                if value in missing:
                    continue
                if field["type"] in ("integer", "number"):
                    {"integer": int, "number": float}[field["type"]](value)
                if "categories" in field:
                    expect(value in {c["value"] for c in field["categories"]}, True, f"{value} is a category of {field['name']}")
                cells += 1
    expect((folder / "figures.csv").read_bytes(), world.file(".csv").read_bytes(), "figures.csv")
    return f"{cells} cells"


def texts_of(node):
    """Every text of a JSON value, names too."""
    if isinstance(node, dict):
        return [t for key, value in node.items() for t in (key, *texts_of(value))]
    if isinstance(node, list):
        return [t for value in node for t in texts_of(value)]
    return [node] if isinstance(node, str) else []


def texts_of_file(path):
    """What is read by people in a file, cell by cell where it has cells."""
    if path.suffix in (".zip", ".xlsx"):
        with zipfile.ZipFile(path) as archive:
            parts = {n: archive.read(n).decode("utf-8") for n in archive.namelist()}
    else:
        parts = {path.name: path.read_bytes().decode("utf-8-sig")}
    for name, text in parts.items():
        if name.endswith(".csv"):
            for row in csv.reader(text.splitlines(True), delimiter=";" if "excel" in name else ","):
                yield from row
        elif name.endswith(".json"):
            yield from texts_of(json.loads(text))
        elif name.endswith((".xml", ".rels")):
            yield from ET.fromstring(text).itertext()
        else:
            yield from text.splitlines()


def french_has_its_spaces(world):
    """In every file, as on the pages; the texts made to hurt, and those of no form, are what they are."""
    hurtful = {plain(text) for text in world.expected["hostile"]}
    hurtful |= {"'" + text for text in hurtful}
    total = 0
    for path in sorted(world.files.iterdir()):
        if path.name == "expected.json":
            continue
        kept = 0
        for text in texts_of_file(path):
            if plain(text) in hurtful or text.lstrip("'").startswith("=cmd"):
                continue
            found = LOOSE.search(text)
            if found:
                raise Wrong(f"{path.name}: a plain space in {text[max(0, found.start() - 40):found.end() + 40]!r}")
            kept += "\u202f" in text
        expect(kept > 0 or path.name == "manifest.json", True, f"narrow spaces in {path.name}")
        total += kept
    return f"{total} texts with narrow no-break spaces, none with a plain one"


def office_opens_the_workbook(world):
    out = world.office(None, world.file(".xlsx"))
    rows = read_csv(out / f"{STEM}-Données.csv")
    expect(len(rows), len(world.tidy), "lines")
    for row, line in zip(rows, world.tidy):
        for got, (name, want) in zip(row.values(), line.items()):
            if name in NUMBERS and want != "":
                got, want = float(got), float(want)
            else:
                got, want = plain(got), plain(want)
            expect(got, want, f"{name} of {line['question']} {line['option']}")
    for sheet in ("Grille", "Notes", "Manifeste"):
        expect(len(read_csv(out / f"{STEM}-{sheet}.csv")) > 1, True, f"lines of sheet {sheet}")
    with zipfile.ZipFile(world.file(".xlsx")) as archive:
        sheets = [archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/worksheets/")]
    expect(len(sheets), 4, "sheets")
    for sheet in sheets:
        expect("<f>" in sheet or "mergeCell" in sheet, False, "formula or merged cell")
        expect('state="frozen"' in sheet, True, "frozen first line")
    return f"LibreOffice: {len(rows)} lines, 4 sheets"


def office_opens_the_french_csv(world):
    """As French spreadsheets open it. The same cells without the guard are run: so the reader does bite."""
    control = world.folder / "unguarded.csv"
    control.write_text("a;b\r\n=1+1;1,5\r\n", encoding="utf-8")
    # Semicolon, quote, UTF-8, from line 1, French (1036), quotes make no text, special numbers are recognised, formulas are run.
    out = world.office("CSV:59,34,76,1,,1036,false,true,false,false,false,0,true", world.file("-excel.csv"), control)
    expect(read_csv(out / "unguarded.csv"), [{"a": "2", "b": "1.5"}], "a formula that nobody guards")
    rows = read_csv(out / f"{STEM}-excel.csv")
    expect(len(rows), len(world.tidy), "lines")
    expect(list(rows[0]), list(world.tidy[0]), "columns")
    guarded = 0
    for row, line in zip(rows, world.tidy):
        for name, want in line.items():
            got = row[name]
            if name in NUMBERS:
                expect(got if want == "" else float(got), want if want == "" else float(want), f"{name} of {line['question']}")
                continue
            # What stands before a formula is an apostrophe that people see.
            if want[:1] in "=+-@\t\r\n＝＋－＠" and want:
                guarded += 1
                want = "'" + want
            if name == "label" and want in ("0012", "1,5", "2026-11-22"):
                continue
            expect(plain(got), plain(want), f"{name} of {line['question']} {line['option']}")
    expect(guarded > 5, True, "cells that were guarded")
    return f"LibreOffice: {len(rows)} lines, decimal commas are numbers, {guarded} would-be formulas are texts"


def memory_does_not_grow(world):
    """csv and json of twenty times the lines take no more; the data package, which is held, does: so the measure sees it."""
    grown = {}
    for name in ("csv", "csv-excel", "json", "datapackage"):
        folder = world.folder / f"measured-{name}"
        out = world.write(folder, {"READERS_MEASURE": "1", "READERS_ONLY": name}, 200000)
        grown[name] = int(out.split()[1])
        size = sum(p.stat().st_size for p in folder.iterdir())
        if name in ("csv", "csv-excel", "json"):
            expect(size > 15_000_000, True, f"{name} is large")
            expect(grown[name] < 6000, True, f"{name} of {size} bytes took less than 6000 KiB ({grown[name]})")
    expect(grown["datapackage"] > 15000, True, f"the measure sees what is held ({grown['datapackage']} KiB)")
    return ", ".join(f"{name} {kib} KiB" for name, kib in grown.items()) + ", of 200000 lines"


CHECKS = [same_release_same_bytes, manifest_is_true, tidy_csv_is_whole, r_reads_the_tidy_csv, json_says_the_same, json_stat_is_read,
          ddi_is_valid, ddi_says_the_same, package_is_valid, package_is_true, french_has_its_spaces, office_opens_the_workbook,
          office_opens_the_french_csv, memory_does_not_grow]


def main():
    failed = 0
    checks = [c for c in CHECKS if not sys.argv[2:] or c.__name__ in sys.argv[2:]]
    with tempfile.TemporaryDirectory(suffix=".barometre-readers") as name:
        world = World(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(name))
        for check in checks:
            try:
                print(f"ok {check.__name__}: {check(world)}", flush=True)
            except Wrong as wrong:
                failed += 1
                print(f"FAILED {check.__name__}: {wrong}", flush=True)
            except Exception:  # a reader that stumbles is a failure of its own, the others still read
                failed += 1
                print(f"FAILED {check.__name__}:\n{traceback.format_exc()}", flush=True)
    print(f"{len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
