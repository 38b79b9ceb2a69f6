-- SPDX-License-Identifier: Apache-2.0
-- count/fetch_slots: boxes by name.
-- role: barometre_keeper
-- parameters: $1 text edition, $2 uuid[] slots
-- rows: as many as are there: n bigint (place in the list, from 1), box bytea
-- One index look-up each, whatever the planner knows of a table that has just been filled.
SELECT a.n, b.box FROM unnest($2::uuid[]) WITH ORDINALITY AS a (slot, n)
CROSS JOIN LATERAL (SELECT u.box FROM barometre.urn u WHERE u.edition = $1::text AND u.slot = a.slot LIMIT 1) b
