-- SPDX-License-Identifier: Apache-2.0
-- staff/mailing_dry_run: whom a mailing would go to at this moment, and why the others are left out; by audience.
-- role: barometre_staff
-- parameters: $1 uuid mailing
-- rows: n: audience text, verdict text, n bigint
SELECT audience, verdict, n FROM barometre.mailing_dry_run($1::uuid) ORDER BY audience, verdict
