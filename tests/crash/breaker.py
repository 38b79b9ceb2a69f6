# SPDX-License-Identifier: Apache-2.0
"""What breaks: the processes of the program by SIGKILL, PostgreSQL by an immediate stop; and what starts them again,
as systemd would. Everything that is started here is started by the main thread: what it starts ends with it."""

import collections
import os
import pathlib
import re
import signal
import subprocess
import time

PATIENCE = 180  # for a start, on a machine that is several times slower


class Stuck(Exception):
    """The test cannot go on; the message is for the person who started it."""


def until(what, ask, seconds=PATIENCE, step=0.05):
    limit = time.monotonic() + seconds
    while True:
        found = ask()
        if found:
            return found
        if time.monotonic() > limit:
            raise Stuck(f"still not, after {seconds} s: {what}")
        time.sleep(step)


def children_of(parent):
    """Process ids in the order of birth."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            words = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(words[1]) == parent and words[0] != "Z":
            found.append((int(words[19]), int(path.parent.name)))
    return [pid for _, pid in sorted(found)]


class Daemon:
    """`barometre serve`. Who is who among its children: a place that fell vacant is taken by who is born next; the
    figures by duty are not taken from that, but from what the supervisor says in its log."""

    def __init__(self, program, config, log, workers):
        self.command = ["setpriv", "--pdeathsig", "TERM", program, "-c", config, "serve"]
        self.log = pathlib.Path(log)
        self.duties = ["web"] * workers + ["staff", "keeper", "mailer"]
        self.process = None
        self.places = []
        self.killed = collections.Counter()
        self.starts = 0

    def start(self):
        """Again and again, as long as its former children hold the address."""
        def listens():
            before = self.log.stat().st_size if self.log.exists() else 0
            with open(self.log, "ab") as log:
                self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            self.starts += 1
            while self.process.poll() is None:
                with open(self.log, "rb") as log:
                    log.seek(before)
                    if b"event=serve.ready" in log.read():
                        return True
                time.sleep(0.05)
            return False

        self.places = [None] * len(self.duties)
        until("the program serves", listens, step=0.3)

    def ensure(self):
        if self.process.poll() is not None:
            self.start()

    def look(self):
        """Who is alive, by duty."""
        born = children_of(self.process.pid)
        self.places = [pid if pid in born else None for pid in self.places]
        fresh = [pid for pid in born if pid not in self.places]
        for place, pid in enumerate(self.places):
            if pid is None and fresh:
                self.places[place] = fresh.pop(0)
        alive = collections.defaultdict(list)
        for duty, pid in zip(self.duties, self.places):
            if pid is not None:
                alive[duty].append(pid)
        return alive

    def kill(self, kind, rng):
        """One act of violence; False when there is nobody of that kind just now."""
        if kind == "supervisor":
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.killed["supervisor"] += 1
            return True
        alive = self.look()
        if kind == "everything":
            pids = [pid for duty in alive.values() for pid in duty]
            for pid in [self.process.pid, *pids]:
                try:
                    os.kill(pid, signal.SIGKILL)
                    self.killed["with all others"] += 1
                except ProcessLookupError:
                    pass
            self.process.wait()
            return True
        if not alive[kind]:
            return False
        try:
            os.kill(rng.choice(alive[kind]), signal.SIGKILL)
        except ProcessLookupError:
            return False
        self.killed["one of its processes"] += 1
        return True

    def deaths(self):
        """By duty, as the supervisor saw them: status 9 is SIGKILL."""
        text = self.log.read_text(encoding="utf-8", errors="replace")
        return collections.Counter(re.findall(r"event=duty\.died duty=(\w+) status=9\b", text))

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Postgres:
    """The cluster of with-cluster, stopped and started as the account that runs it."""

    def __init__(self, data, log, conninfo, prefix):
        self.data, self.log, self.prefix = data, log, prefix
        self.owner = conninfo
        words = dict(word.split("=", 1) for word in conninfo.split() if "=" in word)
        self.host, self.port = words["host"], words["port"]
        version = subprocess.run([*prefix, "cat", f"{data}/PG_VERSION"], capture_output=True, encoding="ascii",
                                 check=True).stdout.strip()
        self.programs = f"/usr/lib/postgresql/{version}/bin"
        self.process = None
        self.stops = 0

    def is_ready(self):
        return subprocess.run([f"{self.programs}/pg_isready", "-q", "-h", self.host, "-p", self.port],
                              check=False).returncode == 0

    def stop_now(self):
        """As if the power went: nothing is written, every session is cut."""
        done = subprocess.run([*self.prefix, f"{self.programs}/pg_ctl", "stop", "-D", self.data, "-m", "immediate",
                               "-w", "-t", str(PATIENCE)], cwd="/", capture_output=True, encoding="utf-8", check=False)
        if done.returncode != 0:
            raise Stuck(f"pg_ctl stop: {done.stderr.strip()}")
        if self.process is not None:
            self.process.wait()
        self.stops += 1

    def start(self):
        """Recovers from its log; again when a session of before still holds its memory."""
        def answers():
            with open(self.log, "ab") as log:
                self.process = subprocess.Popen(
                    ["setsid", "env", "--default-signal=INT,QUIT", *(self.prefix or ["setpriv"]), "--pdeathsig", "INT",
                     f"{self.programs}/postgres", "-D", self.data, "-k", self.host, "-p", self.port],
                    cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            while self.process.poll() is None:
                if self.is_ready():
                    return True
                time.sleep(0.05)
            return False

        until("PostgreSQL accepts connections", answers, step=0.5)

    def ask(self, database, query, check=True):
        done = subprocess.run([f"{self.programs}/psql", "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-h",
                               self.host, "-p", self.port, "-U", "barometre_owner", "-d", database, "-c", query],
                              stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False)
        if done.returncode != 0 and check:
            raise Stuck(f"psql: {done.stderr.strip()}")
        return done.stdout.strip()
