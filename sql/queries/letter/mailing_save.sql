-- SPDX-License-Identifier: Apache-2.0
-- letter/mailing_save: keeps the letter of one targeted mailing, or with NULL gives it up.
-- role: barometre_staff
-- parameters: $1 uuid mailing, $2 text source or NULL, $3 text seen (of find_mailing) or NULL, $4 text login
-- rows: 1: outcome text (done, missing, state, changed)
SELECT barometre.mailing_letter_save($1::uuid, $2::text, $3::text, $4::text) AS outcome
