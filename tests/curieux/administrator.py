# SPDX-License-Identifier: Apache-2.0
"""What somebody who owns the database and the machine can take: SQL as superuser with the system columns, dumps, the
write-ahead log, the raw pages, the files. He keeps everything."""

import collections
import os
import pathlib
import re
import subprocess

IDENTITY = ("contact", "invitation", "delivery", "objection")
SEALED = ("urn", "draft")
READABLE = ("response", "verbatim", "place_total", "contact_wish")
ANSWER_SIDE = SEALED + READABLE + ("invalid_box",)
SHIFTS = ("", "a", "bc")  # what may stand before a text inside base64


def quoted(conninfo):
    """A connection string as an environment that no command line shows."""
    return {**os.environ, **{{"host": "PGHOST", "port": "PGPORT", "dbname": "PGDATABASE", "user": "PGUSER"}[k]: v
                             for k, v in (part.split("=", 1) for part in conninfo.split())}}


class Administrator:
    def __init__(self, conninfo, data, log, folder):
        self.data, self.log = pathlib.Path(data), pathlib.Path(log)
        self.folder = pathlib.Path(folder)
        self.environment = quoted(conninfo)
        version = int(self.one("SHOW server_version_num")) // 10000
        self.programs = pathlib.Path(f"/usr/lib/postgresql/{version}/bin")
        self.relations = {}  # file node → table: kept, because a rewritten table gets another one

    def sql(self, query):
        """Rows of texts; NULL is the empty text."""
        done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-F", "\x1f", "-v", "ON_ERROR_STOP=1", "-c", query],
                              env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode != 0:
            raise PermissionError(done.stderr.decode("utf-8", "replace"))
        lines = done.stdout.decode("utf-8", "replace").split("\n")
        return [tuple(line.split("\x1f")) for line in lines if line]

    def one(self, query):
        rows = self.sql(query)
        return rows[0][0] if rows else ""

    def keep_everything(self):
        """An archive of the write-ahead log, as a backup has it."""
        self.sql("ALTER SYSTEM SET wal_keep_size = '64GB'")
        self.sql("SELECT pg_reload_conf()")

    def own_wal_only(self):
        self.start = self.one("SELECT pg_walfile_name(pg_current_wal_insert_lsn())")

    # -- tables

    def tables(self):
        return {name for (name,) in self.sql(
            "SELECT relname FROM pg_class WHERE relnamespace = 'barometre'::regnamespace AND relkind IN ('r', 'p')")}

    def rows(self, table, *columns):
        """Every row with the columns that say in which order things happened."""
        names = ("xmin", "xmax", "cmin", "page", "item", *columns)
        listed = ", ".join(columns)
        query = (f"SELECT xmin::text, xmax::text, cmin::text, (ctid::text::point)[0]::bigint, (ctid::text::point)[1]::bigint"
                 f"{', ' + listed if listed else ''} FROM barometre.{table}")
        out = []
        for row in self.sql(query):
            found = dict(zip((name.rpartition(" AS ")[2] for name in names), row))
            for name in ("xmin", "xmax", "cmin", "page", "item"):
                found[name] = int(found[name])
            found["ctid"] = (found["page"], found["item"])
            out.append(found)
        return out

    def chunk_ids(self, table):
        """ctid → number of the row's value kept apart (TOAST): the pointer at the end of the raw row."""
        self.sql("CREATE EXTENSION IF NOT EXISTS pageinspect")
        found = {}
        for page, item, tail in self.sql(
                f"SELECT p.n, h.lp, encode(substring(h.t_data FROM length(h.t_data) - 17), 'hex') "
                f"FROM generate_series(0, pg_relation_size('barometre.{table}') / 8192 - 1) AS p (n), "
                f"heap_page_items(get_raw_page('barometre.{table}', p.n)) AS h WHERE h.lp_flags = 1"):
            raw = bytes.fromhex(tail)
            if raw[:2] == b"\x01\x12":
                found[int(page), int(item)] = int.from_bytes(raw[10:14], "little")
        return found

    def dead_rows(self, table):
        """Versions that were replaced or deleted and are still in the pages: (xmin, xmax) of each."""
        self.sql("CREATE EXTENSION IF NOT EXISTS pageinspect")
        return [(int(a), int(b)) for a, b in self.sql(
            f"SELECT h.t_xmin::text, h.t_xmax::text "
            f"FROM generate_series(0, pg_relation_size('barometre.{table}') / 8192 - 1) AS p (n), "
            f"heap_page_items(get_raw_page('barometre.{table}', p.n)) AS h "
            "WHERE h.lp_flags = 1 AND h.t_xmax::text <> '0' AND h.t_data IS NOT NULL")]

    # -- dumps

    def dump(self, name=None):
        """pg_dump of the data: {table: Counter of lines}; kept as a file when it has a name."""
        done = subprocess.run([str(self.programs / "pg_dump"), "--data-only", "-n", "barometre"], env=self.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, check=True)
        if name:
            (self.folder / f"{name}.sql").write_bytes(done.stdout)
        tables, table = collections.defaultdict(collections.Counter), None
        for line in done.stdout.decode("utf-8", "replace").split("\n"):
            begun = re.match(r"COPY barometre\.(\w+) ", line)
            if begun:
                table = begun[1]
            elif line == "\\.":
                table = None
            elif table:
                tables[table][line] += 1
        return tables

    # -- files

    def learn_files(self):
        """Which file belongs to which table, its indexes and its values kept apart."""
        for node, name in self.sql(
                "SELECT pg_relation_filenode(c.oid), coalesce(i.owner, t.relname, c.relname) FROM pg_class c "
                "LEFT JOIN pg_class t ON t.reltoastrelid = c.oid "
                "LEFT JOIN (SELECT x.indexrelid, coalesce(o.relname, r.relname) AS owner FROM pg_index x "
                "JOIN pg_class r ON r.oid = x.indrelid LEFT JOIN pg_class o ON o.reltoastrelid = r.oid) i "
                "ON i.indexrelid = c.oid WHERE pg_relation_filenode(c.oid) IS NOT NULL"):
            self.relations[int(node)] = name
        self.database = int(self.one("SELECT oid FROM pg_database WHERE datname = current_database()"))

    def table_of_file(self, path):
        number = re.match(r"(\d+)", path.name)
        if number and path.parent.name == str(self.database):
            return self.relations.get(int(number[1]), "a table of the catalogue or gone")
        return "wal" if path.parent.name == "pg_wal" else f"{path.parent.name}/{path.name}"

    def search(self, words, *others):
        """Where each of these words lies, in the data folder and the other files and folders: {word: {place: spellings}}."""
        self.sql("CHECKPOINT")
        self.learn_files()
        return grep(words, [self.data, self.log, *others], self.table_of_file)

    # -- the write-ahead log

    def transactions(self):
        """Of the log: {xid: (tables written, commit time in UTC)}; a block with EXCEPTION belongs to its transaction."""
        self.sql("CHECKPOINT")
        self.learn_files()
        last = self.one("SELECT pg_walfile_name(pg_current_wal_lsn())")
        command = [str(self.programs / "pg_waldump"), "-p", str(self.data / "pg_wal"), "-r", "Heap", "-r", "Heap2",
                   "-r", "Transaction", self.start, last]
        written, committed = collections.defaultdict(set), {}
        with subprocess.Popen(command, env={**os.environ, "TZ": "UTC"}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, encoding="utf-8", errors="replace") as dump:
            for line in dump.stdout:
                found = re.search(r"tx:\s*(\d+),.*?desc: (\w+)", line)
                xid = int(found[1]) if found else 0
                if not xid:
                    continue
                if found[2] == "COMMIT":
                    when, parts = re.search(r"COMMIT (\S+ \S+)(?:.*?; subxacts:((?: \d+)+))?", line).groups()
                    committed[xid] = when
                    written[xid].update(*(written[int(part)] for part in (parts or "").split()))
                elif found[2] != "LOCK" and found[2] != "PRUNE":
                    for database, node in re.findall(r"rel \d+/(\d+)/(\d+)", line):
                        if int(database) == self.database and int(node) in self.relations:
                            written[xid].add(self.relations[int(node)])
        return {xid: (written.get(xid, set()), when) for xid, when in committed.items()}


