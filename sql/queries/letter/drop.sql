-- SPDX-License-Identifier: Apache-2.0
-- letter/drop: back to the program's letter.
-- role: barometre_staff
-- parameters: $1 text edition, $2 text kind, $3 text audience or NULL, $4 bigint microseconds of what was shown, or NULL, $5 text login
-- rows: 1: outcome text (done, missing, state, changed)
SELECT barometre.letter_drop($1::text, $2::text, $3::text, $4::bigint, $5::text) AS outcome
