-- SPDX-License-Identifier: Apache-2.0
-- edition/close: open to closed.
-- role: owner, barometre_keeper
-- parameters: $1 text code
-- rows: 1, without sense. P0002: no such edition; BR003: not open
SELECT barometre.edition_close($1::text)
