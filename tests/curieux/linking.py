# SPDX-License-Identifier: Apache-2.0
"""The attacks that join a person to an answer: same transaction, order, length, date, texts side by side.

Each has two halves that the administrator may have: what he saw during the field, when invitations were there, and
what is readable after the count. Only the score uses the truth.
"""

import json
from datetime import datetime, timezone

import chance
from administrator import IDENTITY, READABLE
from field import NUMBER, number_of
from keys import open_json
from questionnaire import FORMS

KEYS_OF = {"contact": ("id", "address_hash"), "invitation": ("id", "contact", "encode(mac, 'hex') AS mac"),
           "delivery": ("mailing", "contact", "done_at"), "objection": ("encode(address_hash, 'hex') AS address_hash",),
           "urn": ("slot", "audience", "octet_length(box) AS size", "octet_length(rtrim(box, '\\x00'::bytea)) AS used"),
           "draft": ("encode(loc, 'hex') AS loc", "audience", "octet_length(resume_box) AS size",
                     "octet_length(rtrim(resume_box, '\\x00'::bytea)) AS used", "octet_length(count_box) AS count_size"),
           "response": ("id", "audience", "completeness", "answers"),
           "verbatim": ("id", "audience", "question", "body"), "place_total": ("audience", "code", "n"),
           "contact_wish": ("id", "audience", "encode(box, 'hex') AS box")}
KNOWN_COLUMNS = {"response": {"edition", "audience", "id", "completeness", "answers"},
                 "verbatim": {"edition", "audience", "id", "question", "body"},
                 "contact_wish": {"edition", "audience", "id", "box"},
                 "place_total": {"edition", "audience", "question", "code", "n"}}


class Look:
    """All tables at one moment."""

    def __init__(self, administrator, moment, wal=True):
        self.moment = moment
        self.rows = {table: administrator.rows(table, *columns) for table, columns in KEYS_OF.items()}
        self.chunks = {table: administrator.chunk_ids(table) for table in ("urn", "response", "verbatim", "contact_wish")}
        self.extra = {}
        for table, known in KNOWN_COLUMNS.items():
            columns = administrator.sql("SELECT column_name, data_type FROM information_schema.columns "
                                        f"WHERE table_schema = 'barometre' AND table_name = '{table}'")
            for name, kind in columns:
                if name not in known:
                    values = {row["ctid"]: row["value"] for row in
                              administrator.rows(table, value_of(name, kind) + " AS value")}
                    self.extra[table, name] = values
        self.wal = administrator.transactions() if wal else None  # None: not read


def value_of(name, kind):
    """A column as a number or a text that sorts."""
    timed = kind.startswith("timestamp") or kind == "date"
    return f"(extract(epoch FROM \"{name}\") * 1000000)::bigint" if timed else f"\"{name}\"::text"


class Truth:
    """Who is who, for the score."""

    def __init__(self, field, campaign, trustee):
        self.field = field
        self.by_mac = {campaign.mac(p.token): p for p in field.people if p.token}
        self.by_loc = {campaign.locator(p.token): p for p in field.people if p.token}
        self.by_slot = {p.slot: p for p in field.people if p.slot}
        self.by_number = {p.who: p for p in field.people}
        self.trustee = trustee

    def invitations(self, look):
        return {self.by_mac[row["mac"]].who: row for row in look.rows["invitation"] if row["mac"] in self.by_mac}

    def urn(self, look):
        return {self.by_slot[row["slot"]].who: row for row in look.rows["urn"] if row["slot"] in self.by_slot}

    def drafts(self, look):
        return {self.by_loc[row["loc"]].who: row for row in look.rows["draft"] if row["loc"] in self.by_loc}

    def responses(self, look):
        out = {}
        for row in look.rows["response"]:
            codes = self.field.population.number_codes(row["audience"])
            out[row["audience"], number_of(codes, json.loads(row["answers"]).get(NUMBER, []))] = row
        return out

    def texts(self, look):
        """Who wrote each open answer: [(who, row)] in the order of the table."""
        out = []
        for row in sorted(look.rows["verbatim"], key=lambda row: row["ctid"]):
            if row["body"].startswith(self.field.mark):
                _, audience, number, _ = row["body"].split("-", 3)
                out.append(((audience, int(number)), row))
        return out

    def wishes(self, look):
        out = {}
        for row in look.rows["contact_wish"]:
            contact = open_json(self.trustee, bytes.fromhex(row["box"]))
            address = (contact or {}).get("contact_email", "")
            if address.startswith(self.field.wish_mark):
                _, audience, number = address.partition("@")[0].split("-")
                out[audience, int(number)] = row
        return out


