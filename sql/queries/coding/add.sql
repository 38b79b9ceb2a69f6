-- SPDX-License-Identifier: Apache-2.0
-- coding/add: one theme a row; a theme given twice for a text counts once.
-- role: owner   $1 text edition, $2 text[] verbatim ids, $3 text[] themes
-- rows: 0
INSERT INTO barometre.coding (edition, verbatim, theme)
SELECT DISTINCT $1::text, x.verbatim::uuid, x.theme FROM unnest($2::text[], $3::text[]) AS x (verbatim, theme)
ON CONFLICT DO NOTHING
