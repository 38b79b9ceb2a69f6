-- SPDX-License-Identifier: Apache-2.0
-- web/draft_save: writes a draft where there was none, or over the one that was read, which may move to another locator.
-- role: barometre_web
-- parameters: $1 text edition, $2 text audience, $3 bytea locator it has or NULL, $4 bytea how its resume box began or NULL, $5 bytea locator it gets, $6 bytea resume box, $7 bytea count box
-- rows: written (boolean). BR001: the edition is not open
SELECT barometre.web_draft_save($1::text, $2::text, $3::bytea, $4::bytea, $5::bytea, $6::bytea, $7::bytea) AS written
