# SPDX-License-Identifier: Apache-2.0
"""What is left behind: columns, residue, dumps, logs, mails, keys, rights."""

import base64
import concurrent.futures
import email
import email.policy
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import time

import keys
from administrator import ANSWER_SIDE, IDENTITY, READABLE, difference

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "replay"))

from browser import connection_to  # noqa: E402

ROLES = ("web", "staff", "keeper", "mailer")
# Of people and answers, what each role may read at all, and then by column only.
MAY_READ = {"web": set(), "staff": set(), "mailer": set(),
            "keeper": {"urn", "draft", "response", "verbatim", "place_total", "contact_wish", "invalid_box"}}
NEVER_COLUMNS = {"keeper": {("draft", "loc"), ("draft", "resume_box")}}


# -- T3: the catalogue

def catalogue(report, administrator):
    listed = ", ".join(f"'{table}'" for table in ANSWER_SIDE)
    people = ", ".join(f"'{table}'" for table in IDENTITY)

    def belonging(what, join):
        return administrator.sql(f"SELECT c.relname, {what} FROM pg_class c {join} "
                                 f"WHERE c.relnamespace = 'barometre'::regnamespace AND c.relname IN ({listed})")

    found = [f"{t}.{c} is {k}" for t, c, k in administrator.sql(
        "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'barometre' "
        f"AND table_name IN ({listed}) AND (data_type ~ 'time|date|interval' OR column_default IS NOT NULL "
        "OR is_identity = 'YES' OR is_generated <> 'NEVER')")]
    found += [f"{t} has the trigger {g}" for t, g in belonging("g.tgname", "JOIN pg_trigger g ON g.tgrelid = c.oid")]
    found += [f"{t} has the rule {r}" for t, r in belonging("r.rulename", "JOIN pg_rewrite r ON r.ev_class = c.oid")]
    found += [f"{t} has the sequence {s}" for t, s in belonging(
        "s.relname", "JOIN pg_depend d ON d.refobjid = c.oid JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'")]
    found += [f"{a} refers to {b}" for a, b in administrator.sql(
        "SELECT a.relname, b.relname FROM pg_constraint k JOIN pg_class a ON a.oid = k.conrelid JOIN pg_class b "
        f"ON b.oid = k.confrelid WHERE k.contype = 'f' AND a.relname IN ({listed}, {people}) "
        f"AND b.relname IN ({listed}, {people}) AND (a.relname IN ({listed})) <> (b.relname IN ({listed}))")]
    found += [f"the event trigger {name}" for (name,) in administrator.sql("SELECT evtname FROM pg_event_trigger")]
    missing = set(ANSWER_SIDE) - administrator.tables()
    report.check("T3", f"no time, sequence, identity, trigger, rule, default or key to people in {', '.join(ANSWER_SIDE)}",
                 found + [f"no table {name}" for name in sorted(missing)])


# -- T4: residue

def residue(report, administrator, moment, marks, places):
    """marks: what it is, the text to look for, and the tables that may hold it."""
    found = administrator.search([mark for _, mark, _ in marks], *places)
    size = sum(p.stat().st_size for p in administrator.data.rglob("*") if p.is_file() and not p.is_symlink()) >> 20
    for what, mark, allowed in marks:
        here = found[mark]
        report.check("T4", f"{moment}: {what} in no file ({size} MB of data and write-ahead log, the logs, dumps, mails, keys)"
                     + (f" but {', '.join(sorted(allowed & here.keys()))}" if allowed else ""),
                     [f"in {place}" for place in sorted(here.keys() - allowed)]
                     + (["nowhere: this test would see nothing"] if allowed and not here else []))


def activity(administrator, secrets):
    """Texts of statements that the server shows."""
    text = "\n".join(row[0] for row in administrator.sql("SELECT query FROM pg_stat_activity WHERE query IS NOT NULL"))
    return [f"a secret that begins with {s[:3]} in pg_stat_activity" for s in secrets if s in text]


# -- T5: dumps around one submission

