-- SPDX-License-Identifier: Apache-2.0
-- edition/open: draft to open, with the key boxes are sealed to.
-- role: owner
-- parameters: $1 text code, $2 bytea count key
-- rows: 1, without sense. P0002: no such edition; BR003: not a draft; BR006: custodians not all verified
SELECT barometre.edition_open($1::text, $2::bytea)
