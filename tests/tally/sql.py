# SPDX-License-Identifier: Apache-2.0
"""The second tally: every table as GROUP BY over the answers as jsonb. Column `a` holds one person's answers.

What is asked is worked out here, in SQL, from the description of the form: a hidden question reads as missing.
"""

COUNT_MAX = 6
EAST, WEST = ("11", "30", "34", "48", "66"), ("09", "12", "31", "32", "46", "65", "81", "82")


def literal(text):
    return "'" + text.replace("'", "''") + "'"


def among(expression, codes):
    return f"({expression}) IN ({', '.join(map(literal, codes))})" if codes else "false"


def asked(q):
    parts = []
    for word, atoms in q.condition:
        parts.append("(" + f" {word} ".join(f"({holds(atom)})" for atom in atoms) + ")")
    return " AND ".join(parts) or "true"


def holds(atom):
    kind, q, code = atom
    if kind == "contains":
        test = f"jsonb_typeof(a->{literal(q.name)}) = 'array' AND (a->{literal(q.name)}) ? {literal(code)}"
    elif kind == "row":
        test = f"a->{literal(q.name)}->>{literal(code[0])} = {literal(code[1])}"
    elif kind == "given":
        test = f"a ? {literal(q.name)}"
    else:
        test = f"a->>{literal(q.name)} = {literal(code)}"
    return f"({asked(q)}) AND coalesce({test}, false)"


class Table:
    """state: SQL of 'b', 'na' or 'nc'; cells: SQL of text[]; number: SQL of numeric, or None."""

    def __init__(self, name, state, cells, number=None, options=(), crossed=True, several=False, only_mean=False, itself=None):
        self.name, self.state, self.cells, self.number = name, state, cells, number
        self.options = options  # None: those that are there
        self.crossed, self.several, self.only_mean, self.itself = crossed, several, only_mean, itself


def state(q, base, aside="false"):
    return (f"CASE WHEN NOT ({asked(q)}) THEN 'nc' WHEN coalesce({aside}, false) THEN 'nc' "
            f"WHEN coalesce({base}, false) THEN 'b' ELSE 'na' END")


def band(expression):
    low = f"(floor(({expression}) / 10) * 10)::bigint"
    return f"({low})::text || '_' || ({low} + 9)::text"


