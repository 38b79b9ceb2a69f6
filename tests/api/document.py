#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""document.py --document ANALYST.md --url URL --keys KEYS.json --work FOLDER: runs the commands of the document, all of them, in
its order, as they stand; only the address and the key of its first block are put in. The chart must be there at the end."""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import zlib

RUNNERS = {"sh": ["bash", "-eu"], "r": ["Rscript", "--vanilla"], "python": ["/usr/bin/python3"]}


class Checks:
    def __init__(self):
        self.passed = self.failed = 0

    def __call__(self, what, good, detail=""):
        if good:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED {what}{': ' if detail else ''}{detail}")


def pixels(path):
    """How many different lines of pixels a PNG has: an empty chart has one."""
    data = path.read_bytes()
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        return 0
    at, body, width = 8, b"", 0
    depth = kind = 0
    while at < len(data):
        size, name = int.from_bytes(data[at:at + 4], "big"), data[at + 4:at + 8]
        if name == b"IHDR":
            width, depth, kind = int.from_bytes(data[at + 8:at + 12], "big"), data[at + 16], data[at + 17]
        elif name == b"IDAT":
            body += data[at + 8:at + 8 + size]
        at += size + 12
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind]
    line = (width * depth * channels + 7) // 8 + 1
    raw = zlib.decompress(body)
    return len({raw[n:n + line] for n in range(0, len(raw), line)})


def main():
    parser = argparse.ArgumentParser()
    for name in ("document", "url", "keys", "work"):
        parser.add_argument(f"--{name}", required=True)
    options = parser.parse_args()
    work = pathlib.Path(options.work)
    work.mkdir()
    check = Checks()
    key = json.loads(pathlib.Path(options.keys).read_text(encoding="utf-8"))["document"]
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", pathlib.Path(options.document).read_text(encoding="utf-8"), re.M | re.S)
    given = blocks[0][1].replace("https://equipe.barometre.example", options.url).replace("bps_…", key)
    check("the first block says where and with which key", given.count(options.url) == 1 and given.count(key) == 1)
    environment = dict(os.environ, HOME=str(work), LC_ALL="C.UTF-8", http_proxy="", https_proxy="", no_proxy="*")
    environment.update(re.findall(r'^export (\w+)="([^"]*)"$', given, re.M))
    output = {}
    began = time.monotonic()
    for n, (language, text) in enumerate(blocks[1:], 1):
        script = work / f"block{n}.{language}"
        script.write_text(text, encoding="utf-8")
        done = subprocess.run([*RUNNERS[language], str(script)], cwd=work, env=environment, capture_output=True, text=True)
        output.setdefault(language, []).append(done.stdout)
        check(f"block {n} ({language}) runs", done.returncode == 0 and not done.stderr, f"{done.returncode} {done.stderr[-600:]}")
    seconds = time.monotonic() - began
    check("five minutes are enough", seconds < 60, f"{seconds:.0f} s of commands")
    chart = work / "leviers.png"
    check("there is a chart", chart.exists() and pixels(chart) > 50)
    csv = work / "chiffres.csv"
    rows = csv.read_text(encoding="utf-8").splitlines() if csv.exists() else []
    tops = [row for row in rows if ",patients,leviers," in row]
    check("the file has the question", len(tops) > 3)
    # Two programs, one set of figures.
    shown = {language: sorted(re.findall(r"^\d+ % .*\(\d+ sur \d+\)$", "".join(output.get(language, [])), re.M))
             for language in ("r", "python")}
    check("R and Python show the same figures", len(shown["r"]) > 3 and shown["r"] == shown["python"], str(shown))
    check("an xlsx came under its own name", len(list(work.glob("barometre-2026-*.xlsx"))) == 1)
    print(f"{len(blocks)} blocks in {seconds:.1f} s")
    print(f"{check.passed} passed, {check.failed} failed")
    return 0 if check.failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
