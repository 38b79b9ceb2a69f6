#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What tests/run needs to know of CTest.

usage: ctest_tools.py count RESULTS.xml      prints "PASSED FAILED", then the names of what failed, one a line
       ctest_tools.py said RESULTS.xml       prints the end of what each test that failed wrote
       ctest_tools.py valgrind BUILD LABEL   runs each test of LABEL under valgrind, as many at once as there are
                                             processors; prints one line a test, what those that failed wrote,
                                             then "counted PASSED FAILED"

A skipped test counts as failed: everything a test may need is there when tests/run asks.
"""

import concurrent.futures
import json
import os
import subprocess
import sys
import xml.etree.ElementTree

TEST_SECONDS = 1200  # valgrind is some thirty times slower than the program
OUTPUT_KEPT = 4000  # characters: the end of a log is what tests/run shows
LINES_SAID = 12


def cases_of(path):
    """All of them, and those that failed."""
    cases = list(xml.etree.ElementTree.parse(path).getroot().iter("testcase"))
    return cases, [case for case in cases if case.get("status") != "run"]


def count(path):
    cases, failures = cases_of(path)
    failed = [case.get("name") + ("" if case.get("status") == "fail" else f" ({case.get('status')})")
              for case in failures]
    print(len(cases) - len(failed), len(failed))
    print("\n".join(failed))
    return 0


def said(path):
    for case in cases_of(path)[1]:
        written = (case.findtext("system-out") or "").rstrip().splitlines()
        print(f"{case.get('name')} wrote last:")
        print("\n".join(written[-LINES_SAID:]))
    return 0


def tests_of(build, label):
    listing = subprocess.run(["ctest", "--test-dir", build, "-L", f"^{label}$", "--show-only=json-v1"],
                             check=True, capture_output=True, text=True).stdout
    for test in json.loads(listing)["tests"]:
        properties = {p["name"]: p["value"] for p in test.get("properties", [])}
        yield test["name"], test.get("command"), properties


def under_valgrind(build, command, properties):
    """Its exit status, or "timeout", and what it wrote."""
    # Brute force finds no more under valgrind; it only takes thirty times as long.
    environment = dict(os.environ, BAROMETRE_CHECK_FORMS="8", BAROMETRE_CHECK_DAYS="20",
                       BAROMETRE_ATTACK_SETS="30", BAROMETRE_RELEASE_PAIRS="45")
    environment.update(pair.split("=", 1) for pair in properties.get("ENVIRONMENT", []))
    try:
        ended = subprocess.run(
            ["valgrind", "-q", "--error-exitcode=99", "--leak-check=full", "--show-leak-kinds=definite",
             "--errors-for-leak-kinds=definite", *(command or ["not-built"])],
            cwd=properties.get("WORKING_DIRECTORY", build), env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
            timeout=TEST_SECONDS)
    except subprocess.TimeoutExpired:
        return "timeout", ""
    return ended.returncode, ended.stdout


def valgrind(build, label):
    passed = 0
    failures = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        running = {pool.submit(under_valgrind, build, command, properties): name
                   for name, command, properties in tests_of(build, label)}
        for done in concurrent.futures.as_completed(running):
            name = running[done]
            status, output = done.result()
            if status == 0:
                passed += 1
            else:
                failures.append(f"{output[-OUTPUT_KEPT:]}\nFAILED {name} (status {status})")
            print(f"{'passed' if status == 0 else 'FAILED'} {name}", flush=True)
    for failure in failures:
        print(failure)
    print(f"counted {passed} {len(failures)}")
    return 1 if failures or not passed else 0


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "count":
        return count(sys.argv[2])
    if len(sys.argv) == 3 and sys.argv[1] == "said":
        return said(sys.argv[2])
    if len(sys.argv) == 4 and sys.argv[1] == "valgrind":
        return valgrind(sys.argv[2], sys.argv[3])
    print(__doc__, file=sys.stderr)
    return 64


if __name__ == "__main__":
    sys.exit(main())
