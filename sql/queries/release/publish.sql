-- SPDX-License-Identifier: Apache-2.0
-- release/publish: tells everybody of a new release; a counted edition becomes released.
-- role: barometre_keeper
-- parameters: $1 text edition
-- rows: 1, without sense
SELECT barometre.edition_released($1::text)
