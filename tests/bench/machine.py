# SPDX-License-Identifier: Apache-2.0
"""What the bench knows of the machine: processes and their time, cores, versions, wrk and pgbench."""

import os
import pathlib
import re
import shutil
import subprocess

TICKS = os.sysconf("SC_CLK_TCK")


class Trouble(Exception):
    """Nothing more can be measured."""


def output(command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise Trouble(f"{command[0]} ended with {done.returncode}: {(done.stderr or done.stdout).strip()[-2000:]}")
    return done.stdout


def cpu_seconds(pid):
    """User and system time of a process: proc(5), fields 14 and 15 of stat."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def children(pid):
    found = []
    for path in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(word) for word in path.read_text().split()]
    return found


def owner_of_connection(client, candidates):
    """Which of these processes accepted the connection of this client socket: proc(5), /proc/net/tcp."""
    here, there = client.getsockname()[1], client.getpeername()[1]
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[1].split(":")[1], 16) == there and int(fields[2].split(":")[1], 16) == here:
            wanted = f"socket:[{fields[9]}]"
            for pid in candidates:
                for descriptor in pathlib.Path(f"/proc/{pid}/fd").iterdir():
                    try:
                        if os.readlink(descriptor) == wanted:
                            return pid
                    except OSError:  # closed meanwhile
                        continue
    raise Trouble("no process has the connection")


def cores():
    return sorted(os.sched_getaffinity(0))


class Pinned:
    """A server on the first core, for as long as this lasts; wrk() then takes the last one."""

    def __init__(self, pid):
        self.pid = pid

    def __enter__(self):
        self.before = os.sched_getaffinity(self.pid)
        os.sched_setaffinity(self.pid, {cores()[0]})

    def __exit__(self, *reason):
        os.sched_setaffinity(self.pid, self.before)


def wrk(url, seconds, connections, headers):
    """(requests, seconds, problems) of one thread of wrk on the last core."""
    command = ["taskset", "-c", cores()[-1], "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    text = output([*command, url])
    total = re.search(r"(\d+) requests in ([\d.]+)(ms|s|m)", text)
    if not total:
        raise Trouble(f"wrk said: {text}")
    spent = float(total[2]) * {"ms": 0.001, "s": 1, "m": 60}[total[3]]
    problems = [line.strip() for line in text.splitlines() if "Non-2xx" in line or "Socket errors" in line]
    return int(total[1]), spent, problems


def pgbench_program():
    for folder in sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "pgbench").exists():
            return str(folder / "pgbench")
    return shutil.which("pgbench") or "pgbench"


def pgbench(database, script, clients, each, base, box):
    """(transactions, transactions a second without the time to connect, mean latency in ms)."""
    threads = min(2, len(cores()))
    text = output([pgbench_program(), "-n", "-M", "prepared", "-c", clients, "-j", threads, "-t", each,
                   "-D", "n=0", "-D", f"base={base}", "-D", f"each={each}", "-D", f"box={box}", "-f", script, database])
    done = re.search(r"actually processed: (\d+)/", text)
    rate = re.search(r"^tps = ([\d.]+)", text, re.MULTILINE)
    latency = re.search(r"latency average = ([\d.]+) ms", text)
    if not (done and rate and latency):
        raise Trouble(f"pgbench said: {text}")
    return int(done[1]), float(rate[1]), float(latency[1])


def versions(program):
    def first(command, stream="stdout"):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return (getattr(done, stream) or "?").splitlines()[0].strip()

    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return {
        "cores": f"{len(cores())} ({model[1] if model else 'unknown'}), shared by servers and load",
        "program": first([program, "--version"]),
        "nginx": first(["nginx", "-v"], "stderr").removeprefix("nginx version: "),
        "wrk": first(["wrk", "-v"]).partition("[")[0].strip(),
        "database": first([pgbench_program(), "--version"]),
        "kernel": os.uname().release,
    }
