-- SPDX-License-Identifier: Apache-2.0
-- plan/add: one mailing more, of an edition that is there.
-- role: owner
-- parameters: $1 uuid id, $2 text edition, $3 text kind, $4 text title, $5 text audience or NULL, $6 text[] departments, $7 text[] types, $8 text received, $9 timestamptz due, $10 timestamptz not after, $11 text after kind or NULL, $12 bigint after days or NULL, $13 bigint stop at percent or NULL, $14 text letter or NULL, $15 text login
-- rows: 1: outcome text (sql/functions/mailing_plan.sql)
SELECT barometre.mailing_add($1::uuid, $2::text, $3::text, $4::text, $5::text, $6::text[], $7::text[], $8::text, $9::timestamptz,
	$10::timestamptz, $11::text, $12::bigint::integer, $13::bigint::integer, $14::text, $15::text) AS outcome
