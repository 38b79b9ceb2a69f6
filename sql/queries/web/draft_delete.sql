-- SPDX-License-Identifier: Apache-2.0
-- web/draft_delete: takes a draft away.
-- role: barometre_web
-- parameters: $1 bytea locator
-- rows: 1, without sense
SELECT barometre.web_draft_delete($1::bytea)
