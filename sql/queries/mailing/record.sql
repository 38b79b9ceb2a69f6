-- SPDX-License-Identifier: Apache-2.0
-- mailing/record: what became of a claimed row.
-- role: barometre_mailer
-- parameters: $1 uuid mailing, $2 uuid contact, $3 bigint sequence of the claim, $4 text outcome (sent, refused, deferred, returned), $5 bigint code, $6 text the relay's words (queue id, enhanced status) or NULL, $7 timestamptz not before or NULL, $8 timestamptz now
-- rows: none
SELECT FROM barometre.delivery_record($1::uuid, $2::uuid, $3::bigint, $4::text, $5::bigint::integer, $6::text, $7::timestamptz,
	$8::timestamptz)
