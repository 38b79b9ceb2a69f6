-- SPDX-License-Identifier: Apache-2.0
-- api/keys: the keys, those that work first.
-- role: owner, barometre_staff
-- parameters: $1 text login or NULL (everybody's)
-- rows: n: id, login, label, scopes text, edition text or NULL, created_on, expires_on text (ISO date), last_used_on text or NULL, state text (good, expired, revoked)
SELECT id, login, label, scopes, edition, created_on, expires_on, last_used_on, state FROM barometre.api_keys($1::text)
