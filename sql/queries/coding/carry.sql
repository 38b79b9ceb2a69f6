-- SPDX-License-Identifier: Apache-2.0
-- coding/carry: goes on with a newer version of a book.
-- role: owner
-- parameters: $1 text edition, $2 text book, $3 bigint version, $4 text login
-- rows: 1   carried, again bigint
SELECT carried, again FROM barometre.coding_carry($1::text, $2::text, $3::bigint, $4::text)
