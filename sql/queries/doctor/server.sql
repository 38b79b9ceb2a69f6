-- SPDX-License-Identifier: Apache-2.0
-- doctor/server: the clock of the server, whether a mailer is connected to this database, and where the data lies (NULL: may not be seen).
--   Only processes that serve have a pool, and its name (db.h): barometre bounce has the mailer's role and is none.
-- role: owner
-- parameters: none
-- rows: 1: now bigint (microseconds), mailer boolean, local boolean, data_directory text or NULL
SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now,
	EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datname = current_database()
		AND a.usename = 'barometre_mailer' AND a.application_name = 'barometre serve') AS mailer,
	inet_server_addr() IS NULL AS local,
	(SELECT s.setting FROM pg_catalog.pg_settings s WHERE s.name = 'data_directory') AS data_directory
