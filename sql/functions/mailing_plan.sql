-- SPDX-License-Identifier: Apache-2.0
-- The plan, as people change it: one function a transition, each with its line in the journal under the given login. Told by a word:
--	done	also when there was nothing to change (a second click)
--	missing	no such edition, or mailing
--	edition	the edition is not open (to add or to reschedule: neither a draft nor open)
--	state	the mailing is not in a state that allows it: include/barometre/store/mailing_store.h has the diagram
--	paused	resume it first
--	date	not between the opening and the closing of the edition, or not-after is not later; to send now: not-after has passed
--	audience, kind, after	not of this edition; not a kind; nothing of that kind is planned for these people
--	twice	these people have a mailing of that kind already; who was left out can have a targeted one
--	limit	a hundred targeted mailings are planned
-- Who gets it is barometre.mailing_judge's to say (mailing.sql), here as at the moment of sending.

-- Of our words only: never a title, which people write.
CREATE OR REPLACE FUNCTION barometre.mailing_journal(p_mailing uuid, p_login text, p_action text, p_more text) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
	INSERT INTO barometre.journal (login, action, detail)
	SELECT p_login, p_action, concat_ws(' ', m.edition, m.kind, m.audience, left(m.id::text, 8), p_more)
	FROM barometre.mailing m WHERE m.id = p_mailing
$$;

