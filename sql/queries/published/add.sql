-- SPDX-License-Identifier: Apache-2.0
-- published/add: lines of an earlier edition; the first has number $2.
-- role: owner
-- parameters: $1 text edition, $2 bigint first, $3 text[] audience, $4 text[] question, $5 text[] option, $6 text[] measure, $7 text[] value, $8 text[] number or NULL, $9 bigint[] base or NULL, $10 text[] unit, $11 text[] wording, $12 text[] label, $13 text[] source, $14 text[] known error
-- rows: none
INSERT INTO barometre.published_figure (edition, n, audience, question, option, measure, value, number, base, unit, wording, label, source, known_error)
SELECT $1::text, $2::bigint + f.n - 1, f.audience, f.question, f.option, f.measure, f.value, f.number::double precision, f.base, f.unit, f.wording, f.label,
	f.source, f.known_error
FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[])
	WITH ORDINALITY AS f (audience, question, option, measure, value, number, base, unit, wording, label, source, known_error, n)
