-- SPDX-License-Identifier: Apache-2.0
-- count/insert_wishes: contact wishes, still sealed to the trustee, in the order given, under random ids.
-- role: barometre_keeper
-- parameters: $1 text edition, $2 text audience, $3 bytea[] inner boxes
-- rows: none
INSERT INTO barometre.contact_wish (edition, audience, id, box)
SELECT $1::text, $2::text, gen_random_uuid(), a.box FROM unnest($3::bytea[]) WITH ORDINALITY AS a (box, n) ORDER BY a.n