# -- T1: the same transaction

def xids(row):
    return {row[name] for name in ("xmin", "xmax")} - {0, 2}


def same_transaction(report, truth, seen, look):
    """seen: a look with the invitations; look: one at the same or at a later moment."""
    here = {table: look.rows[table] or seen.rows[table] for table in IDENTITY}
    for answers in READABLE:
        shared, answer_xids = set(), set().union(*map(xids, look.rows[answers]))
        for table in IDENTITY:
            shared |= {f"{table}: {len(common)}" for common in [answer_xids & set().union(*map(xids, here[table]))] if common}
        report.check("T1", f"{look.moment}, {answers} ({len(look.rows[answers])} rows) shares no transaction number with "
                           "contact, invitation, delivery, objection", shared)
    people, responses = truth.invitations(seen), truth.responses(look)
    done = {who: row for who, row in people.items() if truth.by_number[who].order is not None}
    groups = {}
    for who, row in responses.items():
        for xid in xids(row):
            groups.setdefault(xid, []).append(who)
    hits = sum(max(((who in groups[x]) / len(groups[x]) for x in xids(row) if x in groups), default=0)
               for who, row in done.items())
    tried = len(done) if responses else 0
    report.guess("T1", f"{look.moment}, response of the same xmin or xmax as the invitation", hits, tried,
                 1.0 if tried else 0.0)
    if look.wal is None:
        return
    both = [xid for xid, (tables, _) in look.wal.items() if tables & set(IDENTITY) and tables & set(READABLE)]
    inserting = [xid for xid, (tables, _) in look.wal.items() if "response" in tables]
    report.check("T1", f"{look.moment}, write-ahead log: of {len(look.wal)} transactions none touches people and readable "
                       "answers", [f"{len(both)} do both"] if both else [] if look.wal else ["it was not read"])
    if look.rows["response"]:
        report.check("T1", f"{look.moment}, write-ahead log: one transaction inserts all responses",
                     [] if len(inserting) == 1 else [f"{len(inserting)} transactions"])


def sealed_links(report, truth, look):
    """What is expected: a box lies beside its invitation, as ciphertext."""
    people = truth.invitations(look)
    for table, rows in (("urn", truth.urn(look)), ("draft", truth.drafts(look))):
        common = {who for who in rows.keys() & people.keys()}
        hits = sum(bool(xids(rows[who]) & xids(people[who])) for who in common)
        report.note("T1", f"{look.moment}, {table}: {hits} of {len(common)} sealed boxes have the transaction of their "
                          "invitation (as designed: they cannot be read)")


# -- T2: order

def by_audience(values):
    out = {}
    for who, value in values.items():
        out.setdefault(who[0], {})[who] = value
    return out


def compare(left, right):
    """Hits, guesses, chance, correlation, nearness of neighbours; each audience by itself, then together."""
    hits = tries = expected = rho = 0
    z = 0.0
    rights = by_audience(right)
    for audience, mine in by_audience(left).items():
        other = rights.get(audience, {})
        h, n, e = chance.match_by_rank(mine, other)
        common = sorted(mine.keys() & other.keys())
        hits, tries, expected = hits + h, tries + n, expected + e
        rho += n * chance.spearman([mine[who] for who in common], [other[who] for who in common]) if n > 1 else 0
        z = max(z, chance.neighbours(mine, other))
    return hits, tries, expected, rho / tries if tries else 0.0, z


