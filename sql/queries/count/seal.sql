-- SPDX-License-Identifier: Apache-2.0
-- count/seal: the complete record and its hash, here and in the journal.
-- role: barometre_keeper
-- parameters: $1 text edition, $2 text record (JSON), $3 text hash
-- rows: 1, without sense. BR003: not settled
SELECT barometre.count_seal($1::text, $2::text::jsonb, $3::text)
