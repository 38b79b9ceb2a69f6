-- SPDX-License-Identifier: Apache-2.0
-- account/add_key: an API key of an account.
-- role: owner
-- parameters: $1 bytea hash, $2 text login
-- rows: 0 when there is no such account, else 1: login text
INSERT INTO barometre.api_key (hash, login) SELECT $1::bytea, a.login FROM barometre.account a WHERE a.login = $2::text RETURNING login