def left_orders(truth, seen, spool):
    """Every order of people that was to be seen before the count."""
    people, urn, drafts = truth.invitations(seen), truth.urn(seen), truth.drafts(seen)
    done = {who for who, p in truth.by_number.items() if p.order is not None}
    contacts = {row["id"]: row for row in seen.rows["contact"]}
    committed = {xid: when for xid, (_, when) in seen.wal.items()}
    chunks = seen.chunks["urn"]
    return {
        "acknowledgement": {who: truth.by_number[who].order for who in done},
        "invitation xmin": {who: people[who]["xmin"] for who in done & people.keys()},
        "invitation ctid": {who: people[who]["ctid"] for who in done & people.keys()},
        "commit time in the log": {who: committed[people[who]["xmin"]] for who in done & people.keys()
                                   if people[who]["xmin"] in committed},
        "invitation id": {who: people[who]["id"] for who in people},
        "invitation mac": {who: people[who]["mac"] for who in people},
        "contact ctid": {who: contacts[people[who]["contact"]]["ctid"] for who in people},
        "urn ctid": {who: row["ctid"] for who, row in urn.items()},
        "receipt": {who: row["slot"] for who, row in urn.items()},
        "urn chunk_id": {who: chunks[row["ctid"]] for who, row in urn.items() if row["ctid"] in chunks},
        "draft ctid": {who: row["ctid"] for who, row in drafts.items()},
        "draft xmin": {who: row["xmin"] for who, row in drafts.items()},
        "mail": spool,
    }


def right_orders(look, table, rows):
    """Every order of the rows of a readable table, those that are one and the same left out."""
    chunks = look.chunks.get(table, {})
    orders = {"ctid": {who: row["ctid"] for who, row in rows.items()},
              "xmin, ctid": {who: (row["xmin"], row["ctid"]) for who, row in rows.items()},
              "cmin, ctid": {who: (row["cmin"], row["ctid"]) for who, row in rows.items()},
              "cmin": {who: row["cmin"] for who, row in rows.items()},
              "id": {who: row["id"] for who, row in rows.items()},
              "chunk_id": {who: chunks[row["ctid"]] for who, row in rows.items() if row["ctid"] in chunks}}
    for (of, name), values in look.extra.items():
        if of == table:
            orders[f"column {name}"] = {who: values[row["ctid"]] for who, row in rows.items() if row["ctid"] in values}
    kept, seen = {}, []
    for name, values in orders.items():
        pattern = tuple(chance.ranks([values[who] for who in sorted(values)]))
        if len(set(pattern)) > 1 and pattern not in seen:
            seen.append(pattern)
            kept[name] = values
    return kept


def by_order(report, truth, seen, look, spool):
    lefts = left_orders(truth, seen, spool)
    tables = {"response": truth.responses(look), "contact_wish": truth.wishes(look)}
    tables["verbatim"] = {}
    for who, row in truth.texts(look):
        tables["verbatim"].setdefault(who, row)  # the first text of each
    for table, rows in tables.items():
        for name, right in right_orders(look, table, rows).items():
            results = [(compare(left, right), what) for what, left in lefts.items()]
            results = [r for r in results if r[0][1] >= 10]
            if not results:
                continue
            # Limits depend on how many there are: the one nearest to its limit, of hits and of correlations.
            (hits, tries, expected, _, _), what = max(
                results, key=lambda r: (r[0][0] - chance.limit_of_hits(r[0][2]), r[0][1]))
            worst = max(results, key=lambda r: abs(r[0][3]) / chance.limit_of_correlation(r[0][1]))
            scale = chance.limit_of_correlation(tries) / chance.limit_of_correlation(worst[0][1])
            z = max(r[0][4] for r in results)
            report.guess("T2", f"{look.moment}, {table} in order of {name} against {len(results)} orders of people, best by "
                               f"{what}", hits, tries, expected, worst[0][3] * scale, z)


