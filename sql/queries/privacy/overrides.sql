-- SPDX-License-Identifier: Apache-2.0
-- privacy/overrides: the same settings where they are given for one role or one database, for the roles that touch answers.
-- role: owner
-- parameters: $1 text[] names
-- rows: 0 to n: role, database text ('' for all), name, setting text
SELECT coalesce(r.rolname, '') AS role, coalesce(d.datname, '') AS database,
	split_part(c.line, '=', 1) AS name, substr(c.line, strpos(c.line, '=') + 1) AS setting
FROM pg_catalog.pg_db_role_setting s
LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
CROSS JOIN unnest(s.setconfig) AS c (line)
WHERE split_part(c.line, '=', 1) = ANY ($1::text[])
	AND (s.setdatabase = 0 OR d.datname = current_database())
	AND (s.setrole = 0 OR r.rolname IN (current_user, 'barometre_web', 'barometre_staff', 'barometre_keeper', 'barometre_mailer'))
ORDER BY 1, 2, 3
