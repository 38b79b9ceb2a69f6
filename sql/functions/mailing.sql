-- SPDX-License-Identifier: Apache-2.0
-- The ledger: one function a transition; include/barometre/store/mailing_store.h has the diagram. The mailer has no right to the
-- tables (of mailings it reads the letters): what is not here, it cannot do.
-- Locks are taken in this order everywhere: mail_gate, edition, mailing, delivery, contact.

-- Who is written to, and why not the others: each contact of the edition (with a link to be sent) once. Pure over the state; the
-- writing of the ledger, the claim and the dry run all ask here. In the order of the words: the first that applies is told.
--	audience, segment	the mailing is for others	done	has answered
--	objected	wants no mail	bounced	cannot be reached
--	received	what must have left before has not, or something has	already	is in the ledger with this kind, or was written to
--	send	all the others
-- Each question about the ledger is one of equality, so that for a whole list it is asked once and kept (a hashed subplan).
-- Without SECURITY DEFINER and SET, so that the planner takes it into the calling query: asked about one contact, it reads one.
-- Only functions that pin the search path call it.
CREATE OR REPLACE FUNCTION barometre.mailing_judge(p_mailing uuid) RETURNS TABLE (contact uuid, verdict text)
LANGUAGE sql STABLE
AS $$
	SELECT c.id, CASE
		WHEN c.audience <> m.audience THEN 'audience'
		WHEN m.departments <> '{}' AND c.department <> ALL (m.departments)
			OR m.types <> '{}' AND c.type <> ALL (m.types) THEN 'segment'
		WHEN v.done THEN 'done'
		-- Also one that came while the contact was being imported.
		WHEN c.objected OR EXISTS (SELECT FROM barometre.objection o WHERE o.address_hash = c.address_hash) THEN 'objected'
		WHEN c.bounced IS NOT NULL THEN 'bounced'
		WHEN EXISTS (SELECT FROM barometre.delivery d
			WHERE d.mailing = m.id AND d.contact = c.id AND d.state <> 'planned') THEN 'already'
		WHEN m.received = 'nothing' AND EXISTS (SELECT FROM barometre.delivery d
			WHERE d.edition = c.edition AND d.contact = c.id AND d.state IN ('claimed', 'sent', 'unknown')) THEN 'received'
		WHEN m.received NOT IN ('anything', 'nothing') AND NOT EXISTS (SELECT FROM barometre.delivery d
			WHERE d.edition = c.edition AND d.contact = c.id AND d.kind = m.received AND d.state = 'sent') THEN 'received'
		WHEN m.kind = 'targeted' AND EXISTS (SELECT FROM barometre.delivery d
			WHERE d.mailing = m.id AND d.contact = c.id) THEN 'already'
		WHEN m.kind <> 'targeted' AND EXISTS (SELECT FROM barometre.delivery d
			WHERE d.edition = c.edition AND d.contact = c.id AND d.kind = m.kind) THEN 'already'
		ELSE 'send' END
	FROM barometre.mailing m
	JOIN barometre.contact c ON c.edition = m.edition
	JOIN barometre.invitation v ON v.edition = c.edition AND v.contact = c.id
	WHERE m.id = p_mailing
$$;