def around_one(report, what, before, after, invited):
    changes, problems = difference(before, after), []
    shape = {table: (len(gone), len(come)) for table, (gone, come) in changes.items()}
    expected = {"urn": (0, 1), "draft": (1, 0)} | ({"invitation": (1, 1)} if invited else {})
    day = shape.pop("participation_day", (0, 0))
    shape.pop("mail_gate", None)  # moves with time
    if shape != expected:
        problems.append(f"changed (gone, come): {shape}, expected {expected}")
    if day not in ((0, 1), (1, 1)):
        problems.append(f"totals of the day: {day}")
    sizes = {len(line.rpartition("\t")[2]) for line in after["urn"]}
    if len({(line.split("\t")[1], len(line)) for line in after["urn"]}) != len({line.split("\t")[1] for line in after["urn"]}):
        problems.append(f"boxes of several lengths: {sorted(sizes)}")
    report.check("T5", f"dumps before and after one submission ({what}) differ in one box, its invitation, its draft and the "
                       "totals of the day", problems)


# -- T6: errors

def leaks(text, secrets):
    return sorted(f"a secret of {len(s)} characters that begins with {s[:3]}" for s in secrets if s in text)


def forced_error(report, field, administrator, person, what, begin, during, end):
    """The last button while the database refuses; then again, when it does not. `during` says whether it did refuse."""
    secrets = {field.mark, person.address} | ({field.token_text(person)} if person.token else set())
    browser = field.walk_to_summary(person)
    begin()
    try:
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            answer = pool.submit(field.press_last, browser, person)
            refused = during(answer)
            first = answer.result()
    finally:
        end()
    body = first.body.decode("utf-8", "replace")
    problems = [] if refused else ["nothing was refused: this test would see nothing"]
    problems += [f"the page has {p}" for p in leaks(re.sub(r'value="[^"]*"', "", body), secrets)]
    problems += [f"the page says {word}" for word in ("SQLSTATE", "DETAIL", "ERROR:", "constraint", "barometre.urn") if word in body]
    limit = time.monotonic() + 60
    while person.order is None and time.monotonic() < limit:
        time.sleep(0.5)
        last = field.press_last(browser, person)
    if person.order is None:
        problems.append(f"the answer could not be sent afterwards: {last}")
    browser.close()
    for name, path in (("PostgreSQL's log", administrator.log), ("the program's log", field.folder / "serve.log")):
        problems += [f"{name} has {p}" for p in leaks(path.read_text(encoding="utf-8", errors="replace"), secrets)]
    problems += activity(administrator, secrets)
    report.check("T6", f"{what} during a submission (status {first.status}): no answer, token or address in logs, page or "
                       "statements; sent afterwards", problems)


