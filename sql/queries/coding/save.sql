-- SPDX-License-Identifier: Apache-2.0
-- coding/save: the themes of texts, as one coder reads them.
-- role: owner
-- parameters: $1 text edition, $2 text coder, $3 text login, $4 text[] verbatim ids, $5 text[] themes
-- rows: 1   n bigint texts
SELECT barometre.coding_save($1::text, $2::text, $3::text, $4::text[]::uuid[], $5::text[]) AS n