-- Mailings of open editions to work on now: due, or past their end. One that counts its days from another waits for its finish.
CREATE OR REPLACE FUNCTION barometre.mailing_due(p_now timestamptz)
RETURNS TABLE (id uuid, edition text, kind text, state text, due bigint, not_after bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT m.id, m.edition, m.kind, m.state, (extract(epoch FROM m.due) * 1000000)::bigint,
		(extract(epoch FROM m.not_after) * 1000000)::bigint
	FROM barometre.mailing m JOIN barometre.edition e ON e.code = m.edition AND e.state = 'open'
	WHERE m.state IN ('planned', 'sending') AND m.due <= p_now
		AND (m.not_after <= p_now OR NOT m.paused AND (m.state = 'sending' OR NOT EXISTS (
			SELECT FROM barometre.mailing b WHERE b.edition = m.edition AND b.kind = m.after_kind
				AND b.state NOT IN ('finished', 'cancelled')
				AND (b.audience IS NULL OR m.audience IS NULL OR b.audience = m.audience))))
	ORDER BY m.due, m.id
$$;

-- planned → sending. The rows of a mailing, once for ever: a repetition adds nobody twice. Returns how many were added.
CREATE OR REPLACE FUNCTION barometre.mailing_expand(p_mailing uuid) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_added bigint;
BEGIN
	UPDATE barometre.mailing m SET state = 'sending' FROM barometre.edition e
	WHERE m.id = p_mailing AND m.state IN ('planned', 'sending') AND NOT m.paused
		AND e.code = m.edition AND e.state = 'open';
	IF NOT FOUND THEN
		RETURN 0;
	END IF;
	INSERT INTO barometre.delivery (mailing, contact, edition, kind)
	SELECT m.id, j.contact, m.edition, m.kind
	FROM barometre.mailing m CROSS JOIN LATERAL barometre.mailing_judge(m.id) j
	WHERE m.id = p_mailing AND j.verdict = 'send'
	ORDER BY j.contact
	ON CONFLICT DO NOTHING;
	GET DIAGNOSTICS v_added = ROW_COUNT;
	UPDATE barometre.mailing SET written = written + v_added WHERE id = p_mailing AND v_added > 0;
	RETURN v_added;
END
$$;

-- rows: planned → claimed, at most p_limit; those that are not to be sent any more → skipped, with the reason. Nothing unless the
-- gate is open and the database is not behind what the mailer knows (p_mark, p_known); each claim moves `sequence`.
CREATE OR REPLACE FUNCTION barometre.mailing_claim(p_mailing uuid, p_now timestamptz, p_limit bigint, p_mark uuid, p_known bigint)
RETURNS TABLE (mailing uuid, contact uuid, invitation uuid, edition text, audience text, kind text, address_box bytea,
	attempt bigint, waited boolean, sequence bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	v_mailing barometre.mailing;
	v_sequence bigint;
	v_seen uuid[];
	v_taken uuid[] := '{}';
	v_some uuid[];
	v_looked bigint := 0;
BEGIN
	SELECT g.sequence + 1 INTO v_sequence FROM barometre.mail_gate g
	WHERE g.held IS NULL AND g.mark = p_mark AND g.sequence >= p_known FOR UPDATE;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	-- Whoever pauses, cancels or closes from here on waits for the end of this claim.
	SELECT m.* INTO v_mailing FROM barometre.mailing m JOIN barometre.edition e ON e.code = m.edition
	WHERE m.id = p_mailing AND m.state = 'sending' AND NOT m.paused AND m.due <= p_now AND m.not_after > p_now
		AND e.state = 'open' AND e.closes > p_now
	FOR SHARE OF m;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	IF v_mailing.stop_at_percent IS NOT NULL AND (
		SELECT count(*) > 0 AND count(*) FILTER (WHERE v.done) * 100 >= count(*) * v_mailing.stop_at_percent
		FROM barometre.contact c JOIN barometre.invitation v ON v.edition = c.edition AND v.contact = c.id
		WHERE c.edition = v_mailing.edition AND (v_mailing.audience IS NULL OR c.audience = v_mailing.audience)) THEN
		UPDATE barometre.delivery d SET state = 'skipped', reason = 'target', not_before = NULL, done_at = p_now
		WHERE d.mailing = p_mailing AND d.state = 'planned';
		RETURN;
	END IF;
	-- A lot as large as what is still wanted, then the next: many rows to be skipped do not hold up those behind them.
	LOOP
		SELECT array_agg(x.contact) INTO v_seen
		FROM (SELECT d.contact FROM barometre.delivery d
			WHERE d.mailing = p_mailing AND d.state = 'planned' AND (d.not_before IS NULL OR d.not_before <= p_now)
			ORDER BY d.contact LIMIT p_limit - cardinality(v_taken) FOR UPDATE SKIP LOCKED) x;
		EXIT WHEN v_seen IS NULL;
		v_looked := v_looked + cardinality(v_seen);
		-- A statement of its own: it sees what was committed while the locks were waited for. 'already' is the row itself.
		WITH judged AS MATERIALIZED (
			SELECT s.contact, coalesce(j.verdict, 'audience') AS verdict
			FROM unnest(v_seen) AS s (contact)
			LEFT JOIN barometre.mailing_judge(p_mailing) j ON j.contact = s.contact),
		moved AS (
			UPDATE barometre.delivery d SET
				state = CASE WHEN r.reason IS NULL THEN 'claimed' ELSE 'skipped' END,
				reason = r.reason,
				attempt = CASE WHEN r.reason IS NULL THEN d.attempt + 1 ELSE d.attempt END,
				claim = CASE WHEN r.reason IS NULL THEN v_sequence ELSE d.claim END,
				claimed_at = CASE WHEN r.reason IS NULL THEN p_now END,
				done_at = CASE WHEN r.reason IS NOT NULL THEN p_now END
			FROM (SELECT j.contact, CASE WHEN j.verdict IN ('send', 'already') THEN NULL
					WHEN j.verdict IN ('done', 'objected', 'bounced') THEN j.verdict
					ELSE 'left_out' END AS reason FROM judged j) r
			WHERE d.mailing = p_mailing AND d.contact = r.contact
			RETURNING d.contact, d.state)
		SELECT array_agg(w.contact) INTO v_some FROM moved w WHERE w.state = 'claimed';
		v_taken := v_taken || coalesce(v_some, '{}');
		EXIT WHEN cardinality(v_taken) >= p_limit OR v_looked >= 2000;
	END LOOP;
	IF cardinality(v_taken) = 0 THEN
		RETURN;
	END IF;
	UPDATE barometre.mail_gate SET sequence = v_sequence;
	RETURN QUERY SELECT d.mailing, d.contact, v.id, d.edition, c.audience, d.kind, c.address_box, d.attempt::bigint,
		d.not_before IS NOT NULL, v_sequence
	FROM barometre.delivery d
	JOIN barometre.contact c ON c.edition = d.edition AND c.id = d.contact
	JOIN barometre.invitation v ON v.edition = d.edition AND v.contact = d.contact
	WHERE d.mailing = p_mailing AND d.contact = ANY (v_taken) ORDER BY d.contact;
END
$$;

-- A row of claim p_claim: claimed → sent | refused | planned again (deferred: after a 4xx; returned: never handed over, as if not claimed, until
-- p_retry when that is given). One held as unknown may still turn out sent or refused. Refused stops the contact, with what
-- the relay said. After twelve 4xx (some three days) a row is refused, and the contact is not stopped: others wait for this
-- mailing's end (RFC 5321, section 4.5.4.1). A row that would be planned again of a mailing that is cancelled, or an edition that is closed, is skipped.
CREATE OR REPLACE FUNCTION barometre.delivery_record(p_mailing uuid, p_contact uuid, p_claim bigint, p_outcome text,
	p_code integer, p_words text, p_retry timestamptz, p_now timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_reason text;
	v_edition text;
BEGIN
	IF p_outcome IN ('sent', 'refused') THEN
		UPDATE barometre.delivery d SET state = p_outcome, code = p_code, queue_id = p_words, not_before = NULL, done_at = p_now
		WHERE d.mailing = p_mailing AND d.contact = p_contact AND d.claim = p_claim AND d.state IN ('claimed', 'unknown')
		RETURNING d.edition INTO v_edition;
		-- X.7.X is about who sends, not about the address (RFC 3463, section 3.8).
		IF p_outcome = 'refused' AND coalesce(p_words, '') NOT LIKE '_.7.%' THEN
			UPDATE barometre.contact c SET bounced = concat_ws(' ', p_code, p_words)
			WHERE c.edition = v_edition AND c.id = p_contact AND c.bounced IS NULL;
		END IF;
		RETURN;
	ELSIF p_outcome NOT IN ('deferred', 'returned') THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'no such outcome';
	END IF;
	-- A closing or a cancelling under way skips what is planned: it comes before or after us, not between.
	SELECT 'closed' INTO v_reason FROM (SELECT e.state FROM barometre.edition e
		WHERE e.code = (SELECT m.edition FROM barometre.mailing m WHERE m.id = p_mailing) FOR SHARE) x
	WHERE x.state <> 'open';
	SELECT coalesce(v_reason, 'cancelled') INTO v_reason FROM (SELECT m.state FROM barometre.mailing m
		WHERE m.id = p_mailing FOR SHARE) x
	WHERE x.state = 'cancelled' OR v_reason IS NOT NULL;
	UPDATE barometre.delivery d SET
		state = CASE WHEN v_reason IS NOT NULL THEN 'skipped'
			WHEN p_outcome = 'deferred' AND d.attempt >= 12 THEN 'refused' ELSE 'planned' END,
		reason = v_reason,
		code = CASE WHEN p_outcome = 'deferred' THEN p_code ELSE d.code END,
		queue_id = CASE WHEN p_outcome = 'deferred' THEN p_words ELSE d.queue_id END,
		attempt = CASE WHEN p_outcome = 'deferred' THEN d.attempt ELSE d.attempt - 1 END,
		not_before = CASE WHEN v_reason IS NULL THEN p_retry END,
		claimed_at = NULL,
		done_at = CASE WHEN v_reason IS NOT NULL OR p_outcome = 'deferred' AND d.attempt >= 12 THEN p_now END
	WHERE d.mailing = p_mailing AND d.contact = p_contact AND d.claim = p_claim AND d.state = 'claimed';
END
$$;

-- Rows: claimed before p_before and never recorded → unknown. Nobody knows whether they left; a person decides.
CREATE OR REPLACE FUNCTION barometre.mailing_recover(p_before timestamptz) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH lost AS (
		UPDATE barometre.delivery d SET state = 'unknown'
		WHERE d.state = 'claimed' AND d.claimed_at < p_before RETURNING 1)
	SELECT count(*) FROM lost
$$;

-- planned | sending → held: its time has passed and somebody was left. Returns 1 when it was held here.
CREATE OR REPLACE FUNCTION barometre.mailing_hold_late(p_mailing uuid, p_now timestamptz) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE barometre.mailing m SET state = 'held'
	WHERE m.id = p_mailing AND m.not_after <= p_now AND (m.state = 'planned' OR m.state = 'sending' AND EXISTS (
		SELECT FROM barometre.delivery d WHERE d.mailing = p_mailing AND d.state = 'planned'));
	IF NOT FOUND THEN
		RETURN 0;
	END IF;
	PERFORM barometre.mailing_journal(p_mailing, '(mailer)', 'mailing.late', NULL);
	RETURN 1;
END
$$;

-- Mailings that count their days from one that has ended move: so many days after its last mail, at their own time of day; one that would
-- then be past its end is held. The edition is locked.
CREATE OR REPLACE FUNCTION barometre.mailing_move_after(p_mailing uuid, p_now timestamptz) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
	WITH moved AS (
		UPDATE barometre.mailing m SET
			due = CASE WHEN t.due < m.not_after THEN greatest(m.due, t.due) ELSE m.due END,
			state = CASE WHEN t.due < m.not_after THEN m.state ELSE 'held' END
		FROM (SELECT l.id, ((f.at AT TIME ZONE e.zone)::date + l.after_days + (l.due AT TIME ZONE e.zone)::time)
				AT TIME ZONE e.zone AS due
			FROM barometre.mailing b JOIN barometre.edition e ON e.code = b.edition
			JOIN barometre.mailing l ON l.edition = b.edition AND l.after_kind = b.kind AND l.state = 'planned'
				AND (l.audience IS NULL OR b.audience IS NULL OR l.audience = b.audience),
			LATERAL (SELECT coalesce(max(d.done_at), p_now) AS at FROM barometre.delivery d
				WHERE d.mailing = b.id AND d.state = 'sent') f
			WHERE b.id = p_mailing) t
		WHERE m.id = t.id
		RETURNING m.*)
	INSERT INTO barometre.journal (login, action, detail)
	SELECT '(mailer)', 'mailing.late', concat_ws(' ', m.edition, m.kind, m.audience, left(m.id::text, 8))
	FROM moved m WHERE m.state = 'held'
$$;

-- Mailings that want this one to have left, and were written already, are written once more: nobody twice, and for whom it left
-- after that, an unknown one that a person decided or a late contact, they would else silently never come.
CREATE OR REPLACE FUNCTION barometre.mailing_again_after(p_mailing uuid, p_now timestamptz) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
	UPDATE barometre.mailing m SET state = 'planned' FROM barometre.mailing b
	WHERE b.id = p_mailing AND m.edition = b.edition AND m.received = b.kind AND m.state IN ('sending', 'finished')
		AND m.not_after > p_now AND (m.audience IS NULL OR b.audience IS NULL OR m.audience = b.audience)
$$;

-- sending → finished, when every row has come to its end; not when it was planned anew meanwhile, for contacts that came late.
-- Then the ends are added up: another number than was written is an alarm. Those that count their days from it move, and those that
-- want it to have left are written once more, for whom it left only now.
-- Gives the rows that have not come to their end, whether the mailing was finished here, and the alarm.
CREATE OR REPLACE FUNCTION barometre.mailing_finish(p_mailing uuid, p_now timestamptz)
RETURNS TABLE (n bigint, finished boolean, alarm boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	v_mailing barometre.mailing;
	v_left bigint;
	v_ended bigint;
BEGIN
	SELECT count(*) INTO v_left FROM barometre.delivery d
	WHERE d.mailing = p_mailing AND d.state IN ('planned', 'claimed');
	IF v_left > 0 THEN
		RETURN QUERY SELECT v_left, false, false;
		RETURN;
	END IF;
	PERFORM FROM barometre.edition e
	WHERE e.code = (SELECT m.edition FROM barometre.mailing m WHERE m.id = p_mailing) FOR SHARE;
	SELECT m.* INTO v_mailing FROM barometre.mailing m WHERE m.id = p_mailing AND m.state = 'sending' FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN QUERY SELECT 0::bigint, false, false;
		RETURN;
	END IF;
	-- Under the lock: a row that a person gave back meanwhile is not overlooked.
	SELECT count(*) FILTER (WHERE d.state IN ('planned', 'claimed')),
		count(*) FILTER (WHERE d.state IN ('sent', 'refused', 'skipped', 'unknown'))
	INTO v_left, v_ended FROM barometre.delivery d WHERE d.mailing = p_mailing;
	IF v_left > 0 THEN
		RETURN QUERY SELECT v_left, false, false;
		RETURN;
	END IF;
	UPDATE barometre.mailing m SET state = 'finished', alarm = v_ended <> m.written WHERE m.id = p_mailing;
	PERFORM barometre.mailing_move_after(p_mailing, p_now);
	PERFORM barometre.mailing_again_after(p_mailing, p_now);
	RETURN QUERY SELECT 0::bigint, true, v_ended <> v_mailing.written;
END
$$;

-- Before anything is claimed: may mail leave? p_mark and p_known are what the mailer's own file says, NULL when there is none. A
-- database that is behind the file, or another one, was restored: held until a person says go (mail_release), under a new mark that
-- the mailer writes into its file, so that the same backup restored once more is noticed once more. Without a file, the
-- same when an open edition has mails that left: this is another machine. While an edition is open the sequence moves every ten
-- minutes by itself, so that a backup from between two mailings is noticed too.
CREATE OR REPLACE FUNCTION barometre.mail_gate_check(p_mark uuid, p_known bigint, p_now timestamptz)
RETURNS TABLE (held text, noticed boolean, mark uuid, sequence bigint, letters bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	v_gate barometre.mail_gate;
BEGIN
	SELECT g.* INTO STRICT v_gate FROM barometre.mail_gate g;
	IF v_gate.held IS DISTINCT FROM 'restored' AND (CASE WHEN p_mark IS NULL
			THEN EXISTS (SELECT FROM barometre.edition e JOIN barometre.delivery d ON d.edition = e.code
				WHERE e.state = 'open' AND d.state IN ('claimed', 'sent', 'unknown'))
			ELSE v_gate.mark <> p_mark OR v_gate.sequence < p_known END) THEN
		UPDATE barometre.mail_gate g SET held = 'restored', held_since = p_now, mark = gen_random_uuid()
		WHERE g.held IS DISTINCT FROM 'restored' RETURNING g.* INTO v_gate;
		IF FOUND THEN
			INSERT INTO barometre.journal (login, action, detail) VALUES ('(mailer)', 'mail.restored', '');
			RETURN QUERY SELECT v_gate.held, true, v_gate.mark, v_gate.sequence, v_gate.letters;
			RETURN;
		END IF;
		-- Another mailer has noticed at the same moment.
		SELECT g.* INTO STRICT v_gate FROM barometre.mail_gate g;
	END IF;
	IF v_gate.held IS NULL AND (v_gate.beat IS NULL OR v_gate.beat < p_now - interval '10 minutes')
		AND EXISTS (SELECT FROM barometre.edition e WHERE e.state = 'open') THEN
		UPDATE barometre.mail_gate g SET sequence = g.sequence + 1, beat = p_now
		WHERE g.held IS NULL AND g.mark = v_gate.mark AND g.sequence = v_gate.sequence RETURNING g.* INTO v_gate;
		IF NOT FOUND THEN -- another mailer's
			SELECT g.* INTO STRICT v_gate FROM barometre.mail_gate g;
		END IF;
	END IF;
	RETURN QUERY SELECT v_gate.held, false, v_gate.mark, v_gate.sequence, v_gate.letters;
END
$$;
