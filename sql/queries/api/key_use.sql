-- SPDX-License-Identifier: Apache-2.0
-- api/key_use: what a key may do; the day is noted.
-- role: barometre_staff
-- parameters: $1 bytea hash of the key
-- rows: 0..1: role, scopes text (separated by blanks), edition text or NULL (all), expires bigint (microseconds), state text (good, expired, revoked), ends_on text (ISO date)
SELECT role, scopes, edition, expires, state, ends_on FROM barometre.api_key_use($1::bytea)
