-- SPDX-License-Identifier: Apache-2.0
-- count/start: holds the edition, its urn and its drafts to the end of the transaction; gives each draft a random name.
-- role: barometre_keeper
-- parameters: $1 text edition
-- rows: 1, without sense. P0002: no such edition; BR002: already counted; BR003: not closed
SELECT barometre.count_start($1::text)
