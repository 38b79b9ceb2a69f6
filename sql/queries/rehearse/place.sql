-- SPDX-License-Identifier: Apache-2.0
-- rehearse/place: may databases be made, who we are to this one, and is no other rehearsal of this database going on? Holds until the connection ends.
-- role: owner
-- parameters: none
-- rows: 1: may_create, alone boolean, prefix text (of the names of this database's copies)
SELECT r.rolcreatedb OR r.rolsuper AS may_create,
	pg_try_advisory_lock(hashtext('barometre.rehearsal')) AS alone,
	'barometre_rehearsal_' || d.oid || '_' AS prefix
FROM pg_catalog.pg_roles r CROSS JOIN pg_catalog.pg_database d
WHERE r.rolname = current_user AND d.datname = current_database()
