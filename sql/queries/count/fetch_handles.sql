-- SPDX-License-Identifier: Apache-2.0
-- count/fetch_handles: drafts by the name that count/start gave them.
-- role: barometre_keeper
-- parameters: $1 text edition, $2 uuid[] handles
-- rows: as many as are there: n bigint (place in the list, from 1), box bytea
-- One index look-up each, whatever the planner knows of a table that has just been filled.
SELECT a.n, b.box FROM unnest($2::uuid[]) WITH ORDINALITY AS a (handle, n)
CROSS JOIN LATERAL (SELECT u.count_box AS box FROM barometre.draft u WHERE u.handle = a.handle AND u.edition = $1::text LIMIT 1) b
