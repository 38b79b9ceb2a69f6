-- SPDX-License-Identifier: Apache-2.0
-- staff/journal_add: one line of the journal. The detail is of our words: never an address, an answer, a secret.
-- role: barometre_staff, barometre_keeper
-- parameters: $1 text login, $2 text action, $3 text detail
-- rows: none
INSERT INTO barometre.journal (login, action, detail) VALUES ($1::text, $2::text, $3::text)
