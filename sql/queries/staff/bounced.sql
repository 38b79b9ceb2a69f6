-- SPDX-License-Identifier: Apache-2.0
-- staff/bounced: those people, a page at a time, without who.
-- role: barometre_staff
-- parameters: $1 text edition, $2 text first digits of the id or NULL, $3 uuid after (NULL: from the first), $4 bigint limit
-- rows: n: contact uuid, short text (six characters), audience text, reason text
SELECT contact, left(contact::text, 6) AS short, audience, reason
FROM barometre.staff_bounced($1::text, $2::text, $3::uuid, $4::bigint::integer)
