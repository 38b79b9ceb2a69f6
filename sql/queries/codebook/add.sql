-- SPDX-License-Identifier: Apache-2.0
-- codebook/add: the first version of a book, or the next one.
-- role: owner
-- parameters: $1 text book, $2 bigint version, $3 text note, $4 text[] codes, $5 text[] labels, $6 text[] old codes, $7 text[] what each becomes
-- rows: 0
SELECT barometre.codebook_add($1::text, $2::bigint, $3::text, $4::text[], $5::text[], $6::text[], $7::text[])
