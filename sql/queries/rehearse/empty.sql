-- SPDX-License-Identifier: Apache-2.0
-- rehearse/empty: is there nothing in this database yet, or what a rehearsal left?
-- role: owner
-- parameters: none
-- rows: 1: empty, left_behind boolean
SELECT count(*) = 0 AS empty,
	coalesce(bool_or(obj_description(n.oid, 'pg_namespace') = 'barometre rehearsal'), false) AS left_behind
FROM pg_catalog.pg_namespace n WHERE n.nspname = 'barometre'
