-- SPDX-License-Identifier: Apache-2.0
-- edition/add_mailing: one mailing of the plan.
-- role: owner
-- parameters: $1 uuid id, $2 text edition, $3 text kind, $4 text title, $5 text audience or NULL, $6 text[] departments, $7 text[] types, $8 text received, $9 timestamptz due, $10 timestamptz not after, $11 text after kind or NULL, $12 bigint after days or NULL, $13 bigint stop at percent or NULL
-- rows: none
INSERT INTO barometre.mailing (id, edition, kind, title, audience, departments, types, received, due, not_after, after_kind, after_days,
	stop_at_percent)
VALUES ($1::uuid, $2::text, $3::text, $4::text, $5::text, $6::text[], $7::text[], $8::text, $9::timestamptz, $10::timestamptz, $11::text,
	$12::bigint::integer, $13::bigint::integer)
