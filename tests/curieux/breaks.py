# SPDX-License-Identifier: Apache-2.0
"""The design broken on purpose, to see that the administrator finds the link where there is one.

naive   the transaction that spends the invitation also writes the answer in clear, as survey systems do
date    boxes and answers have a column with default now(), which the count carries over
length  boxes without padding (unpadded.c, put before libsodium by `run`)
"""

import json

FOUND_BY = {"naive": "T1", "date": "T2", "length": "T7"}


def sql_text(text):
    return "'" + text.replace("'", "''") + "'"


def naive(field, administrator, campaign):
    """The site's function becomes one that also writes the answer, which lies ready for it as long as the field lasts."""
    administrator.sql("CREATE UNLOGGED TABLE public.ready (mac text PRIMARY KEY, answers jsonb NOT NULL)")
    rows = ", ".join(f"({sql_text(campaign.mac(p.token))}, {sql_text(json.dumps(p.answers))})" for p in field.people)
    administrator.sql(f"INSERT INTO public.ready VALUES {rows}")
    sound = "\n".join(row[0] for row in administrator.sql(
        "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'barometre'::regnamespace AND proname = 'web_submit'"))
    assert "FUNCTION barometre.web_submit(" in sound
    administrator.sql(sound.replace("FUNCTION barometre.web_submit(", "FUNCTION barometre.web_submit_sound("))
    head, _, _ = sound.partition("AS $")
    administrator.sql(head + """AS $naive$
        BEGIN
            RETURN QUERY SELECT * FROM barometre.web_submit_sound(p_edition, p_audience, p_channel, p_mac, p_slot, p_box,
                p_loc, p_day, p_shard);
            INSERT INTO barometre.response (edition, audience, id, completeness, answers)
            SELECT a.edition, a.audience, gen_random_uuid(), 'complete', r.answers
            FROM unnest(p_edition, p_audience, p_mac) AS a (edition, audience, mac)
            JOIN public.ready r ON r.mac = encode(a.mac, 'hex');
        END
        $naive$""")


def forget_ready(administrator):
    administrator.sql("DROP TABLE public.ready")


def date(administrator):
    for table in ("urn", "response"):
        administrator.sql(f"ALTER TABLE barometre.{table} ADD COLUMN at timestamptz DEFAULT now()")


def carry_date(administrator, truth, look, dates):
    """What a count that keeps the column does: the answer has the date of its box. In the order of random ids, in one
    statement."""
    rows = sorted((row["id"], dates[truth.by_number[who].slot]) for who, row in truth.responses(look).items()
                  if truth.by_number[who].slot in dates)
    values = ", ".join(f"('{identifier}'::uuid, '{when}'::timestamptz)" for identifier, when in rows)
    administrator.sql(f"UPDATE barometre.response r SET at = v.at FROM (VALUES {values}) AS v (id, at) WHERE v.id = r.id")
