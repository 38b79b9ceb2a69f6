-- SPDX-License-Identifier: Apache-2.0
-- privacy/set_retention: what the file of an edition says of it; NULL is the usual delay.
-- role: owner
-- parameters: $1 text edition, $2 text contacts_until, $3 bigint journal_months, $4 text wishes_until
-- rows: none
UPDATE barometre.edition SET contacts_until = $2::text::date, journal_months = $3::bigint::integer, wishes_until = $4::text::date
WHERE code = $1::text
