-- SPDX-License-Identifier: Apache-2.0
-- count/insert_responses: answers in the order given, under random ids.
-- role: barometre_keeper
-- parameters: $1 text edition, $2 text audience, $3 text[] completeness, $4 text[] answers (JSON)
-- rows: none
INSERT INTO barometre.response (edition, audience, id, completeness, answers)
SELECT $1::text, $2::text, gen_random_uuid(), a.completeness, a.answers::jsonb
FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS a (completeness, answers, n) ORDER BY a.n
