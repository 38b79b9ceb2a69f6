-- SPDX-License-Identifier: Apache-2.0
-- coding/book_of: the version an edition codes with; the newest when it begins to.
-- role: owner
-- parameters: $1 text edition, $2 text book
-- rows: 1   n bigint
SELECT barometre.codebook_of($1::text, $2::text) AS n
