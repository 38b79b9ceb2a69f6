-- SPDX-License-Identifier: Apache-2.0
-- count/insert_verbatims: open answers in the order given, under random ids.
-- role: barometre_keeper
-- parameters: $1 text edition, $2 text audience, $3 text[] question, $4 text[] body
-- rows: none
INSERT INTO barometre.verbatim (edition, audience, id, question, body)
SELECT $1::text, $2::text, gen_random_uuid(), a.question, a.body
FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS a (question, body, n) ORDER BY a.n