def forms_of(word):
    """A word as it may lie in a file: as it is, in UTF-16, in hexadecimal, in base64 wherever it begins."""
    import base64
    plain = word.encode()
    yield plain
    yield word.encode("utf-16-le")
    yield plain.hex().encode()
    yield plain.hex().upper().encode()
    for before in SHIFTS:
        whole = base64.b64encode(before.encode() + plain)
        cut = whole[{0: 0, 1: 2, 2: 3}[len(before)]:]
        yield cut[:len(cut) - 4]


def grep(words, places, name_of=lambda path: path.name):
    """{word: {name of the place: how many spellings of it}}; each file is read once."""
    wanted = {word: {form for spelling in (word, word.lower()) for form in forms_of(spelling) if len(form) > 5} for word in words}
    found = {word: collections.Counter() for word in words}
    for place in places:
        files = [place] if place.is_file() else [p for p in place.rglob("*") if p.is_file()]
        for path in files:
            try:
                data = path.read_bytes()
            except FileNotFoundError:
                continue
            for word, forms in wanted.items():
                hits = sum(form in data for form in forms)
                if hits:
                    found[word][name_of(path)] += hits
    return found


def difference(before, after):
    """What two dumps differ in: {table: (lines gone, lines come)}."""
    out = {}
    for table in sorted(before.keys() | after.keys()):
        gone, come = before[table] - after[table], after[table] - before[table]
        if gone or come:
            out[table] = (sorted(gone.elements()), sorted(come.elements()))
    return out
