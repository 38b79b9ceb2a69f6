-- SPDX-License-Identifier: Apache-2.0
-- letter/save: keeps a letter that letter_check accepts.
-- role: barometre_staff
-- parameters: $1 text edition, $2 text kind, $3 text audience or NULL, $4 text source, $5 bigint microseconds of what was edited, or NULL, $6 text login
-- rows: 1: outcome text (done, missing, state, changed)
SELECT barometre.letter_save($1::text, $2::text, $3::text, $4::text, $5::bigint, $6::text) AS outcome
