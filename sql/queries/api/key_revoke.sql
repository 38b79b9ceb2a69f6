-- SPDX-License-Identifier: Apache-2.0
-- api/key_revoke: ends a key; the journal has it.
-- role: owner, barometre_staff
-- parameters: $1 text id or its first 8 characters or more, $2 text login or NULL (anybody's), $3 text who revokes it
-- rows: 1: n bigint: how many were revoked
SELECT barometre.api_key_revoke($1::text, $2::text, $3::text) AS n
