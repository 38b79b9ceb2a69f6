-- SPDX-License-Identifier: Apache-2.0
-- count/keep_invalid: a box that could not be counted, as it was, with our reason.
-- role: barometre_keeper
-- parameters: $1 text edition, $2 text audience, $3 bytea box, $4 text reason
-- rows: none
INSERT INTO barometre.invalid_box (edition, audience, id, box, reason) VALUES ($1::text, $2::text, gen_random_uuid(), $3::bytea, $4::text)
