-- SPDX-License-Identifier: Apache-2.0
-- The four roles of the processes. They are shared by every database of the cluster, and several migrations may
-- run at once, so each is made only when it is missing and a rival's success is a success. No password is set
-- here: peer authentication, or the operator's ALTER ROLE … PASSWORD. What they may do is in functions/zz_grants.sql.
DO $$
DECLARE
	wanted text;
BEGIN
	FOREACH wanted IN ARRAY ARRAY['barometre_web', 'barometre_staff', 'barometre_keeper', 'barometre_mailer'] LOOP
		IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted) THEN
			BEGIN
				EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT'
					' NOREPLICATION NOBYPASSRLS', wanted);
			EXCEPTION WHEN duplicate_object OR unique_violation THEN
				NULL;
			END;
		END IF;
	END LOOP;
END
$$;
