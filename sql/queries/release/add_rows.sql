-- SPDX-License-Identifier: Apache-2.0
-- release/add_rows: lines of a release; the first has number $3.
-- role: barometre_keeper
-- parameters: $1 text edition, $2 bigint version, $3 bigint first, $4 text[] audience, $5 text[] question, $6 text[] type, $7 text[] segment, $8 text[] segment value, $9 text[] segment label, $10 text[] option, $11 text[] label, $12 bigint[] base, $13 bigint[] not answered, $14 bigint[] not concerned, $15 bigint[] mentions, $16 bigint[] count, $17 bigint[] percent, $18 text[] value, $19 text[] status
-- rows: none
INSERT INTO barometre.release_row (edition, version, n, audience, question, type, segment, segment_value, segment_label, option, label,
	base, not_answered, not_concerned, mentions, count, percent, value, status)
SELECT $1::text, $2::bigint, $3::bigint + f.n - 1, f.audience, f.question, f.type, f.segment, f.segment_value, f.segment_label, f.option, f.label,
	f.base, f.not_answered, f.not_concerned, f.mentions, f.count, f.percent, f.value::double precision, f.status
FROM unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::bigint[], $13::bigint[], $14::bigint[],
	$15::bigint[], $16::bigint[], $17::bigint[], $18::text[], $19::text[])
	WITH ORDINALITY AS f (audience, question, type, segment, segment_value, segment_label, option, label, base, not_answered, not_concerned,
	mentions, count, percent, value, status, n)
