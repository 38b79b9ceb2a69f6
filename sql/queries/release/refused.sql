-- SPDX-License-Identifier: Apache-2.0
-- release/refused: the check found something in a draft.
-- role: barometre_keeper
-- parameters: $1 text edition, $2 bigint version, $3 text what was found
-- rows: 1, without sense
SELECT barometre.release_refused($1::text, $2::bigint, $3::text)
