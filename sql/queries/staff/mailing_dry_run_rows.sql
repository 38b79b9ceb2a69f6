-- SPDX-License-Identifier: Apache-2.0
-- staff/mailing_dry_run_rows: the same contact by contact, a page at a time, without who: no department, no type.
-- role: barometre_staff
-- parameters: $1 uuid mailing, $2 text verdict or NULL for all, $3 uuid after (NULL: from the first), $4 bigint limit
-- rows: n: contact uuid, short text (six characters), audience text, verdict text
SELECT contact, left(contact::text, 6) AS short, audience, verdict
FROM barometre.mailing_dry_run_rows($1::uuid, $2::text, $3::uuid, $4::bigint::integer)
