-- SPDX-License-Identifier: Apache-2.0
-- staff/mailing_preview: whom a targeted mailing would go to; nothing is made.
-- role: barometre_staff
-- parameters: $1 text edition, $2 text audience or NULL, $3 text[] departments, $4 text[] types, $5 text received, $6 timestamptz due, $7 timestamptz not after
-- rows: 1..n: outcome text, audience text or NULL, verdict text or NULL, n bigint or NULL
SELECT outcome, audience, verdict, n
FROM barometre.staff_mailing_preview($1::text, $2::text, $3::text[], $4::text[], $5::text, $6::timestamptz, $7::timestamptz)
