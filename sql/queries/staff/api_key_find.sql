-- SPDX-License-Identifier: Apache-2.0
-- staff/api_key_find: whose key it is.
-- role: barometre_staff
-- parameters: $1 bytea hash of the key
-- rows: 0..1: login text, role text
SELECT a.login, a.role FROM barometre.api_key k JOIN barometre.account a ON a.login = k.login WHERE k.hash = $1::bytea
