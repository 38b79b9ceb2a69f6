# SPDX-License-Identifier: Apache-2.0
"""The measure of tests/bench/release: a release out of memory, a file of the same site, and nginx, in turns."""

import argparse
import gzip
import hashlib
import http.client
import pathlib
import random
import socket
import statistics
import subprocess
import sys
import time

import machine
from machine import Trouble, output

CONNECTIONS = 64
SIZES = (8_000, 200_000)  # a small release, and one with many crossings
FIGURES = "/api/v1/editions/bench/releases/latest/figures"


def figures(size):
    """Lines as those of a release, with numbers that vary: gzip makes a tenth of them, as of real ones."""
    draw, lines, length = random.Random(1), [], 0
    while length < size:
        n, base = len(lines), draw.randint(11, 900)
        lines.append(f'bench,patients,question_{n // 40},multiple,type_structure,groupe_{n // 10 % 4},"Groupe, numéro {n // 10 % 4}",'
                     f'modalite_{n % 10},"La modalité numéro {n % 10}, telle qu’elle se lit",{base},{draw.randint(0, 30)},'
                     f'{draw.randint(0, 30)},{2 * base},{base // 3},{draw.randint(1, 99)},,,\r\n'.encode())
        length += len(lines[-1])
    return b"".join(lines)[:size]


