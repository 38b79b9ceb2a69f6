-- SPDX-License-Identifier: Apache-2.0
-- api/key_add: a key of an account; the journal has it.
-- role: owner, barometre_staff
-- parameters: $1 uuid id, $2 bytea hash, $3 text login, $4 text label, $5 text[] scopes, $6 text edition or NULL, $7 bigint days, $8 text who makes it
-- rows: 1: outcome text: made, again (the id is taken), account, role, edition, days (wrong)
SELECT barometre.api_key_add($1::uuid, $2::bytea, $3::text, $4::text, $5::text[], $6::text, $7::bigint::integer, $8::text) AS outcome
