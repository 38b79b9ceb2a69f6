-- SPDX-License-Identifier: Apache-2.0
-- web/invitation: what a link stands for.
-- role: barometre_web
-- parameters: $1 bytea mac
-- rows: 0..1: edition text, audience text, done boolean
SELECT edition, audience, done FROM barometre.web_invitation($1::bytea)
