-- SPDX-License-Identifier: Apache-2.0
-- rehearse/leftovers: copies of rehearsals that were killed.
-- role: owner
-- parameters: $1 text prefix
-- rows: n: name text
SELECT d.datname AS name FROM pg_catalog.pg_database d
WHERE starts_with(d.datname, $1::text) AND pg_has_role(d.datdba, 'MEMBER') ORDER BY d.datname