class Release:
    def __init__(self, options):
        self.options = options
        self.state = pathlib.Path(options.state)
        self.passed = self.failed = 0
        self.repetitions, self.seconds = (1, 1) if options.short else (5, 3)

    def check(self, what, good, detail=""):
        self.passed += good
        self.failed += not good
        if not good:
            print(f"FAILED {what}: {detail}")

    def sql(self, text):
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.options.database], input=text, text=True, check=True)

    def fetch(self, port, path, headers):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", path, headers=headers)
            reply = connection.getresponse()
            return reply.status, reply.read()
        finally:
            connection.close()

    def make(self):
        """One release, two files of it: what is measured is the way of bytes, whatever they say."""
        self.sql("""
            INSERT INTO barometre.edition (code, title, zone, state, opens, closes, min_base, min_cell, count_partials, count_key,
                trustee_key, mail)
            VALUES ('bench', 'Mesures', 'Europe/Paris', 'released', now() - interval '9 days', now() - interval '1 day', 11, 5, true,
                decode(repeat('01', 32), 'hex'), decode(repeat('02', 32), 'hex'), '{}');
            INSERT INTO barometre.release (edition, version, kind, parameters, min_base, min_cell, reason, created_on, row_count,
                hash, state, published_on, published_by)
            VALUES ('bench', 1, 'count', '{}', 11, 5, 'Mesures', now(), 0, repeat('ab', 32), 'published', now(), 'bench');""")
        self.files = {}
        for size, name in zip(SIZES, ("csv", "csv-excel")):
            data = figures(size)
            self.sql(f"""INSERT INTO barometre.release_file VALUES ('bench', 1, '{name}', '{name}.csv',
                'text/csv; charset=utf-8; header=present', decode('{data.hex()}', 'hex'),
                '{hashlib.blake2b(data, digest_size=32).hexdigest()}')""")
            (self.state / "www" / f"{name}.csv").write_bytes(data)
            self.files[name] = data
        run = [self.options.program, "-c", self.state / "barometre.conf"]
        subprocess.run([*run, "account", "create", "ana", "--role", "analyst"], input="correct cheval pile agrafe\n", text=True,
                       check=True, capture_output=True)
        self.key = {"Authorization": f"Bearer {output([*run, 'api-key', 'create', 'ana', '--label', 'Mesures']).strip()}"}

    def staff_process(self):
        with socket.create_connection(("127.0.0.1", self.options.staff), timeout=10) as client:
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            client.recv(1)
            return machine.owner_of_connection(client, machine.children(self.options.server_pid))

    def find_processes(self):
        limit = time.monotonic() + 30
        while True:
            try:
                if self.fetch(self.options.staff, FIGURES, self.key)[0] == 200:
                    break
            except OSError:
                pass
            if time.monotonic() > limit:
                raise Trouble("the release is not served")
            time.sleep(0.2)
        # A process that sees a new edition (it looks every second) is replaced.
        self.staff_pid = self.staff_process()
        for _ in range(10):
            time.sleep(3)
            before, self.staff_pid = self.staff_pid, self.staff_process()
            if before == self.staff_pid:
                break
        self.nginx_worker = machine.children(self.options.nginx_pid)[0]
        page = self.fetch(self.options.staff, "/login", {})[1].decode()
        self.css = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
        body = self.fetch(self.options.staff, self.css, {})[1]
        (self.state / "www" / "site.css").write_bytes(body)
        self.files["site.css"] = body

    def compressed(self, name, data, ours, theirs):
        """What comes to who accepts gzip, given to nginx too (gzip_static); None, and a failure, when it is something else."""
        status, packed = self.fetch(self.options.staff, ours, {**self.key, "Accept-Encoding": "gzip"})
        good = status == 200 and packed[:2] == b"\x1f\x8b" and gzip.decompress(packed) == data
        self.check(f"{name}: compressed", good, f"{status}, {len(packed)} bytes")
        if not good:
            return None
        (self.state / "www" / f"{theirs[1:]}.gz").write_bytes(packed)
        return packed

    def measure(self):
        sides = []
        for name, data in self.files.items():
            ours = self.css if name == "site.css" else f"{FIGURES}?format={name}"
            theirs = "/site.css" if name == "site.css" else f"/{name}.csv"
            shown = "site.css" if name == "site.css" else "release"
            sides.append((f"{shown}, {len(data):,} B", data, ours, theirs, self.key))
            packed = self.compressed(name, data, ours, theirs)
            if packed:
                sides.append((f"{shown} gzip, {len(packed):,} B", packed, ours, theirs, {**self.key, "Accept-Encoding": "gzip"}))
        figures = {}
        for _ in range(self.repetitions):
            for name, data, ours, theirs, headers in sides:
                rates = []
                for port, path, pid in ((self.options.staff, ours, self.staff_pid), (self.options.nginx, theirs, self.nginx_worker)):
                    with machine.Pinned(pid):
                        before = machine.cpu_seconds(pid)
                        requests, seconds, problems = machine.wrk(f"http://127.0.0.1:{port}{path}", self.seconds, CONNECTIONS, headers)
                        spent = (machine.cpu_seconds(pid) - before) / max(requests, 1) * 1e6
                    self.check(f"{name}: answered", requests > 0 and not problems, "; ".join(problems))
                    self.check(f"{name}: the bytes", self.fetch(port, path, headers) == (200, data), path)
                    rates.append((requests / seconds, spent))
                figures.setdefault(name, []).append((rates[0][0] / rates[1][0], *rates[0], *rates[1]))
        for name, values in figures.items():
            ratio, rate, cpu, their_rate, their_cpu = (statistics.median(column) for column in zip(*values))
            print(f"{name:27} {ratio:.2f} of nginx ({min(v[0] for v in values):.2f} to {max(v[0] for v in values):.2f}): "
                  f"{rate:,.0f}/s, {cpu:.1f} µs of CPU, against {their_rate:,.0f}/s, {their_cpu:.1f} µs")


def main():
    parser = argparse.ArgumentParser(description="started by tests/bench/release")
    parser.add_argument("--short", action="store_true")
    for name in ("program", "state", "database"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("staff", "nginx", "server-pid", "nginx-pid"):
        parser.add_argument(f"--{name}", required=True, type=int)
    release = Release(parser.parse_args())
    try:
        release.make()
        release.find_processes()
        release.measure()
    except Trouble as trouble:
        release.check("measured", False, str(trouble))
    print(f"{release.passed} passed, {release.failed} failed")
    return 0 if release.failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
