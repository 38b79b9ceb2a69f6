-- SPDX-License-Identifier: Apache-2.0
-- release/add_rows: lines of a release; the first has number $3.
-- role: barometre_keeper
-- parameters: $1 text edition, $2 bigint version, $3 bigint first, $4 text[] audience, $5 text[] question, $6 text[] type, $7 text[] segment, $8 text[] segment value, $9 text[] option, $10 text[] label, $11 bigint[] base, $12 bigint[] mentions, $13 bigint[] count, $14 bigint[] percent, $15 text[] value, $16 text[] status
-- rows: none
INSERT INTO barometre.release_row (edition, version, n, audience, question, type, segment, segment_value, option, label, base, mentions, count, percent, value, status)
SELECT $1::text, $2::bigint, $3::bigint + f.n - 1, f.audience, f.question, f.type, f.segment, f.segment_value, f.option, f.label,
	f.base, f.mentions, f.count, f.percent, f.value::double precision, f.status
FROM unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::text[], $16::text[])
	WITH ORDINALITY AS f (audience, question, type, segment, segment_value, option, label, base, mentions, count, percent, value, status, n)