def bands(least, most):
    return [f"{low}_{low + 9}" for low in range(least // 10 * 10, most + 1, 10)]


def number_table(name, q, path):
    value = f"CASE WHEN jsonb_typeof({path}) = 'number' THEN ({path})::numeric END"
    if q.least is None:
        return Table(name, state(q, f"({value}) IS NOT NULL"), f"ARRAY[{band(value)}]", value, None, crossed=False)
    inside = f"({value}) BETWEEN {q.least} AND {q.most}"
    return Table(name, state(q, inside), f"ARRAY[{band(value)}]", value, bands(q.least, q.most),
                 itself=q.name + "_tranche")


def single_table(name, q, value, **more):
    return Table(name, state(q, among(value, q.cells), among(value, q.aside)), f"ARRAY[{value}]", options=q.cells, **more)


def count_cells(number, most):
    top = min(most, COUNT_MAX)
    codes = [str(n) for n in range(top + 1)]
    if most > top:
        codes[-1] += "_plus"
    return f"ARRAY[(ARRAY[{', '.join(map(literal, codes))}])[least({number}, {top})::int + 1]]", codes


def checkbox_tables(q):
    path = f"a->{literal(q.name)}"
    ticks = (f"ARRAY(SELECT DISTINCT e FROM jsonb_array_elements_text(CASE WHEN jsonb_typeof({path}) = 'array' "
             f"THEN {path} ELSE '[]' END) e WHERE %s)")
    known, aside = ticks % among("e", q.cells), ticks % among("e", q.aside)
    where = state(q, f"cardinality({known}) > 0", f"cardinality({aside}) > 0")
    yield Table(q.name, where, known, options=q.cells, several=True)
    plain = [code for code in q.cells if code not in q.exclusive]
    if len(plain) < 2:
        return
    number = f"cardinality({ticks % among('e', plain)})"
    cells, codes = count_cells(number, len(plain))
    yield Table("nombre." + q.name, where, cells, number + "::numeric", codes)


def matrix_tables(q):
    def row(name):
        return f"a->{literal(q.name)}->>{literal(name)}"
    for name in q.rows:
        yield single_table(f"{q.name}.{name}", q, row(name))
    if "oui" not in q.cells:
        return
    number = " + ".join(f"coalesce(({row(name)} = 'oui')::int, 0)" for name in q.rows)
    some = " OR ".join(f"coalesce({among(row(name), q.cells)}, false)" for name in q.rows)
    cells, codes = count_cells(f"({number})", len(q.rows))
    yield Table("nombre." + q.name, state(q, some), cells, f"({number})::numeric", codes)


def ranking_tables(q):
    path = f"a->{literal(q.name)}"
    yield single_table(q.name, q, f"{path}->>0")
    for code in q.cells:
        place = f"(SELECT n FROM jsonb_array_elements_text({path}) WITH ORDINALITY x(e, n) WHERE e = {literal(code)})"
        yield Table(f"{q.name}.{code}", state(q, f"{place} IS NOT NULL"), "ARRAY[]::text[]", f"{place}::numeric", (),
                    crossed=False, only_mean=True)


def tables_of(q):
    path, text = f"a->{literal(q.name)}", f"a->>{literal(q.name)}"
    if q.kind == "checkbox":
        yield from checkbox_tables(q)
    elif q.kind == "matrix":
        yield from matrix_tables(q)
    elif q.kind == "ranking":
        yield from ranking_tables(q)
    elif q.kind == "multipletext":
        for item in q.items:
            yield number_table(f"{q.name}.{item}", q, f"{path}->{literal(item)}")
    elif q.kind in ("number", "free_number", "segment_number"):
        yield number_table(q.name, q, path)
    elif q.kind in ("scale", "rating"):
        yield single_table(q.name, q, text, number=f"CASE WHEN {among(text, q.cells)} THEN ({text})::numeric END")
    elif q.kind == "locality":
        yield Table(q.name, state(q, f"{text} <> 'nowhere'"), f"ARRAY[{text}]", options=None, crossed=False)
    elif q.kind == "comment":
        yield Table(q.name, state(q, f"{text} <> ''"), "ARRAY['answered']", options=["answered"], crossed=False)
    elif q.kind == "identifying":
        yield Table(q.name, state(q, f"{text} = 'true'"), "ARRAY['answered']", options=["answered"], crossed=False)
    else:
        yield single_table(q.name, q, text, itself=q.name)


def segment(crossing, questions):
    """(name, SQL of the category, all categories)"""
    if isinstance(crossing, str):
        q = questions[crossing]
        value = f"a->>{literal(q.name)}"
        return crossing, f"CASE WHEN ({asked(q)}) AND {among(value, q.cells)} THEN {value} ELSE 'non_precise' END", q.cells
    q = questions[crossing["question"]]
    if crossing["by"] == "tranche":
        table = number_table(q.name, q, f"a->{literal(q.name)}")
        return (q.name + "_tranche", f"CASE WHEN ({table.state}) = 'b' THEN ({table.cells})[1] ELSE 'non_precise' END",
                table.options)
    code = f"a->>{literal(q.name)}"
    department = f"CASE WHEN ({asked(q)}) AND {code} ~ '^[0-9]{{5}}$' THEN left({code}, 2) WHEN {code} LIKE 'dep:%' THEN 'dep' END"
    if crossing["by"] == "departement":
        named = [f"WHEN 'dep' THEN 'ailleurs'"] + [f"WHEN '{d}' THEN 'd{d}'" for d in EAST + WEST]
        return "departement", f"CASE {department} {' '.join(named)} ELSE 'non_precise' END", [
            "ailleurs"] + ["d" + d for d in EAST + WEST]
    return "est_ouest", (f"CASE WHEN {among(department, EAST)} THEN 'est' WHEN {among(department, WEST)} THEN 'ouest' "
                         f"WHEN {department} = 'dep' THEN 'ailleurs' ELSE 'non_precise' END"), ["est", "ouest", "ailleurs"]


def quartile(quarters):
    """Both sides of the quantile, as PostgreSQL's percentile_disc has them, and their mean."""
    f = quarters / 4
    return (f"(percentile_disc({f}) WITHIN GROUP (ORDER BY number) FILTER (WHERE state = 'b') + "
            f"percentile_disc({1 - f}) WITHIN GROUP (ORDER BY number DESC) FILTER (WHERE state = 'b')) / 2")


def statements(table, segments):
    """Two selects: the size of every group, and its cells. First column 'size' or 'cell', then table, group, …"""
    used = [n for n in range(len(segments)) if table.crossed and segments[n][0] != table.itself]
    columns = [f"s{n}" for n in used]
    group = f"CASE GROUPING({', '.join(columns)}) " if columns else "CASE 0 WHEN 1 THEN '' "
    for k, n in enumerate(used):
        bits = (1 << len(used)) - 1 - (1 << (len(used) - 1 - k))
        group += f"WHEN {bits} THEN {literal(segments[n][0] + '=')} || {columns[k]} "
    group += "ELSE '' END"
    number = table.number or "NULL::numeric"
    source = (f"SELECT {', '.join(f's{n}' for n in range(len(segments)))}, {table.state} AS state, {table.cells} AS cells, "
              f"{number} AS number FROM answers")
    numbers = ["avg(number) FILTER (WHERE state = 'b')", quartile(2), quartile(1), quartile(3)]
    yield (f"WITH p AS ({source}) SELECT json_build_array('size', {literal(table.name)}, {group}, "
           f"count(*) FILTER (WHERE state = 'b'), count(*) FILTER (WHERE state = 'na'), count(*) FILTER (WHERE state = 'nc'), "
           f"coalesce(sum(cardinality(cells)) FILTER (WHERE state = 'b'), 0), "
           + ", ".join(f"round({x}, 2)::text" for x in numbers) +
           f") FROM p GROUP BY GROUPING SETS ({', '.join(['()'] + [f'({c})' for c in columns])});")
    yield (f"WITH p AS ({source}) SELECT json_build_array('cell', {literal(table.name)}, {group}, c, count(*)) "
           f"FROM p, unnest(cells) c WHERE state = 'b' "
           f"GROUP BY GROUPING SETS ({', '.join(['(c)'] + [f'({x}, c)' for x in columns])});")


def script(segments, tables, rows):
    """Everything psql has to run for one form. rows: JSON texts without a backslash."""
    columns = ", ".join(f"({expression}) AS s{n}" for n, (_, expression, _) in enumerate(segments))
    yield "CREATE TEMP TABLE sent (a jsonb);"
    yield "COPY sent FROM STDIN;"
    yield from rows
    yield "\\."
    yield f"CREATE TEMP TABLE answers AS SELECT a, {columns} FROM sent;"
    for n, (name, _, _) in enumerate(segments):
        yield f"SELECT json_build_array('people', {literal(name)}, s{n}, count(*)) FROM answers GROUP BY s{n};"
    for table in tables:
        yield from statements(table, segments)
    yield "DROP TABLE answers, sent;"