def by_date(report, truth, seen, look):
    """A column that dates an answer, against the times of the write-ahead log."""
    people = truth.invitations(seen)
    times = {who: microseconds(seen.wal[row["xmin"]][1]) for who, row in people.items()
             if row["xmin"] in seen.wal and truth.by_number[who].order is not None}
    responses = truth.responses(look)
    for (table, name), values in look.extra.items():
        if table != "response":
            continue
        dated = []
        for who, row in responses.items():
            value = values.get(row["ctid"], "")
            if value.lstrip("-").isdigit():
                dated.append((int(value), who))
        if dated:
            hits = sum(min(dated, key=lambda d: (abs(d[0] - when), repr(d[1])))[1] == who for who, when in times.items())
            report.guess("T2", f"{look.moment}, response whose {name} is nearest to the commit of the invitation", hits,
                         len(times), len(times) / len(dated))


def microseconds(text):
    """« 2026-11-22 09:03:48.123456 UTC » as pg_waldump writes it, or without a zone."""
    return int(datetime.fromisoformat(text.removesuffix(" UTC")).replace(tzinfo=timezone.utc).timestamp() * 1_000_000)


# -- T7: length

def by_length(report, truth, seen, look):
    """During the field a box is known to be somebody's; its length, if it has one, is the answer's."""
    people, responses = {}, {}
    for table in (truth.drafts(seen), truth.urn(seen)):
        people |= {who: int(row["used"]) for who, row in table.items()}
    for who, row in truth.responses(look).items():
        # Without the spaces that the database writes.
        responses[who] = len(json.dumps(json.loads(row["answers"]), separators=(",", ":"), ensure_ascii=False).encode())
    hits, tries, expected, rho, _ = compare(people, responses)
    report.guess("T7", f"{look.moment}, response as long as the box seen beside the invitation", hits, tries, expected, rho)


def one_length(report, looks):
    for table, columns in (("urn", ("size",)), ("draft", ("size", "count_size"))):
        for column in columns:
            sizes = {}
            for look in looks:
                for row in look.rows[table]:
                    sizes.setdefault(row["audience"], set()).add(row[column])
            count = sum(len(look.rows[table]) for look in looks)
            report.check("T7", f"{table}, {column}: {count} boxes, one length for each questionnaire",
                         [f"{audience}: {len(found)} lengths" for audience, found in sizes.items() if len(found) > 1]
                         or ([] if sizes else ["no box was seen"]))
    wishes = {len(row["box"]) for look in looks for row in look.rows["contact_wish"]}
    if wishes:
        report.check("T7", "contact_wish: one length, with a wish or without", [f"{wishes}"] if len(wishes) > 1 else [])


# -- T12 and T13

def small_classes(report, look, forms, smallest=5):
    found, foreign = [], set()
    for audience, form in forms.items():
        rows = [json.loads(row["answers"]) for row in look.rows["response"] if row["audience"] == audience]
        written = json.loads((FORMS / f"{audience}.json").read_text(encoding="utf-8"))
        computed = {value["name"] for value in written.get("calculatedValues", [])}
        segments = [q.name for q in form.questions.values() if q.role == "segment"]
        classes = {}
        for answers in rows:
            key = tuple(json.dumps(answers.get(name), sort_keys=True) for name in segments)
            classes[key] = classes.get(key, 0) + 1
            for name, value in answers.items():
                question = form.questions.get(name)
                if question is None and name in computed:
                    continue
                if question is None or question.role in ("locality", "text", "contact"):
                    foreign.add(f"{audience} has « {name} »")
                elif question.role == "segment" and (question.number and isinstance(value, (int, float))):
                    foreign.add(f"{audience} has {name} as a number")
        small = [n for n in classes.values() if n < smallest]
        print(f"       T12  {audience}: {len(classes)} classes of {len(rows)} responses by {', '.join(segments)}; "
              f"the smallest has {min(classes.values(), default=0)}", flush=True)
        if small:
            found.append(f"{audience}: {len(small)} classes under {smallest}, {sum(small)} people in them")
    report.check("T12", f"every combination of segments holds at least {smallest} responses", found)
    report.check("T12", "no response holds a commune, a name, a text or an age in years", sorted(foreign))


