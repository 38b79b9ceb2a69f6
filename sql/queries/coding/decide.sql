-- SPDX-License-Identifier: Apache-2.0
-- coding/decide: the decision where two coders disagree.
-- role: owner
-- parameters: $1 text edition, $2 text login, $3 text[] verbatim ids, $4 text[] themes
-- rows: 1   n bigint texts
SELECT barometre.coding_decide($1::text, $2::text, $3::text[]::uuid[], $4::text[]) AS n
