-- SPDX-License-Identifier: Apache-2.0
-- staff/account_find: an account, to verify a password.
-- role: barometre_staff
-- parameters: $1 text login
-- rows: 0..1: login text, role text, password_hash text
SELECT login, role, password_hash FROM barometre.account WHERE login = $1::text