def errors(report, field, administrator, people):
    sql = administrator.sql
    waiting = "SELECT pid FROM pg_stat_activity WHERE usename = 'barometre_web' AND wait_event_type = 'Lock'"

    def turned_away(person):
        def during(answer):
            answer.result()
            return person.order is None
        return during

    class Held:
        """The urn locked by somebody else, for as long as a statement of the site is to be hit."""

        def begin(self):
            self.psql = subprocess.Popen(["psql", "-X", "-q", "-A", "-t"], env=administrator.environment, text=True,
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            self.psql.stdin.write("BEGIN;\nLOCK TABLE barometre.urn IN ACCESS EXCLUSIVE MODE;\nSELECT 'held';\n")
            self.psql.stdin.flush()
            if not any("held" in line for line in self.psql.stdout):
                raise AssertionError("the urn could not be locked")

        def end(self):
            self.psql.communicate("ROLLBACK;\n")

        def hit(self, function):
            def during(answer):
                limit, hits = time.monotonic() + 40, 0
                while not answer.done() and time.monotonic() < limit and hits < 5:
                    for (pid,) in sql(waiting):
                        sql(f"SELECT {function}({pid})")
                        hits += 1
                    time.sleep(0.2)
                self.end()
                self.end = lambda: None
                return hits > 0
            return during

    check = ("ALTER TABLE barometre.urn ADD CONSTRAINT curieux CHECK (octet_length(box) = 0) NOT VALID",
             "ALTER TABLE barometre.urn DROP CONSTRAINT IF EXISTS curieux")
    forced_error(report, field, administrator, people[0], "a CHECK that refuses the row", lambda: sql(check[0]),
                 turned_away(people[0]), lambda: sql(check[1]))
    key = ("CREATE UNIQUE INDEX curieux ON barometre.urn ((octet_length(box) * 0))", "DROP INDEX IF EXISTS barometre.curieux")
    forced_error(report, field, administrator, people[1], "a unique key that is taken", lambda: sql(key[0]),
                 turned_away(people[1]), lambda: sql(key[1]))
    # Raised by a trigger: a table that really cannot grow would want a disk of its own.
    for person, what, body in ((people[4], "a value that is missing", "NEW.slot := NULL; RETURN NEW;"),
                               (people[5], "a full disk", "RAISE EXCEPTION USING ERRCODE = '53100', MESSAGE = 'could not extend file';")):
        trigger = (f"CREATE FUNCTION public.curieux() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$;"
                   "CREATE TRIGGER curieux BEFORE INSERT ON barometre.urn FOR EACH ROW EXECUTE FUNCTION public.curieux()",
                   "DROP TRIGGER IF EXISTS curieux ON barometre.urn; DROP FUNCTION IF EXISTS public.curieux()")
        forced_error(report, field, administrator, person, what, lambda trigger=trigger: sql(trigger[0]), turned_away(person),
                     lambda trigger=trigger: sql(trigger[1]))
    for person, what, function in ((people[2], "a statement that is cancelled, as by statement_timeout", "pg_cancel_backend"),
                                   (people[3], "a connection that breaks", "pg_terminate_backend")):
        held = Held()
        forced_error(report, field, administrator, person, what, held.begin, held.hit(function), lambda held=held: held.end())


# -- T8: logs

def logs(report, field, administrator):
    """tests/e2e/no_trace.py over this field, with everything that was secret in it."""
    secrets = set(field.secrets) | {f"/r/{t}" for t in field.secrets if re.fullmatch("[a-z2-7]{26}", t)}
    (field.folder / "secrets.txt").write_text("\n".join(sorted(secrets)) + "\n", encoding="utf-8")
    done = subprocess.run([sys.executable, str(HERE.parent / "e2e" / "no_trace.py"), str(field.folder.parent),
                           str(administrator.log)], capture_output=True, encoding="utf-8", check=False)
    problems = [line for line in done.stdout.splitlines() if line.startswith(("#", "not ok"))]
    if len(re.findall("^(?:not )?ok ", done.stdout, re.MULTILINE)) < 2 or done.returncode != 0 and not problems:
        problems.append(f"not everything was looked at (status {done.returncode}) {done.stderr}")
    report.check("T8", f"{len(secrets)} tokens, addresses, receipts, cookies, paths and user agents are in no log",
                 problems)


# -- T10: ids in mails

def mails_of(folder):
    out = []
    for path in sorted(folder.glob("*.eml")):
        letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        envelope = json.loads(path.with_suffix(".json").read_bytes())
        body = letter.get_body(("plain",)).get_content()
        out.append({"number": int(path.stem), "to": envelope["to"][0], "return": envelope["from"],
                    "message": str(letter["Message-ID"]).strip("<>"), "head": str(letter["List-Unsubscribe"]),
                    "token": re.search(r"/r/([a-z2-7]{26})", body)[1],
                    "stop": re.search(r"/stop/([a-z2-7]{26})", str(letter["List-Unsubscribe"]))[1],
                    "others": [f"{k}: {v}" for k, v in letter.items() if k.lower() not in
                               ("to", "message-id", "list-unsubscribe", "date", "subject", "content-type")]})
    return out


def derived(raw):
    """What somebody without a key can make of some bytes."""
    for data in {raw, raw.hex().encode(), base64.b32encode(raw).rstrip(b"=").lower()}:
        for name in ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2s"):
            yield hashlib.new(name, data).digest()
        for size in (16, 32, 64):
            yield hashlib.blake2b(data, digest_size=size).digest()
        for label in ("tok|v1", "mac|v1", "loc|v1", "stop|v1", "bounce|id|v1", "bounce|mask|v1", "address|v1"):
            yield hashlib.blake2b(label.encode() + b"\0" + data, digest_size=32).digest()
            yield hashlib.blake2b(label.encode() + b"\0" + data, digest_size=16).digest()


def bounce_of(mail):
    """The id in a return address (mail/verp.h)."""
    return keys.from_base32(re.fullmatch(r"[^+@]+\+([a-z2-7]{45})@.*", mail["return"])[1])


def ids_of_mails(report, mails, look):
    contacts = {row["id"] for row in look.rows["contact"]}
    problems, tried = [], 0
    seen = {}
    for mail in mails:
        ids = {"token": keys.from_base32(mail["token"]), "stop": keys.from_base32(mail["stop"]),
               "Message-ID": mail["message"].partition("@")[0].encode(), "bounce": bounce_of(mail)}
        for name, value in ids.items():
            if value in seen:
                problems.append(f"a {name} is there twice, or is also a {seen[value]}")
            seen[value] = name
        if any(str(mail[place]).find(mail["return"].partition("@")[0]) >= 0 for place in ("message", "head", "others")):
            problems.append("a header of the letter itself holds the return address")
        for place in ("message", "return", "others"):
            text = str(mail[place])
            for secret in (mail["token"], mail["token"][:8], mail["stop"][:8], ids["token"].hex(), ids["stop"].hex()):
                if secret in text:
                    problems.append(f"{place} holds a part of an id of the link")
        if mail["token"] in mail["head"] or mail["token"][:8] in mail["stop"]:
            problems.append("the unsubscribe link holds the token")
    # Nobody makes one from the other, nor from what the database has of the person, without a key.
    targets = {keys.from_base32(m[name])[:8]: name for m in mails for name in ("token", "stop")}
    # The first half of a bounce id, and the second, which hides the contact: 12 and 16 bytes.
    targets |= {bounce_of(m)[:8]: "bounce id" for m in mails} | {bounce_of(m)[12:20]: "bounce id" for m in mails}
    targets |= {bytes.fromhex(row["mac"])[:8]: "mac" for row in look.rows["invitation"]}
    targets |= {bytes.fromhex(row["loc"])[:8]: "locator" for row in look.rows["draft"]}
    sources = [(name, keys.from_base32(m[name])) for m in mails for name in ("token", "stop")]
    sources += [("bounce id", part) for m in mails for part in (bounce_of(m), bounce_of(m)[:12], bounce_of(m)[12:])]
    sources += [("Message-ID", m["message"].encode()) for m in mails]
    sources += [("Message-ID", m["message"].partition("@")[0].encode()) for m in mails]
    sources += [("address", m["to"].encode()) for m in mails]
    sources += [("contact", bytes.fromhex(c.replace("-", ""))) for c in contacts]
    sources += [("invitation", bytes.fromhex(row["id"].replace("-", ""))) for row in look.rows["invitation"]]
    for name, raw in sources:
        for value in derived(raw):
            tried += 1
            if value[:8] in targets:
                problems.append(f"{targets[value[:8]]} is a plain hash of {name}")
    report.check("T10", f"{len(mails)} mails: each has a token, an unsubscribe id, a return address and a Message-ID of its own, which no other header "
                        f"holds, and none of {tried} plain hashes makes one of another, a mac or a locator",
                 sorted(set(problems)) if mails else ["no mail was sent"])


# -- T11: scanners

def scanners(report, field, administrator, person, times=50):
    before = administrator.dump()
    path = field.paths[person.who]

    def look(number):
        connection = connection_to(field.options.public_url, timeout=90)
        try:
            connection.request("HEAD" if number % 2 else "GET", path, headers={"User-Agent": "link scanner"})
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        statuses = set(pool.map(look, range(times)))
    changes = difference(before, administrator.dump())
    report.check("T11", f"{times} GET and HEAD of a link by machines change nothing in the database",
                 [f"{table} changed" for table in changes if table != "mail_gate"]
                 + ([f"statuses {sorted(statuses)}"] if not statuses <= {200, 429} or 200 not in statuses else []))


# -- T15: after the destruction

def what_keys_give(folder, tokens, macs, locs, boxes):
    """Every key of a folder, and every sub-key of it, tried on everything. How many of each it gives."""
    found = {"macs": 0, "locators": 0, "boxes": 0}
    roots = list(keys.key_files(folder).values())
    for root in roots:
        candidates = [root] + [keys.derive(root, n, context) for context in (b"BPS_camp", b"BPS_mail") for n in range(1, 9)]
        for key in candidates:
            for token in tokens:
                for name, wanted in (("macs", macs), ("locators", locs)):
                    label = {"macs": "mac|v1", "locators": "loc|v1"}[name]
                    found[name] += keys.keyed(key, label, token).hex() in wanted
        found["boxes"] += sum(keys.open_box(root, box) is not None for box in boxes)
    return len(roots), found


def boxes_of(dump):
    """The boxes of the urn and of the drafts in a dump, as bytes."""
    out = []
    for table in ("urn", "draft"):
        for line in dump[table]:
            out += [bytes.fromhex(field[3:]) for field in line.split("\t") if field.startswith("\\\\x") and len(field) > 2000]
    return out


def forward_secrecy(report, field, before_folder, linked, dump, mails, look, limit=60):
    tokens = [p.token for p in field.people if p.token] + [keys.from_base32(m["token"]) for m in mails]
    macs, locs = {row["mac"] for row in look.rows["invitation"]}, {row["loc"] for row in look.rows["draft"]}
    boxes = boxes_of(dump)[:limit]
    n, then = what_keys_give(before_folder, tokens, macs, locs, boxes)
    report.note("T15", f"with the {n} keys of the folder before the count: {then['macs']} macs, {then['locators']} locators "
                       f"recomputed, {then['boxes']} of {len(boxes)} boxes opened")
    if not then["macs"] or not then["locators"]:
        report.check("T15", "the control finds macs and locators with the campaign key", ["it does not"])
    n, now = what_keys_give(field.keys, tokens, macs, locs, boxes)
    report.check("T15", f"after the count, with {n} keys left, {len(tokens)} tokens of mails, {len(macs)} macs, {len(locs)} locators "
                        f"and {len(boxes)} boxes of old dumps: nothing is recomputed, nothing opens",
                 [f"{count} {name}" for name, count in now.items() if count])
    whole = set(keys.key_files(before_folder).values())
    gone = {path.name: path.read_bytes() for path in linked}
    report.check("T15", "the key files of the edition were overwritten before they were removed",
                 [f"{name} still holds a key" for name, data in gone.items()
                  if any(key in data or key.hex().encode() in data for key in whole)]
                 + ([] if gone else ["no key file was watched"])
                 + [f"{path} is still there" for path in sorted(field.keys.glob(f"{field.code}.ca*"))]
                 + [f"{path} is still there" for path in sorted(field.keys.glob(f"{field.code}.count"))])


# -- T21 and T23

def readable_columns(administrator, role, columns):
    """Of (table, column), those that a SELECT of this role does not refuse."""
    script = "".join(f"SELECT '{table} {column}' FROM (SELECT count(\"{column}\") FROM barometre.{table}) AS t;\n"
                     for table, column in columns)
    done = subprocess.run(["psql", "-X", "-q", "-A", "-t"], env={**administrator.environment, "PGUSER": f"barometre_{role}"},
                          input=script, capture_output=True, encoding="utf-8", check=False)
    return {tuple(line.split()) for line in done.stdout.splitlines()}, done.stderr.count("permission denied")


def rights(report, administrator):
    columns = administrator.sql(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'barometre' AND table_name IN ("
        + ", ".join(f"'{table}'" for table in IDENTITY + ANSWER_SIDE) + ")")
    hidden = [(table, column) for table in IDENTITY + ANSWER_SIDE for column in ("xmin", "xmax", "cmin", "cmax", "ctid")]
    both = []
    for role in ROLES:
        may, refused = readable_columns(administrator, role, columns + hidden)
        wrong = {(t, c) for t, c in may if (t, c) in hidden or t not in MAY_READ[role]} | may & NEVER_COLUMNS.get(role, set())
        # The ledger of mails: of people only, and of no answer.
        wrong = {(t, c) for t, c in wrong if not (role == "staff" and t == "delivery" and (t, c) not in hidden)}
        tables = {t for t, _ in may}
        both += [role] if tables & set(IDENTITY) and tables & set(READABLE) else []
        lost = MAY_READ[role] - tables
        report.check("T23", f"{role}: {len(may)} columns of people and answers to read, {refused} refused, no xmin and no ctid",
                     [f"reads {t}.{c}" for t, c in sorted(wrong)] + [f"cannot read {t}: this test would see nothing" for t in sorted(lost)]
                     + ([] if refused + len(may) == len(columns) + len(hidden) else ["an error of another kind"]))
    report.check("T23", "no role reads people and answers", both)


def read_only(folder, to):
    """A copy of the key folder, as a backup would have it, and other names for its files."""
    to.mkdir(mode=0o700)
    linked = []
    for path in folder.iterdir():
        (to / path.name).write_bytes(path.read_bytes())
        if re.search(r"\.(campaign|count)$", path.name):
            other = folder.parent / f"linked.{path.name}"
            other.hardlink_to(path)
            linked.append(other)
    return linked
