# SPDX-License-Identifier: Apache-2.0
"""Mail that leaves once, on time, to the right people: see README.md. Started by `run`.

Status: 0 all is well, 1 something was lost, doubled or wrong, 2 the test could not go on.
"""

import importlib
import pathlib
import random
import re
import sys
import time

from instance import Checks, Postgres, options_of, play

PARTS = ("manners", "people", "twins", "restored", "postfix", "kills")


class Test:
    """What the parts share."""

    def __init__(self, options):
        self.options, self.folder = options, pathlib.Path(options.folder)
        self.checks = Checks()
        self.postgres = Postgres(options.data, options.log, options.conninfo, options.account)
        self.instances = []
        self.settings = {}  # of every configuration

    def finish(self):
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
    parser = options_of(__doc__)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--part", action="append", choices=PARTS, help="only this; may be given several times")
    parser.add_argument("--seed", default=str(random.SystemRandom().randrange(10 ** 6)))
    parser.add_argument("--sabotage")
    return parser.parse_args()


def main():
    options = read_options()
    print(f"seed {options.seed}", flush=True)
    return play("mailing", lambda: Test(options))


if __name__ == "__main__":
    sys.exit(main())
