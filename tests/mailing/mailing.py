# SPDX-License-Identifier: Apache-2.0
"""Mail that leaves once, on time, to the right people: see README.md. Started by `run`.

Status: 0 all is well, 1 something was lost, doubled or wrong, 2 the test could not go on.
"""

import argparse
import importlib
import pathlib
import random
import re
import signal
import sys
import time
import traceback

from instance import Checks, Postgres, Stuck

PARTS = ("manners", "people", "twins", "restored", "postfix", "kills")


class Test:
    """What the parts share."""

    def __init__(self, options):
        self.options, self.folder = options, pathlib.Path(options.folder)
        self.checks = Checks()
        self.postgres = Postgres(options.data, options.log, options.conninfo, options.account)
        self.instances = []
        self.settings = {}  # of every configuration

    def stop(self):
        for one in self.instances:
            one.stop()

    def go(self):
        for name in self.options.part or PARTS:
            print(f"# {name}", flush=True)
            began = time.monotonic()
            importlib.import_module(name).go(self)
            print(f"-- {name}: {time.monotonic() - began:.0f} s", flush=True)
        for one in self.instances:
            one.stop()
            self.checks.that(f"{one.name}: the program ends in order", one.daemon.process is None
                             or one.daemon.process.returncode == 0, one.daemon.process and one.daemon.process.returncode)
            bad = [line for line in one.log().splitlines() if any(
                word in line for word in ("AddressSanitizer", "LeakSanitizer", "runtime error:", "ssertion"))]
            named = sorted({line for line in one.log().splitlines() if re.search(r"[\w.+-]+@[\w-]+\.\w|/(r|stop)/", line)})
            self.checks.that(f"{one.name}: nobody is named in its log", not named, named[:2])
            self.checks.that(f"{one.name}: the program does not complain about itself", not bad, bad[:3])


def read_options():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("program", "folder", "data", "log", "conninfo"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--account", action="append", default=[], help="one word of the prefix that makes its account run something")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--part", action="append", choices=PARTS, help="only this; may be given several times")
    parser.add_argument("--seed", default=str(random.SystemRandom().randrange(10 ** 6)))
    parser.add_argument("--sabotage")
    return parser.parse_args()


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped
    test = Test(read_options())
    print(f"seed {test.options.seed}", flush=True)
    try:
        try:
            test.go()
        finally:
            test.stop()
        print(f"{test.checks.passed} passed, {test.checks.failed} failed")
        return 1 if test.checks.failed else 0
    except Stuck as reason:
        print(f"mailing: {reason}", file=sys.stderr)
    except Exception:  # a fault of this script must not pass for a finding
        traceback.print_exc()
    return 2


if __name__ == "__main__":
    sys.exit(main())
