-- SPDX-License-Identifier: Apache-2.0
-- The count: answers in one transaction (count_start … count_finish), people into totals in another (count_settle), so that no
-- row of the answer side is ever written by a transaction that writes the identity side; then the record is sealed.
-- SQLSTATE BR002: already counted; BR003: not closed, not counted; BR005: totals do not agree.

-- Holds the edition, then urn and draft, to the end of the transaction (the order of web_submit, which see). Drafts get a
-- random name each.
CREATE OR REPLACE FUNCTION barometre.count_start(p_edition text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_state text;
BEGIN
	SELECT e.state INTO STRICT v_state FROM barometre.edition e WHERE e.code = p_edition FOR NO KEY UPDATE;
	IF v_state IN ('counted', 'released') THEN
		RAISE EXCEPTION USING ERRCODE = 'BR002', MESSAGE = 'already counted';
	ELSIF v_state <> 'closed' THEN
		RAISE EXCEPTION USING ERRCODE = 'BR003', MESSAGE = 'not closed';
	END IF;
	LOCK TABLE barometre.urn, barometre.draft IN ACCESS EXCLUSIVE MODE;
	UPDATE barometre.draft SET handle = gen_random_uuid() WHERE edition = p_edition AND handle IS NULL;
END
$$;

-- boxes = complete + invalid, drafts = partial + dropped, responses = complete + partial, for each audience and
-- with no audience left out; then the urn goes.
CREATE OR REPLACE FUNCTION barometre.count_finish(p_edition text, p_audience text[], p_boxes bigint[],
	p_complete bigint[], p_partial bigint[], p_invalid bigint[], p_dropped bigint[], p_record jsonb)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_wrong boolean;
BEGIN
	-- Harmless when the caller did so, as he should: boxes that came after his reading would not be in his totals.
	PERFORM barometre.count_start(p_edition);

	WITH told AS (
		SELECT * FROM unnest(p_audience, p_boxes, p_complete, p_partial, p_invalid, p_dropped)
			AS a (audience, boxes, complete, partial, invalid, dropped)),
	boxes AS (SELECT audience, count(*) AS n FROM barometre.urn WHERE edition = p_edition GROUP BY 1),
	drafts AS (SELECT audience, count(*) AS n FROM barometre.draft WHERE edition = p_edition GROUP BY 1),
	kept AS (SELECT audience, count(*) AS n FROM barometre.invalid_box WHERE edition = p_edition GROUP BY 1),
	counted AS (
		SELECT audience, count(*) FILTER (WHERE completeness = 'complete') AS complete,
			count(*) FILTER (WHERE completeness = 'partial') AS partial
		FROM barometre.response WHERE edition = p_edition GROUP BY 1),
	every AS (
		SELECT audience FROM told UNION SELECT audience FROM boxes UNION SELECT audience FROM drafts
		UNION SELECT audience FROM kept UNION SELECT audience FROM counted)
	SELECT bool_or(t.audience IS NULL
		OR t.boxes <> coalesce(b.n, 0) OR t.boxes <> t.complete + t.invalid
		OR t.partial + t.dropped <> coalesce(d.n, 0)
		OR t.complete <> coalesce(c.complete, 0) OR t.partial <> coalesce(c.partial, 0)
		OR t.invalid > coalesce(k.n, 0))
		OR count(*) <> count(DISTINCT e.audience)
	INTO v_wrong
	FROM every e LEFT JOIN told t USING (audience) LEFT JOIN boxes b USING (audience)
	LEFT JOIN drafts d USING (audience) LEFT JOIN kept k USING (audience) LEFT JOIN counted c USING (audience);
	IF v_wrong THEN
		RAISE EXCEPTION USING ERRCODE = 'BR005', MESSAGE = 'totals do not agree';
	END IF;

	-- Unlinking the files leaves less behind than deleting the rows.
	IF EXISTS (SELECT FROM barometre.urn WHERE edition <> p_edition) THEN
		DELETE FROM barometre.urn WHERE edition = p_edition;
	ELSE
		TRUNCATE barometre.urn;
	END IF;

	INSERT INTO barometre.count_record (edition, record) VALUES (p_edition, p_record);
	UPDATE barometre.edition SET state = 'counted', revision = revision + 1 WHERE code = p_edition;
END
$$;

-- The second transaction, once: what links people to having answered becomes totals; invitations, ledger and drafts go.
-- Locks: urn and draft first, as everywhere; then the ledger before the invitations, as the mailer does.
CREATE OR REPLACE FUNCTION barometre.count_settle(p_edition text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_settled boolean;
BEGIN
	SELECT c.settled INTO v_settled FROM barometre.count_record c
	WHERE c.edition = p_edition FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		PERFORM 1 FROM barometre.edition e WHERE e.code = p_edition;
		IF NOT FOUND THEN
			RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = 'no such edition';
		END IF;
		RAISE EXCEPTION USING ERRCODE = 'BR003', MESSAGE = 'not counted';
	ELSIF v_settled THEN
		RETURN;
	END IF;
	LOCK TABLE barometre.urn, barometre.draft IN ACCESS EXCLUSIVE MODE;
	PERFORM 1 FROM barometre.mailing m WHERE m.edition = p_edition ORDER BY m.id FOR NO KEY UPDATE;

	INSERT INTO barometre.participation_total (edition, audience, contacts, added_after_open, sent, refused, objected,
		done_invited, done_open, drafts, complete, refusal, undelivered, not_sent, silent)
	SELECT l.edition, l.audience, l.contacts, l.added_after_open, l.sent, l.refused, l.objected, l.done_invited,
		l.done_open, (SELECT count(*) FROM barometre.draft d
			WHERE d.edition = p_edition AND d.audience = l.audience),
		d.complete, d.refusal, d.undelivered, d.not_sent, d.silent
	FROM barometre.participation_live(p_edition) l JOIN barometre.dispositions_live(p_edition) d USING (audience);

	-- A ledger row skipped because its person had answered tells who had.
	UPDATE barometre.mailing m SET totals = t.totals
	FROM (SELECT x.mailing, jsonb_object_agg(x.state, x.n) AS totals
		FROM (SELECT d.mailing, CASE d.state WHEN 'claimed' THEN 'unknown' ELSE d.state END AS state,
				count(*) AS n
			FROM barometre.delivery d WHERE d.edition = p_edition GROUP BY 1, 2) x GROUP BY x.mailing) t
	WHERE m.id = t.mailing;

	PERFORM barometre.count_empty('delivery', p_edition);
	PERFORM barometre.count_empty('invitation', p_edition);
	PERFORM barometre.count_empty('draft', p_edition);
	UPDATE barometre.count_record SET settled = true WHERE edition = p_edition;
	UPDATE barometre.edition SET revision = revision + 1 WHERE code = p_edition;
END
$$;

-- Unlinks the table's files when no other edition has rows in it, else deletes the rows. For count_settle only.
CREATE OR REPLACE FUNCTION barometre.count_empty(p_table name, p_edition text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_others boolean;
BEGIN
	EXECUTE format('SELECT EXISTS (SELECT FROM barometre.%I WHERE edition <> $1)', p_table)
	INTO v_others USING p_edition;
	IF NOT v_others THEN
		EXECUTE format('LOCK TABLE barometre.%I IN ACCESS EXCLUSIVE MODE', p_table);
		EXECUTE format('SELECT EXISTS (SELECT FROM barometre.%I WHERE edition <> $1)', p_table)
		INTO v_others USING p_edition;
	END IF;
	IF v_others THEN
		EXECUTE format('DELETE FROM barometre.%I WHERE edition = $1', p_table) USING p_edition;
	ELSE
		EXECUTE format('TRUNCATE barometre.%I', p_table);
	END IF;
END
$$;

-- The tables of this count where other editions have rows: only those rows' neighbours were deleted, not the files.
CREATE OR REPLACE FUNCTION barometre.count_shared_tables(p_edition text) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT 'urn' WHERE EXISTS (SELECT FROM barometre.urn WHERE edition <> p_edition)
	UNION ALL SELECT 'draft' WHERE EXISTS (SELECT FROM barometre.draft WHERE edition <> p_edition)
$$;

CREATE OR REPLACE FUNCTION barometre.count_shared_lists(p_edition text) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT 'invitation' WHERE EXISTS (SELECT FROM barometre.invitation WHERE edition <> p_edition)
	UNION ALL SELECT 'delivery' WHERE EXISTS (SELECT FROM barometre.delivery WHERE edition <> p_edition)
$$;

-- The record is complete; its hash goes into the journal too, where it cannot be changed along with it by the same hand.
CREATE OR REPLACE FUNCTION barometre.count_seal(p_edition text, p_record jsonb, p_hash text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE barometre.count_record SET record = p_record, hash = p_hash
	WHERE edition = p_edition AND settled AND hash IS DISTINCT FROM p_hash;
	IF FOUND THEN
		INSERT INTO barometre.journal (login, action, detail)
		VALUES ('keeper', 'count_record', p_edition || ' ' || p_hash);
	ELSIF NOT EXISTS (SELECT FROM barometre.count_record c WHERE c.edition = p_edition AND c.hash = p_hash) THEN
		RAISE EXCEPTION USING ERRCODE = 'BR003', MESSAGE = 'not settled';
	END IF;
END
$$;
