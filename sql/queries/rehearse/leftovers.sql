-- SPDX-License-Identifier: Apache-2.0
-- rehearse/leftovers: copies of rehearsals that were killed, of this database or of another, gone or not; a rehearsal is connected to its own.
-- role: owner
-- parameters: none
-- rows: n: name text
SELECT d.datname AS name FROM pg_catalog.pg_database d
WHERE d.datname ~ '^barometre_rehearsal_[0-9]+_[0-9a-z]+$' AND pg_has_role(d.datdba, 'MEMBER')
	AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datname = d.datname AND a.usename IS NOT NULL)
ORDER BY d.datname
