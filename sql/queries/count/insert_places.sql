-- SPDX-License-Identifier: Apache-2.0
-- count/insert_places: how often each place was named.
-- role: barometre_keeper
-- parameters: $1 text edition, $2 text audience, $3 text[] question, $4 text[] code, $5 bigint[] count
-- rows: none
INSERT INTO barometre.place_total (edition, audience, question, code, n)
SELECT $1::text, $2::text, a.question, a.code, a.n FROM unnest($3::text[], $4::text[], $5::bigint[]) AS a (question, code, n)
ORDER BY a.question, a.code
