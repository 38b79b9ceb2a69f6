-- SPDX-License-Identifier: Apache-2.0
-- release/checked: a draft was checked.
-- role: barometre_keeper
-- parameters: $1 text edition, $2 bigint version
-- rows: 1, without sense
SELECT barometre.release_checked($1::text, $2::bigint)
