-- SPDX-License-Identifier: Apache-2.0
-- edition/add: a new edition, as a draft.
-- role: owner
-- parameters: $1 text code, $2 text title, $3 text zone, $4 timestamptz opens, $5 timestamptz closes, $6 bigint min_base, $7 bigint min_cell, $8 boolean count_partials, $9 bytea trustee key, $10 text mail (JSON), $11 text keys
-- rows: 0 when the code is taken, else 1: code text
INSERT INTO barometre.edition (code, title, zone, opens, closes, min_base, min_cell, count_partials, trustee_key, mail, keys)
VALUES ($1::text, $2::text, $3::text, $4::timestamptz, $5::timestamptz, $6::bigint, $7::bigint, $8::boolean, $9::bytea, $10::text::jsonb, $11::text)
ON CONFLICT (code) DO NOTHING RETURNING code
