-- SPDX-License-Identifier: Apache-2.0
-- release/publish: a checked release whose files are made is out; a counted edition becomes released.
-- role: barometre_keeper
-- parameters: $1 text edition, $2 bigint version, $3 text login
-- rows: 1, without sense
SELECT barometre.release_publish($1::text, $2::bigint, $3::text)