-- p_not_after NULL: until the edition closes. With p_after_kind, p_due is the earliest; it moves with what is waited for.
CREATE OR REPLACE FUNCTION barometre.mailing_add(p_id uuid, p_edition text, p_kind text, p_title text, p_audience text,
	p_departments text[], p_types text[], p_received text, p_due timestamptz, p_not_after timestamptz, p_after_kind text,
	p_after_days integer, p_stop_at_percent integer, p_letter text, p_login text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_edition barometre.edition;
	v_due timestamptz := p_due;
BEGIN
	IF p_letter IS NOT NULL THEN
		UPDATE barometre.mail_gate SET letters = letters + 1; -- so that the mailer loads it; the gate is locked before all else
	END IF;
	-- One at a time: the look for twins below must see the one that is being added beside.
	SELECT * INTO v_edition FROM barometre.edition e WHERE e.code = p_edition FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN 'missing';
	ELSIF v_edition.state IN ('closed', 'counted', 'released') THEN
		RETURN 'edition';
	ELSIF p_kind IS NULL OR p_kind NOT IN ('invitation', 'relance1', 'relance2', 'relance3', 'targeted') THEN
		RETURN 'kind';
	ELSIF p_audience IS NOT NULL AND NOT EXISTS (SELECT FROM barometre.edition_audience a
		WHERE a.edition = p_edition AND a.audience = p_audience) THEN
		RETURN 'audience';
	END IF;
	IF p_kind <> 'targeted' AND EXISTS (SELECT FROM barometre.mailing m WHERE m.edition = p_edition AND m.kind = p_kind
		AND (m.audience IS NULL OR p_audience IS NULL OR m.audience = p_audience)) THEN
		RETURN 'twice';
	ELSIF p_kind = 'targeted' AND (SELECT count(*) >= 100 FROM barometre.mailing m
		WHERE m.edition = p_edition AND m.kind = 'targeted' AND m.state <> 'cancelled') THEN
		RETURN 'limit';
	END IF;
	IF p_after_kind IS NOT NULL THEN
		IF NOT EXISTS (SELECT FROM barometre.mailing m WHERE m.edition = p_edition AND m.kind = p_after_kind
			AND (m.audience IS NULL OR p_audience IS NULL OR m.audience = p_audience)) THEN
			RETURN 'after';
		END IF;
		-- What has left already will not move us any more.
		SELECT greatest(v_due, ((max(d.done_at) AT TIME ZONE v_edition.zone)::date + p_after_days
			+ (v_due AT TIME ZONE v_edition.zone)::time) AT TIME ZONE v_edition.zone) INTO v_due
		FROM barometre.mailing m JOIN barometre.delivery d ON d.mailing = m.id AND d.state = 'sent'
		WHERE m.edition = p_edition AND m.kind = p_after_kind AND m.state IN ('finished', 'cancelled')
			AND (m.audience IS NULL OR p_audience IS NULL OR m.audience = p_audience);
	END IF;
	IF v_due < v_edition.opens OR v_due >= v_edition.closes
		OR p_not_after <= v_due OR p_not_after > v_edition.closes THEN
		RETURN 'date';
	END IF;
	INSERT INTO barometre.mailing (id, edition, kind, title, audience, departments, types, received, due, not_after,
		after_kind, after_days, stop_at_percent, letter)
	VALUES (p_id, p_edition, p_kind, coalesce(p_title, ''), p_audience, coalesce(p_departments, '{}'), coalesce(p_types, '{}'),
		coalesce(p_received, 'anything'), v_due, coalesce(p_not_after, v_edition.closes),
		p_after_kind, p_after_days, p_stop_at_percent, p_letter);
	PERFORM barometre.mailing_journal(p_id, p_login, 'mailing.add', NULL);
	RETURN 'done';
END
$$;

-- What has been claimed leaves all the same.
CREATE OR REPLACE FUNCTION barometre.mailing_set_paused(p_mailing uuid, p_paused boolean, p_login text) RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_mailing barometre.mailing;
BEGIN
	SELECT * INTO v_mailing FROM barometre.mailing m WHERE m.id = p_mailing FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN 'missing';
	ELSIF v_mailing.state IN ('finished', 'cancelled') THEN
		RETURN 'state';
	ELSIF v_mailing.paused <> p_paused THEN
		UPDATE barometre.mailing SET paused = p_paused WHERE id = p_mailing;
		PERFORM barometre.mailing_journal(p_mailing, p_login,
			CASE WHEN p_paused THEN 'mailing.pause' ELSE 'mailing.resume' END, NULL);
	END IF;
	RETURN 'done';
END
$$;

CREATE OR REPLACE FUNCTION barometre.mailing_pause(p_mailing uuid, p_login text) RETURNS text
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT barometre.mailing_set_paused(p_mailing, true, p_login)
$$;

CREATE OR REPLACE FUNCTION barometre.mailing_resume(p_mailing uuid, p_login text) RETURNS text
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT barometre.mailing_set_paused(p_mailing, false, p_login)
$$;

-- Rows that have been claimed come to their end by themselves; unknown ones are still a person's to decide.
CREATE OR REPLACE FUNCTION barometre.mailing_cancel(p_mailing uuid, p_login text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_mailing barometre.mailing;
	v_rows bigint;
BEGIN
	PERFORM FROM barometre.edition e
	WHERE e.code = (SELECT m.edition FROM barometre.mailing m WHERE m.id = p_mailing) FOR SHARE;
	SELECT * INTO v_mailing FROM barometre.mailing m WHERE m.id = p_mailing FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN 'missing';
	ELSIF v_mailing.state = 'cancelled' THEN
		RETURN 'done';
	ELSIF v_mailing.state = 'finished' THEN
		RETURN 'state';
	END IF;
	UPDATE barometre.mailing SET state = 'cancelled', paused = false WHERE id = p_mailing;
	UPDATE barometre.delivery d SET state = 'skipped', reason = 'cancelled', not_before = NULL, done_at = now()
	WHERE d.mailing = p_mailing AND d.state = 'planned';
	GET DIAGNOSTICS v_rows = ROW_COUNT;
	UPDATE barometre.mailing m SET alarm = m.written <> (SELECT count(*) FROM barometre.delivery d WHERE d.mailing = m.id)
	WHERE m.id = p_mailing;
	IF EXISTS (SELECT FROM barometre.delivery d WHERE d.mailing = p_mailing AND d.state IN ('claimed', 'sent', 'unknown')) THEN
		PERFORM barometre.mailing_move_after(p_mailing, now());
	END IF;
	PERFORM barometre.mailing_journal(p_mailing, p_login, 'mailing.cancel', v_rows::text);
	RETURN 'done';
END
$$;

-- The day becomes now, and nothing else: the window, who gets it, the pace are those of the plan. It waits for no other mailing any
-- more; those that wait for it count from its end.
CREATE OR REPLACE FUNCTION barometre.mailing_send_now(p_mailing uuid, p_now timestamptz, p_login text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_mailing barometre.mailing;
BEGIN
	SELECT * INTO v_mailing FROM barometre.mailing m WHERE m.id = p_mailing FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN 'missing';
	ELSIF NOT EXISTS (SELECT FROM barometre.edition e WHERE e.code = v_mailing.edition AND e.state = 'open') THEN
		RETURN 'edition';
	ELSIF v_mailing.state = 'held' OR v_mailing.state = 'planned' AND v_mailing.not_after <= p_now THEN
		RETURN 'date';
	ELSIF v_mailing.state <> 'planned' THEN
		RETURN 'state';
	ELSIF v_mailing.paused THEN
		RETURN 'paused';
	END IF;
	UPDATE barometre.mailing m SET due = least(m.due, p_now), after_kind = NULL, after_days = NULL WHERE m.id = p_mailing;
	PERFORM barometre.mailing_journal(p_mailing, p_login, 'mailing.now', NULL);
	RETURN 'done';
END
$$;

-- NULL keeps the one that is there. A day that a person gives is a day: the delay is gone. One that is being sent waits for its
-- new day; one that is held goes on.
CREATE OR REPLACE FUNCTION barometre.mailing_reschedule(p_mailing uuid, p_due timestamptz, p_not_after timestamptz, p_login text)
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_mailing barometre.mailing;
	v_edition barometre.edition;
	v_due timestamptz;
	v_not_after timestamptz;
BEGIN
	SELECT * INTO v_mailing FROM barometre.mailing m WHERE m.id = p_mailing FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN 'missing';
	END IF;
	SELECT * INTO v_edition FROM barometre.edition e WHERE e.code = v_mailing.edition;
	v_due := coalesce(p_due, v_mailing.due);
	v_not_after := coalesce(p_not_after, v_mailing.not_after);
	IF v_edition.state IN ('closed', 'counted', 'released') THEN
		RETURN 'edition';
	ELSIF v_mailing.state IN ('finished', 'cancelled') THEN
		RETURN 'state';
	ELSIF v_due < v_edition.opens OR v_not_after <= v_due OR v_not_after > v_edition.closes THEN
		RETURN 'date';
	END IF;
	UPDATE barometre.mailing m SET due = v_due, not_after = v_not_after,
		after_kind = CASE WHEN p_due IS NULL THEN m.after_kind END,
		after_days = CASE WHEN p_due IS NULL THEN m.after_days END,
		-- Written once more: contacts may have come meanwhile, and nobody is added twice.
		state = CASE m.state WHEN 'held' THEN 'planned' ELSE m.state END
	WHERE m.id = p_mailing;
	PERFORM barometre.mailing_journal(p_mailing, p_login, 'mailing.reschedule', NULL);
	RETURN 'done';
END
$$;

-- Exact, by audience: in a department there may be one person, and « done » would say what that one did.
CREATE OR REPLACE FUNCTION barometre.mailing_dry_run(p_mailing uuid) RETURNS TABLE (audience text, verdict text, n bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT c.audience, j.verdict, count(*)
	FROM barometre.mailing m CROSS JOIN LATERAL barometre.mailing_judge(m.id) j
	JOIN barometre.contact c ON c.edition = m.edition AND c.id = j.contact
	WHERE m.id = p_mailing
	GROUP BY c.audience, j.verdict ORDER BY c.audience, j.verdict
$$;

-- Contact by contact, those behind p_after (NULL: from the first); p_verdict NULL: all. Without department or type, as the ledger.
-- The contacts are taken in lots in the order of their ids, so that a page costs what it shows and not what the whole list costs.
CREATE OR REPLACE FUNCTION barometre.mailing_dry_run_rows(p_mailing uuid, p_verdict text, p_after uuid, p_limit integer)
RETURNS TABLE (contact uuid, audience text, verdict text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_edition text := (SELECT m.edition FROM barometre.mailing m WHERE m.id = p_mailing);
	v_after uuid := coalesce(p_after, '00000000-0000-0000-0000-000000000000');
	v_lot integer := 1000;
	v_left integer := p_limit;
	v_found integer;
	v_ids uuid[];
BEGIN
	WHILE v_left > 0 LOOP
		SELECT array_agg(k.id ORDER BY k.id) INTO v_ids
		FROM (SELECT c.id FROM barometre.contact c WHERE c.edition = v_edition AND c.id > v_after
			ORDER BY c.id LIMIT v_lot) k;
		EXIT WHEN v_ids IS NULL;
		RETURN QUERY
		SELECT c.id, c.audience, j.verdict
		FROM barometre.mailing_judge(p_mailing) j
		JOIN barometre.contact c ON c.edition = v_edition AND c.id = j.contact
		WHERE j.contact = ANY (v_ids) AND (p_verdict IS NULL OR j.verdict = p_verdict)
		ORDER BY c.id LIMIT v_left;
		GET DIAGNOSTICS v_found = ROW_COUNT;
		v_left := v_left - v_found;
		v_after := v_ids[cardinality(v_ids)];
		v_lot := least(v_lot * 2, 30000);
	END LOOP;
END
$$;

-- Of rows that nobody knows of: they left (sent), they are sent again, or they are given up. Returns how many; none of a mailing
-- that was cancelled, or of an edition that is not open, is sent again. A finished mailing is sending again with them.
CREATE OR REPLACE FUNCTION barometre.delivery_decide(p_mailing uuid, p_contact uuid, p_decision text, p_login text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_mailing barometre.mailing;
	v_open boolean;
	v_rows bigint;
BEGIN
	IF p_decision IS NULL OR p_decision NOT IN ('sent', 'again', 'give_up') THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'no such decision';
	END IF;
	-- A closing under way skips what is planned: it comes before or after us, not between.
	SELECT e.state = 'open' INTO v_open FROM barometre.edition e
	WHERE e.code = (SELECT m.edition FROM barometre.mailing m WHERE m.id = p_mailing) FOR SHARE;
	SELECT * INTO v_mailing FROM barometre.mailing m WHERE m.id = p_mailing FOR NO KEY UPDATE;
	IF NOT FOUND OR p_decision = 'again' AND (v_mailing.state = 'cancelled' OR NOT v_open) THEN
		RETURN 0;
	END IF;
	UPDATE barometre.delivery d SET
		state = CASE p_decision WHEN 'sent' THEN 'sent' WHEN 'again' THEN 'planned' ELSE 'skipped' END,
		reason = CASE WHEN p_decision = 'give_up' THEN 'given_up' END,
		not_before = NULL,
		claimed_at = CASE WHEN p_decision <> 'again' THEN d.claimed_at END,
		-- It left, if it did, when it was claimed.
		done_at = CASE p_decision WHEN 'sent' THEN coalesce(d.claimed_at, now()) WHEN 'give_up' THEN now() END
	WHERE d.mailing = p_mailing AND d.state = 'unknown' AND (p_contact IS NULL OR d.contact = p_contact);
	GET DIAGNOSTICS v_rows = ROW_COUNT;
	IF v_rows > 0 THEN
		UPDATE barometre.mailing m SET state = 'sending'
		WHERE m.id = p_mailing AND p_decision = 'again' AND m.state = 'finished';
		IF p_decision = 'sent' THEN
			PERFORM barometre.mailing_again_after(p_mailing, now());
		END IF;
		PERFORM barometre.mailing_journal(p_mailing, p_login, 'delivery.' || p_decision, v_rows::text);
	END IF;
	RETURN v_rows;
END
$$;

-- All mail of all editions. One that was held after a restored backup stays so: the reason says more.
CREATE OR REPLACE FUNCTION barometre.mail_hold(p_login text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE barometre.mail_gate SET held = 'asked', held_since = now() WHERE held IS NULL;
	IF FOUND THEN
		INSERT INTO barometre.journal (login, action) VALUES (p_login, 'mail.hold');
	END IF;
	RETURN 'done';
END
$$;

CREATE OR REPLACE FUNCTION barometre.mail_release(p_login text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_held text;
BEGIN
	SELECT g.held INTO v_held FROM barometre.mail_gate g FOR UPDATE;
	IF v_held IS NOT NULL THEN
		UPDATE barometre.mail_gate SET held = NULL, held_since = NULL;
		INSERT INTO barometre.journal (login, action, detail) VALUES (p_login, 'mail.release', v_held);
	END IF;
	RETURN 'done';
END
$$;

CREATE OR REPLACE FUNCTION barometre.mail_state() RETURNS TABLE (held text, held_since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT g.held, g.held_since FROM barometre.mail_gate g
$$;
