# SPDX-License-Identifier: Apache-2.0
"""What the tests share that break or measure a whole program (tests/crash, tests/mailing, tests/bench/mail): their options, what they
check, how they end."""

import argparse
import signal
import sys
import traceback

from breaker import Stuck


class Checks:
    def __init__(self):
        self.passed = self.failed = 0

    def that(self, name, good, detail=""):
        if good:
            self.passed += 1
        else:
            self.failed += 1
        print(f"{'ok' if good else 'NOT OK'}  {name}{'' if good or not detail else ': ' + str(detail)[:900]}", flush=True)
        return good

    def same(self, name, found, wanted):
        return self.that(f"{name} ({found})" if found == wanted else name, found == wanted, f"{found}; {wanted} expected")


def options_of(description, *more):
    """A parser of what every `run` gives, and of these required options."""
    parser = argparse.ArgumentParser(description=description)
    for name in ("program", "folder", "data", "log", "conninfo", *more):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--account", action="append", default=[], help="one word of the prefix that makes its account run something")
    return parser


def play(name, make, *expected):
    """make() gives the test: its go(), then its finish() whatever happened; its checks are told. Status: 0 all is well, 1 a check
    failed, 2 the test could not go on (Stuck, or one of the exceptions expected)."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped
    try:
        test = make()
        try:
            test.go()
        finally:
            test.finish()
        print(f"{test.checks.passed} passed, {test.checks.failed} failed")
        return 1 if test.checks.failed else 0
    except (Stuck, *expected) as reason:
        print(f"{name}: {reason}", file=sys.stderr)
    except Exception:  # a fault of the script must not pass for a finding
        traceback.print_exc()
    return 2
