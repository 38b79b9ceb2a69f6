-- SPDX-License-Identifier: Apache-2.0
-- The submission as it must never be: the invitation is spent in a transaction of its own, before the box.
-- tests/crash --prove puts it in the place of barometre.web_submit, whose head it takes, to see that the test notices. The
-- pause is that of a slow disk. (It is otherwise right: nobody gets two boxes, and what is sent twice is stored once.)
CREATE EXTENSION IF NOT EXISTS dblink SCHEMA public;
DO $do$ BEGIN
EXECUTE split_part(pg_get_functiondef('barometre.web_submit'::regproc), 'AS $', 1) || $text$AS $$
DECLARE
	v_self text := format('host=%s port=%s dbname=%s user=barometre_owner',
		current_setting('unix_socket_directories'), current_setting('port'), current_database());
	v_fresh boolean;
BEGIN
	FOR k IN 1 .. cardinality(p_slot) LOOP
		v_fresh := true;
		IF EXISTS (SELECT FROM barometre.urn u WHERE u.edition = p_edition[k] AND u.slot = p_slot[k]) THEN
			v_fresh := false;
		ELSIF p_mac[k] IS NOT NULL THEN
			SELECT t.n = 1 INTO v_fresh FROM public.dblink(v_self, format(
				'WITH spent AS (UPDATE barometre.invitation SET done = true WHERE mac = %L AND NOT done RETURNING 1) '
				'SELECT count(*) FROM spent', p_mac[k])) AS t (n bigint);
			PERFORM pg_sleep(0.05);
		END IF;
		i := k;
		outcome := CASE WHEN v_fresh THEN 'stored' WHEN p_mac[k] IS NULL THEN 'same_slot' ELSE 'already' END;
		IF v_fresh THEN
			INSERT INTO barometre.urn (edition, audience, slot, box)
			VALUES (p_edition[k], p_audience[k], p_slot[k], p_box[k]) ON CONFLICT DO NOTHING;
			INSERT INTO barometre.participation_day AS d (edition, audience, channel, day, shard, n)
			VALUES (p_edition[k], p_audience[k], p_channel[k], p_day, p_shard, 1)
			ON CONFLICT (edition, audience, channel, day, shard) DO UPDATE SET n = d.n + 1;
		END IF;
		DELETE FROM barometre.draft d WHERE d.loc = p_loc[k];
		RETURN NEXT;
	END LOOP;
END
$$ $text$;
END $do$;
