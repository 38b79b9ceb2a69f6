-- SPDX-License-Identifier: Apache-2.0
-- What is kept for a time only: how much there is, how much of it is due, and its end. People and answers apart, each in a
-- transaction of its own. The clock is the server's: whoever may call these cannot bring a date forward.
--
-- held: the date has passed and it stays all the same, because the edition is not counted yet (or its count not settled).
-- left: rows that should be gone since the count; nothing deletes them here, a person has to look.
-- Objections are kept: they are hashes under a key, and without them whoever objected would be written to again.

-- The journal is one for all editions: the shortest promise holds. An edition that closed longer ago than its own delay has
-- nothing left in it.
CREATE OR REPLACE FUNCTION barometre.retention_journal_months() RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce(min(r.journal_months), 12) FROM barometre.retention r JOIN barometre.edition e ON e.code = r.edition
	WHERE e.closes > now() - make_interval(months => r.journal_months)
$$;

CREATE OR REPLACE FUNCTION barometre.retention_people()
RETURNS TABLE (kind text, edition text, until date, total bigint, due bigint, held bigint, leftover bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH dated AS (
		SELECT r.*, r.today > r.contacts_until AS past, k.settled,
			-- Nobody waits for an answer of these people any more, or nobody ever will.
			k.settled OR e.state NOT IN ('open', 'closed', 'counted', 'released') AS done
		FROM barometre.retention r JOIN barometre.edition e ON e.code = r.edition,
		LATERAL (SELECT EXISTS (SELECT FROM barometre.count_record c
			WHERE c.edition = e.code AND c.settled) AS settled) k),
	contacts AS (
		SELECT c.edition, count(*) AS n, count(c.bounced) AS bounces FROM barometre.contact c GROUP BY c.edition),
	invitations AS (
		SELECT v.edition, count(*) AS n FROM barometre.invitation v GROUP BY v.edition),
	deliveries AS (
		SELECT v.edition, count(*) AS n FROM barometre.delivery v GROUP BY v.edition)
	SELECT 'contacts', d.edition, d.contacts_until, c.n,
		CASE WHEN d.past AND d.done THEN c.n ELSE 0 END,
		CASE WHEN d.past AND NOT d.done THEN c.n ELSE 0 END, 0
	FROM dated d JOIN contacts c USING (edition)
	UNION ALL
	SELECT 'bounces', d.edition, d.contacts_until, c.bounces,
		CASE WHEN d.past AND d.done THEN c.bounces ELSE 0 END,
		CASE WHEN d.past AND NOT d.done THEN c.bounces ELSE 0 END, 0
	FROM dated d JOIN contacts c USING (edition)
	UNION ALL
	SELECT 'invitations', d.edition, NULL, v.n, 0, 0, v.n FROM dated d JOIN invitations v USING (edition) WHERE d.settled
	UNION ALL
	SELECT 'deliveries', d.edition, NULL, v.n, 0, 0, v.n FROM dated d JOIN deliveries v USING (edition) WHERE d.settled
	UNION ALL
	SELECT 'sessions', '', NULL, count(*), count(*) FILTER (WHERE s.expires_at < now()), 0, 0 FROM barometre.staff_session s
	UNION ALL
	SELECT 'tasks', '', NULL, count(*), count(*) FILTER (WHERE t.finished_at < now() - interval '30 days'), 0, 0
	FROM barometre.keeper_task t
	UNION ALL
	-- Of reports about mail, so that none counts twice: read messages are not read again for months.
	SELECT 'reports', '', NULL, count(*), count(*) FILTER (WHERE b.day < current_date - 180), 0, 0 FROM barometre.bounce_seen b
	UNION ALL
	SELECT 'requests', '', NULL, count(*),
		count(*) FILTER (WHERE o.state <> 'waiting' AND o.asked_at < now() - interval '30 days'), 0, 0
	FROM barometre.objection_request o
	UNION ALL
	-- Letters to oneself: the mailer ends them too, where one runs.
	SELECT 'trials', '', NULL, count(*), count(*) FILTER (WHERE t.asked_at < now() - interval '1 day'), 0, 0
	FROM barometre.letter_test t
	UNION ALL
	SELECT 'journal', '', (now() - make_interval(months => barometre.retention_journal_months()))::date, count(*),
		count(*) FILTER (WHERE j.at < now() - make_interval(months => barometre.retention_journal_months())
			AND j.action <> 'count_record'), 0, 0
	FROM barometre.journal j
	UNION ALL
	SELECT 'objections', '', NULL, count(*), 0, 0, 0 FROM barometre.objection
$$;

CREATE OR REPLACE FUNCTION barometre.retention_answers()
RETURNS TABLE (kind text, edition text, until date, total bigint, due bigint, held bigint, leftover bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH dated AS (
		SELECT r.*, EXISTS (SELECT FROM barometre.count_record k WHERE k.edition = r.edition AND k.settled) AS settled
		FROM barometre.retention r),
	wishes AS (
		SELECT w.edition, count(*) AS n FROM barometre.contact_wish w GROUP BY w.edition),
	drafts AS (
		SELECT d.edition, count(*) AS n FROM barometre.draft d GROUP BY d.edition),
	boxes AS (
		SELECT u.edition, count(*) AS n FROM barometre.urn u GROUP BY u.edition)
	SELECT 'wishes', d.edition, d.wishes_until, w.n, CASE WHEN d.today > d.wishes_until THEN w.n ELSE 0 END, 0::bigint, 0::bigint
	FROM dated d JOIN wishes w USING (edition)
	UNION ALL
	SELECT 'drafts', d.edition, NULL, r.n, 0, 0, r.n FROM dated d JOIN drafts r USING (edition) WHERE d.settled
	UNION ALL
	SELECT 'boxes', d.edition, NULL, b.n, 0, 0, b.n FROM dated d JOIN boxes b USING (edition) WHERE d.settled
$$;

-- Deletes what is due and says how much of each; the journal gets totals only, and nothing when only sessions went.
CREATE OR REPLACE FUNCTION barometre.retention_purge_people() RETURNS TABLE (kind text, edition text, deleted bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v record;
	v_n bigint;
	v_told text := '';
	v_months integer := barometre.retention_journal_months();
BEGIN
	FOR v IN SELECT p.kind, p.edition, p.due FROM barometre.retention_people() p
		WHERE p.due > 0 AND p.kind IN ('contacts', 'bounces') ORDER BY p.edition, p.kind
	LOOP
		IF v.kind = 'contacts' THEN
			-- Only of a draft that was never opened: the count has emptied the others.
			DELETE FROM barometre.invitation i WHERE i.edition = v.edition;
			DELETE FROM barometre.contact c WHERE c.edition = v.edition;
			GET DIAGNOSTICS v_n = ROW_COUNT;
		ELSE
			v_n := v.due; -- gone with their contacts
		END IF;
		v_told := v_told || format('%s %s %s, ', v.edition, v.kind, v_n);
		RETURN QUERY SELECT v.kind, v.edition, v_n;
	END LOOP;

	DELETE FROM barometre.staff_session s WHERE s.expires_at < now();
	GET DIAGNOSTICS v_n = ROW_COUNT;
	RETURN QUERY SELECT 'sessions', '', v_n;

	DELETE FROM barometre.keeper_task t WHERE t.finished_at < now() - interval '30 days';
	GET DIAGNOSTICS v_n = ROW_COUNT;
	IF v_n > 0 THEN
		v_told := v_told || format('tasks %s, ', v_n);
	END IF;
	RETURN QUERY SELECT 'tasks', '', v_n;

	DELETE FROM barometre.bounce_seen b WHERE b.day < current_date - 180;
	GET DIAGNOSTICS v_n = ROW_COUNT;
	IF v_n > 0 THEN
		v_told := v_told || format('reports %s, ', v_n);
	END IF;
	RETURN QUERY SELECT 'reports', '', v_n;

	DELETE FROM barometre.objection_request o WHERE o.state <> 'waiting' AND o.asked_at < now() - interval '30 days';
	GET DIAGNOSTICS v_n = ROW_COUNT;
	IF v_n > 0 THEN
		v_told := v_told || format('requests %s, ', v_n);
	END IF;
	RETURN QUERY SELECT 'requests', '', v_n;

	DELETE FROM barometre.letter_test t WHERE t.asked_at < now() - interval '1 day';
	GET DIAGNOSTICS v_n = ROW_COUNT;
	IF v_n > 0 THEN
		v_told := v_told || format('trials %s, ', v_n);
	END IF;
	RETURN QUERY SELECT 'trials', '', v_n;

	-- The hash of a record stays: it is what the printed one is compared with.
	DELETE FROM barometre.journal j WHERE j.at < now() - make_interval(months => v_months) AND j.action <> 'count_record';
	GET DIAGNOSTICS v_n = ROW_COUNT;
	IF v_n > 0 THEN
		v_told := v_told || format('journal %s, ', v_n);
	END IF;
	RETURN QUERY SELECT 'journal', '', v_n;

	IF v_told <> '' THEN
		INSERT INTO barometre.journal (login, action, detail) VALUES ('(purge)', 'purge', rtrim(v_told, ', '));
	END IF;
END
$$;

CREATE OR REPLACE FUNCTION barometre.retention_purge_answers() RETURNS TABLE (kind text, edition text, deleted bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v record;
	v_n bigint;
BEGIN
	FOR v IN SELECT p.edition FROM barometre.retention_answers() p WHERE p.due > 0 AND p.kind = 'wishes' ORDER BY p.edition
	LOOP
		DELETE FROM barometre.contact_wish w WHERE w.edition = v.edition;
		GET DIAGNOSTICS v_n = ROW_COUNT;
		INSERT INTO barometre.journal (login, action, detail)
		VALUES ('(purge)', 'purge', format('%s wishes %s', v.edition, v_n));
		RETURN QUERY SELECT 'wishes', v.edition, v_n;
	END LOOP;
END
$$;
