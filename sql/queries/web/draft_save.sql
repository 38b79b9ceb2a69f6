-- SPDX-License-Identifier: Apache-2.0
-- web/draft_save: writes a draft over the former one.
-- role: barometre_web
-- parameters: $1 text edition, $2 text audience, $3 bytea locator, $4 bytea resume box, $5 bytea count box
-- rows: 1, without sense. BR001: the edition is not open
SELECT barometre.web_draft_save($1::text, $2::text, $3::bytea, $4::bytea, $5::bytea)