def everybody_known(report, truth, look, counted):
    """The score is worth nothing where the test itself does not know who is who. counted: whose answers are there."""
    responses, texts, wishes = truth.responses(look), truth.texts(look), truth.wishes(look)
    wanted = {person.who for person in counted if "contact_email" in person.answers}
    report.check("T13", f"{look.moment}, the test knows who wrote each of {len(responses)} responses, {len(texts)} open answers and "
                        f"{len(wishes)} contact wishes",
                 [f"{len(look.rows[table])} rows of {table}" for table, known in (("response", responses), ("verbatim", texts))
                  if len(look.rows[table]) != len(known) or not known]
                 + ([] if wishes.keys() == wanted and wanted else [f"{len(wanted)} wishes were sent"]))


def texts_apart(report, truth, look):
    texts = truth.texts(look)
    for column in ("ctid", "id"):
        together = expected = tries = 0
        for audience in sorted({who[0] for who, _ in texts}):  # each is shuffled by itself
            mine = sorted((row[column], who) for who, row in texts if who[0] == audience)
            here, by_chance = chance.pairs_together([who for _, who in mine])
            together, expected, tries = together + here, expected + by_chance, tries + len(mine) - 1
        report.guess("T13", f"{look.moment}, {len(texts)} open answers, two of one person side by side in order of {column}",
                     together, tries, expected)
    responses = truth.responses(look)
    for question in sorted({row["question"] for _, row in texts}):
        mine = {who: row for who, row in texts if row["question"] == question}
        for name in ("ctid", "id"):
            left = {who: responses[who][name] for who in mine if who in responses}
            result = compare(left, {who: row[name] for who, row in mine.items()})
            if result[1] >= 10:
                report.guess("T13", f"{look.moment}, open answers to {question} against responses, in order of {name}", *result)


def kinds_apart(report, truth, look):
    """Answers, open answers and wishes of one person share neither an id nor a place: who opens the wishes has names."""
    texts = {}
    for who, row in truth.texts(look):
        texts.setdefault(who, row)
    kinds = {"response": truth.responses(look), "verbatim": texts, "contact_wish": truth.wishes(look)}
    names = sorted(kinds)
    for place, one in enumerate(names):
        for other in names[place + 1:]:
            for column in ("ctid", "id"):
                result = compare({who: row[column] for who, row in kinds[one].items()},
                                 {who: row[column] for who, row in kinds[other].items()})
                report.guess("T13", f"{look.moment}, {other} against {one}, in order of {column}", *result)
    seen = [row["id"] for name in names for row in look.rows[name]]
    report.check("T13", f"{look.moment}, no id is in two of {', '.join(names)}",
                 [f"{len(seen) - len(set(seen))} are"] if len(set(seen)) < len(seen) else [])


def no_identifier_left(report, seen, dump):
    """Receipts, locators and macs of the field name nothing any more."""
    lines = "\n".join(line for table in dump.values() for line in table)
    left = {}
    for table, column in (("urn", "slot"), ("draft", "loc"), ("invitation", "id"), ("invitation", "mac")):
        count = sum(row[column] in lines for row in seen.rows[table])
        if count:
            left[f"{table}.{column}"] = count
    report.check("T2", "after the count, no receipt, locator, invitation or mac of the field is in the database",
                 [f"{count} of {name}" for name, count in left.items()])
