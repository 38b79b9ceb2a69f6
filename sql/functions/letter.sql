-- SPDX-License-Identifier: Apache-2.0
-- Letters in an edition's own words, and letters to oneself. Saving bumps mail_gate.letters in the same transaction: a mailer
-- that looks there before it claims never sends words that are no longer the edition's.

-- Gives 'done', 'missing' (no such edition, or audience of it), 'state' (mail of this edition is over), 'changed' (somebody
-- else saved meanwhile; nothing was done). p_seen: when what was edited had been saved, in microseconds; NULL: there was
-- none; -1: it does not matter. The gate's row is the lock that puts savings in an order.
CREATE OR REPLACE FUNCTION barometre.letter_save(p_edition text, p_kind text, p_audience text, p_source text, p_seen bigint,
	p_login text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_state text;
	v_saved bigint;
BEGIN
	PERFORM FROM barometre.mail_gate FOR UPDATE;
	SELECT e.state INTO v_state FROM barometre.edition e WHERE e.code = p_edition;
	IF v_state IS NULL OR p_audience IS NOT NULL AND NOT EXISTS (SELECT FROM barometre.edition_audience a
			WHERE a.edition = p_edition AND a.audience = p_audience) THEN
		RETURN 'missing';
	END IF;
	IF v_state NOT IN ('draft', 'open') THEN
		RETURN 'state';
	END IF;
	SELECT (extract(epoch FROM l.saved_at) * 1000000)::bigint INTO v_saved FROM barometre.letter l
	WHERE l.edition = p_edition AND l.kind = p_kind AND l.audience IS NOT DISTINCT FROM p_audience;
	IF p_seen IS DISTINCT FROM -1 AND p_seen IS DISTINCT FROM v_saved THEN
		RETURN 'changed';
	END IF;
	INSERT INTO barometre.letter AS l (edition, kind, audience, source, saved_by, saved_at)
	VALUES (p_edition, p_kind, p_audience, p_source, p_login, clock_timestamp())
	ON CONFLICT (edition, kind, audience) DO UPDATE
		SET source = excluded.source, saved_by = excluded.saved_by, saved_at = excluded.saved_at;
	UPDATE barometre.mail_gate SET letters = letters + 1;
	INSERT INTO barometre.journal (login, action, detail)
	VALUES (p_login, 'letter.save', concat_ws(' ', p_edition, p_kind, p_audience));
	RETURN 'done';
END
$$;

-- Back to the program's own. Gives 'done', 'missing' (it is the program's already), 'state' or 'changed' (somebody has saved it since it
-- was shown). p_seen: as of letter_save.
DROP FUNCTION IF EXISTS barometre.letter_drop(text, text, text, text);
CREATE OR REPLACE FUNCTION barometre.letter_drop(p_edition text, p_kind text, p_audience text, p_seen bigint, p_login text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_saved bigint;
BEGIN
	PERFORM FROM barometre.mail_gate FOR UPDATE;
	IF EXISTS (SELECT FROM barometre.edition e WHERE e.code = p_edition AND e.state NOT IN ('draft', 'open')) THEN
		RETURN 'state';
	END IF;
	SELECT (extract(epoch FROM l.saved_at) * 1000000)::bigint INTO v_saved FROM barometre.letter l
	WHERE l.edition = p_edition AND l.kind = p_kind AND l.audience IS NOT DISTINCT FROM p_audience;
	IF NOT FOUND THEN
		RETURN 'missing';
	END IF;
	IF p_seen IS DISTINCT FROM -1 AND p_seen IS DISTINCT FROM v_saved THEN
		RETURN 'changed';
	END IF;
	DELETE FROM barometre.letter l
	WHERE l.edition = p_edition AND l.kind = p_kind AND l.audience IS NOT DISTINCT FROM p_audience;
	UPDATE barometre.mail_gate SET letters = letters + 1;
	INSERT INTO barometre.journal (login, action, detail)
	VALUES (p_login, 'letter.drop', concat_ws(' ', p_edition, p_kind, p_audience));
	RETURN 'done';
END
$$;

-- The letter of one targeted mailing; NULL: back to the edition's, or the program's. p_seen: a hash (md5) of the text that was
-- edited, '' when there was none; NULL: it does not matter. Gives as letter_save.
CREATE OR REPLACE FUNCTION barometre.mailing_letter_save(p_mailing uuid, p_source text, p_seen text, p_login text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_row record;
BEGIN
	PERFORM FROM barometre.mail_gate FOR UPDATE;
	SELECT m.edition, m.kind, m.state, m.letter, e.state AS edition_state INTO v_row
	FROM barometre.mailing m JOIN barometre.edition e ON e.code = m.edition WHERE m.id = p_mailing FOR UPDATE OF m;
	IF NOT FOUND OR v_row.kind <> 'targeted' THEN
		RETURN 'missing';
	END IF;
	IF v_row.state NOT IN ('planned', 'sending', 'held') OR v_row.edition_state NOT IN ('draft', 'open') THEN
		RETURN 'state';
	END IF;
	IF p_seen <> coalesce(md5(v_row.letter), '') THEN
		RETURN 'changed';
	END IF;
	UPDATE barometre.mailing m SET letter = p_source WHERE m.id = p_mailing;
	UPDATE barometre.mail_gate SET letters = letters + 1;
	INSERT INTO barometre.journal (login, action, detail)
	VALUES (p_login, CASE WHEN p_source IS NULL THEN 'letter.drop' ELSE 'letter.save' END,
		concat_ws(' ', v_row.edition, v_row.kind, left(p_mailing::text, 8)));
	RETURN 'done';
END
$$;

-- A contact by the beginning of its random id, for a preview: to which public it belongs, and no more. The ledger says of an id that it
-- has answered: with a department beside it, it would have a name. Two rows: the beginning is not enough.
CREATE OR REPLACE FUNCTION barometre.letter_contact(p_edition text, p_prefix text)
RETURNS TABLE (audience text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT c.audience FROM barometre.contact c
	WHERE c.edition = p_edition AND p_prefix ~ '^[0-9a-f]{6}([0-9a-f-]{0,30})$' AND starts_with(c.id::text, p_prefix)
	ORDER BY c.id LIMIT 2
$$;

-- A letter to oneself: five an hour for each login. The journal has no address. Gives 'done', 'missing', 'state', 'often'.
CREATE OR REPLACE FUNCTION barometre.letter_test_add(p_id uuid, p_edition text, p_kind text, p_audience text, p_mailing uuid,
	p_box bytea, p_now timestamptz, p_login text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_state text;
BEGIN
	-- Two at once count one after the other.
	PERFORM pg_advisory_xact_lock(hashtextextended('letter_test ' || p_login, 0));
	SELECT e.state INTO v_state FROM barometre.edition e JOIN barometre.edition_audience a ON a.edition = e.code
	WHERE e.code = p_edition AND a.audience = p_audience;
	IF v_state IS NULL OR p_mailing IS NOT NULL AND NOT EXISTS (SELECT FROM barometre.mailing m
			WHERE m.id = p_mailing AND m.edition = p_edition AND m.kind = p_kind AND m.kind = 'targeted') THEN
		RETURN 'missing';
	END IF;
	IF v_state NOT IN ('draft', 'open') THEN
		RETURN 'state';
	END IF;
	IF (SELECT count(*) FROM barometre.letter_test t
			WHERE t.asked_by = p_login AND t.asked_at > p_now - interval '1 hour') >= 5 THEN
		RETURN 'often';
	END IF;
	INSERT INTO barometre.letter_test (id, edition, kind, audience, mailing, address_box, asked_by, asked_at)
	VALUES (p_id, p_edition, p_kind, p_audience, p_mailing, p_box, p_login, p_now);
	INSERT INTO barometre.journal (login, action, detail)
	VALUES (p_login, 'letter.test', concat_ws(' ', p_edition, p_kind, p_audience, left(p_mailing::text, 8)));
	RETURN 'done';
END
$$;

-- The next one to send, claimed; nothing while mail is held. What has waited for an hour is not sent any more, what was claimed
-- an hour ago may have left; rows are kept for a day (where no mailer runs, retention_purge_people ends them). Once claimed it is never
-- claimed again.
CREATE OR REPLACE FUNCTION barometre.letter_test_take(p_now timestamptz)
RETURNS TABLE (id uuid, edition text, kind text, audience text, mailing uuid, address_box bytea)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	DELETE FROM barometre.letter_test t WHERE t.asked_at < p_now - interval '1 day';
	UPDATE barometre.letter_test t
	SET state = CASE t.state WHEN 'claimed' THEN 'unknown' ELSE 'refused' END, address_box = NULL
	WHERE t.state IN ('planned', 'claimed') AND t.asked_at < p_now - interval '1 hour';
	IF EXISTS (SELECT FROM barometre.mail_gate g WHERE g.held IS NOT NULL) THEN
		RETURN;
	END IF;
	RETURN QUERY
	UPDATE barometre.letter_test t SET state = 'claimed'
	FROM (SELECT n.id FROM barometre.letter_test n JOIN barometre.edition e ON e.code = n.edition
		WHERE n.state = 'planned' AND e.state IN ('draft', 'open') AND (n.not_before IS NULL OR n.not_before <= p_now)
		ORDER BY n.asked_at, n.id LIMIT 1 FOR UPDATE OF n SKIP LOCKED) first
	WHERE t.id = first.id
	RETURNING t.id, t.edition, t.kind, t.audience, t.mailing, t.address_box;
END
$$;

-- p_state: sent, refused, unknown, or planned (it never left; after a 4xx it waits). The address goes with the end.
CREATE OR REPLACE FUNCTION barometre.letter_test_done(p_id uuid, p_state text, p_code integer) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	UPDATE barometre.letter_test t SET state = p_state, code = nullif(p_code, 0),
		address_box = CASE WHEN p_state = 'planned' THEN t.address_box END,
		not_before = CASE WHEN p_state = 'planned' AND p_code BETWEEN 400 AND 499 THEN now() + interval '5 minutes' END
	WHERE t.id = p_id AND t.state = 'claimed'
$$;
