-- SPDX-License-Identifier: Apache-2.0
-- coding/take: texts that the nameless coder brings.
-- role: owner
-- parameters: $1 text edition, $2 text[] verbatim ids, $3 text[] their books
-- rows: 0
SELECT barometre.coding_take($1::text, $2::text[]::uuid[], $3::text[])
