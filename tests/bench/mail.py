# SPDX-License-Identifier: Apache-2.0
"""The measures of tests/bench/mail. A mail of ours is a row claimed, an address opened, a letter written, a reply recorded, each durable;
smtp-source says the same bytes again and again. Every repetition has both sides, one after the other; medians are printed."""

import os
import pathlib
import socket
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "mailing"))

from instance import Checks, Instance, Postgres, crowd, free_port, options_of, play, until  # noqa: E402
import machine  # noqa: E402

SESSIONS = 2  # mail_connections, as configured by default
LETTER = 8500  # bytes: a letter of this edition
SIZES = {True: (1, 300), False: (5, 2000)}  # repetitions, mails


class Bench:
    def __init__(self, options):
        self.options, self.folder = options, pathlib.Path(options.folder)
        self.postgres = Postgres(options.data, options.log, options.conninfo, options.account)
        self.instances, self.settings = [], {}
        self.checks = Checks()
        self.figures = {}

    def note(self, name, value):
        self.figures.setdefault(name, []).append(value)

    def start_sink(self):
        self.port = free_port()
        who = ["-u", "postfix"] if os.geteuid() == 0 else []
        self.sink = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", "smtp-sink", *who, "-c", f"127.0.0.1:{self.port}", "100"],
                                     stdin=subprocess.DEVNULL, stdout=open(self.folder / "sink.log", "wb"), stderr=subprocess.STDOUT)
        until("smtp-sink listens", self.listens, 20)

    def listens(self):
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", self.port)) == 0

    def source(self, number, size):
        """Postfix's own load generator, connections kept as ours are."""
        began = time.monotonic()
        machine.output(["smtp-source", "-d", "-s", SESSIONS, "-m", number, "-l", size, "-f", "bench@example.org",
                        "-t", "bench@example.org", f"inet:127.0.0.1:{self.port}"])
        return number / (time.monotonic() - began)

    def mailer(self, one):
        """Its process; there is none for a moment when it begins again, to load an edition that has changed."""
        return until("there is a mailer", lambda: one.daemon.look()["mailer"], 60)[0]

    def ours(self, one, turn, number):
        code = f"bench-{turn}"
        if turn:
            one.run("edition", "close", one.code)
        # Not due yet when the edition is opened, so that nothing is under way but mail.
        one.edition(code, crowd(number, prefix=f"t{turn}p"), plan=("invitation",))
        pid = self.mailer(one)
        one.settle(but=("planned", "claimed"), seconds=1800)
        pid_now = self.mailer(one)
        rows = one.rows("SELECT count(*), extract(epoch FROM max(done_at) - min(claimed_at)) FROM barometre.delivery "
                        f"WHERE edition = '{code}' AND state = 'sent'")[0]
        self.checks.that("every mail is sent", int(rows[0]) == number, rows)
        if pid == pid_now:
            self.note("cpu", machine.cpu_seconds(pid))
        return number / max(float(rows[1]), 1e-6)

    def go(self):
        repetitions, number = SIZES[self.options.short]
        self.start_sink()
        one = Instance(self, "bench", self.port, mail_connections=SESSIONS, mail_per_minute=100000)
        one.start()
        size = LETTER
        for turn in range(repetitions):
            ours, theirs = self.ours(one, turn, number), self.source(number, size)
            self.note("ours", ours)
            self.note("theirs", theirs)
            self.note("ratio", ours / theirs)
        one.stop()
        self.checks.that("the program ends in order", one.daemon.process.returncode == 0, one.daemon.process.returncode)
        self.sink.terminate()
        self.sink.wait()
        middle = {name: statistics.median(values) for name, values in self.figures.items()}
        least, most = min(self.figures["ratio"]), max(self.figures["ratio"])
        print(f"{'mails, ' + str(number) + ' a time':34} {'ours/s':>10} {'smtp-source/s':>14} {'ratio':>7}")
        print(f"{str(SESSIONS) + ' connections kept, ' + str(size) + ' B':34} {middle['ours']:>10,.0f} {middle['theirs']:>14,.0f} "
              f"{middle['ratio']:>7.3f}  ({least:.3f} to {most:.3f})", flush=True)
        self.checks.that("faster than one a second", middle["ours"] > 1, middle)

    def finish(self):
        for one in self.instances:
            one.stop()


def main():
    parser = options_of(__doc__)
    parser.add_argument("--short", action="store_true")
    options = parser.parse_args()
    return play("bench", lambda: Bench(options), machine.Trouble)


if __name__ == "__main__":
    sys.exit(main())
