-- SPDX-License-Identifier: Apache-2.0
-- staff/mailing_add: a targeted mailing. Asked again with the same id (a second click), it is there.
-- role: barometre_staff
-- parameters: $1 uuid id, $2 text edition, $3 text title, $4 text audience or NULL, $5 text[] departments, $6 text[] types, $7 text received, $8 timestamptz due, $9 timestamptz not after, $10 bigint stop at percent or NULL, $11 text login
-- rows: 1: outcome text (done, missing, edition, date, audience, limit)
SELECT CASE WHEN EXISTS (SELECT FROM barometre.mailing m WHERE m.id = $1::uuid) THEN 'done' ELSE
	barometre.mailing_add($1::uuid, $2::text, 'targeted', $3::text, $4::text, $5::text[], $6::text[], $7::text, $8::timestamptz,
		$9::timestamptz, NULL, NULL, $10::bigint::integer, NULL, $11::text) END AS outcome
