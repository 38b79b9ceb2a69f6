-- SPDX-License-Identifier: Apache-2.0
-- staff/participation: totals by audience, before the count and after. sent: mailed at least once; refused: refused and never sent.
-- role: barometre_staff, barometre_keeper
-- parameters: $1 text edition
-- rows: n: audience text, contacts, added_after_open, sent, refused, objected, done_invited, done_open bigint
SELECT audience, contacts, added_after_open, sent, refused, objected, done_invited, done_open FROM barometre.staff_participation($1::text)
