-- SPDX-License-Identifier: Apache-2.0
-- letter/test_done: what became of a letter to oneself.
-- role: barometre_mailer
-- parameters: $1 uuid id, $2 text state (sent, refused, unknown, planned), $3 bigint code of the reply, 0 for none
-- rows: none
SELECT FROM barometre.letter_test_done($1::uuid, $2::text, $3::bigint::integer)
