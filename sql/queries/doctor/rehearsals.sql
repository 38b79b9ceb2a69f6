-- SPDX-License-Identifier: Apache-2.0
-- doctor/rehearsals: copies that rehearsals left behind when they were killed; a rehearsal is connected to its own.
-- role: owner
-- parameters: none
-- rows: n: name text
SELECT d.datname AS name FROM pg_catalog.pg_database d
WHERE d.datname ~ '^barometre_rehearsal_[0-9]+_[0-9a-z]+$'
	AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datname = d.datname AND a.usename IS NOT NULL)
ORDER BY d.datname
