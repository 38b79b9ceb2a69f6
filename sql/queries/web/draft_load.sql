-- SPDX-License-Identifier: Apache-2.0
-- web/draft_load: the resume box of a draft and whether its invitation is done, in one look.
-- role: barometre_web
-- parameters: $1 bytea locator, $2 bytea mac or NULL
-- rows: 1: box bytea or NULL, done boolean
SELECT box, done FROM barometre.web_draft_load($1::bytea, $2::bytea)
