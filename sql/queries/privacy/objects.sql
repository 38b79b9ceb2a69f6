-- SPDX-License-Identifier: Apache-2.0
-- privacy/objects: what else in the server copies rows, looks at them, or may read them; and who asks (me).
-- role: owner
-- parameters: none
-- rows: 0 to n: rule, name text
WITH ours AS (
	SELECT r.oid, r.rolname FROM pg_catalog.pg_roles r
	WHERE r.rolname IN ('barometre_web', 'barometre_staff', 'barometre_keeper', 'barometre_mailer')),
owner AS (
	SELECT n.nspowner AS oid FROM pg_catalog.pg_namespace n WHERE n.nspname = 'barometre')
SELECT 'extension' AS rule, e.extname::text AS name FROM pg_catalog.pg_extension e
WHERE e.extname IN ('pg_stat_statements', 'pgaudit', 'pg_qualstats', 'pg_show_plans', 'pg_store_plans')
UNION ALL
SELECT 'slot', s.slot_name::text FROM pg_catalog.pg_replication_slots s
UNION ALL
SELECT 'standby', coalesce(nullif(s.application_name, ''), '?') FROM pg_catalog.pg_stat_replication s
UNION ALL
SELECT 'publication', p.pubname::text FROM pg_catalog.pg_publication p
UNION ALL
SELECT 'trigger', c.relname || '.' || t.tgname FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'barometre' AND NOT t.tgisinternal
UNION ALL
SELECT 'rule', c.relname || '.' || w.rulename FROM pg_catalog.pg_rewrite w
JOIN pg_catalog.pg_class c ON c.oid = w.ev_class JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'barometre' AND c.relkind IN ('r', 'p')
UNION ALL
SELECT 'event-trigger', v.evtname::text FROM pg_catalog.pg_event_trigger v WHERE v.evtenabled <> 'D'
UNION ALL
SELECT 'reader', r.rolname::text FROM pg_catalog.pg_roles r
WHERE NOT r.rolsuper AND r.rolname !~ '^pg_' AND r.oid NOT IN (SELECT oid FROM ours) AND r.oid NOT IN (SELECT oid FROM owner)
	AND (pg_catalog.has_schema_privilege(r.oid, 'barometre', 'USAGE')
		OR EXISTS (SELECT FROM owner WHERE pg_catalog.pg_has_role(r.oid, owner.oid, 'MEMBER')))
UNION ALL
SELECT 'strong-role', r.rolname::text FROM pg_catalog.pg_roles r JOIN ours ON ours.oid = r.oid
WHERE r.rolsuper OR r.rolbypassrls OR r.rolreplication OR r.rolcreaterole
	OR EXISTS (SELECT FROM pg_catalog.pg_auth_members m WHERE m.member = r.oid)
UNION ALL
SELECT 'superuser', r.rolname::text FROM pg_catalog.pg_roles r WHERE r.rolsuper AND r.rolcanlogin
UNION ALL
SELECT 'me', current_user::text
ORDER BY 1, 2
