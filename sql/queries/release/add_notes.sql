-- SPDX-License-Identifier: Apache-2.0
-- release/add_notes: what a release does not show, and why.
-- role: barometre_keeper
-- parameters: $1 text edition, $2 bigint version, $3 text[] audience, $4 text[] question, $5 text[] segment, $6 text[] code, $7 text[] text
-- rows: none
INSERT INTO barometre.release_note (edition, version, n, audience, question, segment, code, body)
SELECT $1::text, $2::bigint, x.n, x.audience, x.question, x.segment, x.code, x.body
FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
	WITH ORDINALITY AS x (audience, question, segment, code, body, n)
