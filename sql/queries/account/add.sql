-- SPDX-License-Identifier: Apache-2.0
-- account/add: a new account.
-- role: owner
-- parameters: $1 text login, $2 text role, $3 text password hash
-- rows: 0 when the login is taken, else 1: login text
INSERT INTO barometre.account (login, role, password_hash) VALUES ($1::text, $2::text, $3::text) ON CONFLICT (login) DO NOTHING RETURNING login
