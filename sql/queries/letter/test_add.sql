-- SPDX-License-Identifier: Apache-2.0
-- letter/test_add: asks the mailer for a letter to oneself.
-- role: barometre_staff
-- parameters: $1 uuid id, $2 text edition, $3 text kind, $4 text audience, $5 uuid mailing or NULL, $6 bytea address box, $7 timestamptz now, $8 text login
-- rows: 1: outcome text (done, missing, state, often)
SELECT barometre.letter_test_add($1::uuid, $2::text, $3::text, $4::text, $5::uuid, $6::bytea, $7::timestamptz, $8::text) AS outcome
