-- SPDX-License-Identifier: Apache-2.0
-- letter/drop: back to the program's letter.
-- role: barometre_staff
-- parameters: $1 text edition, $2 text kind, $3 text audience or NULL, $4 text login
-- rows: 1: outcome text (done, missing, state)
SELECT barometre.letter_drop($1::text, $2::text, $3::text, $4::text) AS outcome
