-- SPDX-License-Identifier: Apache-2.0
-- What the public site may do. Its role reads and writes no table of invitations, answers or drafts: it has these
-- functions, which want a mac, a locator or a slot that only the holder of a link can name.
--
-- Order of table locks, the same everywhere so that nothing deadlocks: urn, draft, then rows of invitation.

-- The one transaction of an answer, for a batch. See include/barometre/store/submission.h for the promises.
--
-- Race with the count: the count begins by seeing the edition closed and by taking urn and draft in ACCESS EXCLUSIVE
-- mode. This function holds urn in ROW EXCLUSIVE mode from its first statement to its commit, and looks at the
-- state of the edition in its last one, with a snapshot taken after the insert. So either that look
-- sees the closing and everything is undone, or the closing came later, and then the count's lock waits for this
-- commit and the box is counted. A box that nobody counts cannot exist, and no row of the edition is locked for it.
CREATE OR REPLACE FUNCTION barometre.web_submit(p_edition text[], p_audience text[], p_channel text[], p_mac bytea[],
	p_slot uuid[], p_box bytea[], p_loc bytea[], p_day date, p_shard integer)
RETURNS TABLE (i integer, outcome text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_first bigint[];  -- the first row of the batch with the same slot
	v_out text[];      -- new, then one of stored, same_slot, already, unknown
	v_spent bigint[];
	v_put uuid[];
	v_closed boolean;
BEGIN
	LOCK TABLE barometre.urn IN ROW EXCLUSIVE MODE;

	-- Repetitions inside the batch, and slots that are there already.
	SELECT array_agg(t.first_slot ORDER BY t.n),
		array_agg(CASE
			WHEN t.first_slot <> t.n OR u.slot IS NOT NULL THEN 'same_slot'
			WHEN t.mac IS NOT NULL AND t.first_mac <> t.n THEN 'already'
			ELSE 'new' END ORDER BY t.n)
	INTO v_first, v_out
	FROM (SELECT a.n, a.edition, a.slot, a.mac,
			min(a.n) OVER (PARTITION BY a.edition, a.slot) AS first_slot,
			min(a.n) OVER (PARTITION BY a.mac) AS first_mac
		FROM unnest(p_edition, p_slot, p_mac) WITH ORDINALITY AS a (edition, slot, mac, n)) t
	LEFT JOIN barometre.urn u ON u.edition = t.edition AND u.slot = t.slot;

	-- Invitations: locked in one order, so that two batches wait for each other but never in a circle.
	PERFORM 1 FROM barometre.invitation v WHERE v.mac = ANY (p_mac) ORDER BY v.mac FOR NO KEY UPDATE;
	WITH spent AS (
		UPDATE barometre.invitation v SET done = true
		FROM unnest(p_edition, p_audience, p_mac, v_out) WITH ORDINALITY AS a (edition, audience, mac, outcome, n)
		WHERE a.outcome = 'new' AND v.mac = a.mac AND v.edition = a.edition AND v.audience = a.audience
			AND NOT v.done
		RETURNING a.n)
	SELECT coalesce(array_agg(s.n), '{}') INTO v_spent FROM spent s;
	IF cardinality(v_spent) < (SELECT count(*) FROM unnest(p_mac, v_out) AS a (mac, outcome)
			WHERE a.mac IS NOT NULL AND a.outcome = 'new') THEN
		-- A repetition that waited for the first finds its slot now.
		SELECT array_agg(CASE
				WHEN a.outcome <> 'new' OR a.mac IS NULL OR a.n = ANY (v_spent) THEN a.outcome
				WHEN EXISTS (SELECT FROM barometre.urn u WHERE u.edition = a.edition AND u.slot = a.slot)
					THEN 'same_slot'
				WHEN EXISTS (SELECT FROM barometre.invitation v WHERE v.mac = a.mac
						AND v.edition = a.edition AND v.audience = a.audience) THEN 'already'
				ELSE 'unknown' END ORDER BY a.n)
		INTO v_out
		FROM unnest(p_edition, p_audience, p_mac, p_slot, v_out) WITH ORDINALITY
			AS a (edition, audience, mac, slot, outcome, n);
	END IF;

	-- Boxes, in the order of their random slots: the table does not keep the order of the batch.
	WITH put AS (
		INSERT INTO barometre.urn (edition, audience, slot, box)
		SELECT a.edition, a.audience, a.slot, a.box
		FROM unnest(p_edition, p_audience, p_slot, p_box, v_out) AS a (edition, audience, slot, box, outcome)
		WHERE a.outcome = 'new' ORDER BY a.slot
		ON CONFLICT (edition, slot) DO NOTHING
		RETURNING slot)
	SELECT coalesce(array_agg(p.slot), '{}') INTO v_put FROM put p;
	-- An invitation spent for a slot that somebody took meanwhile would lose an answer: all again.
	IF EXISTS (SELECT FROM unnest(p_mac, p_slot, v_out) AS a (mac, slot, outcome)
			WHERE a.outcome = 'new' AND a.mac IS NOT NULL AND NOT a.slot = ANY (v_put)) THEN
		RAISE EXCEPTION USING ERRCODE = '40001', MESSAGE = 'slot taken';
	END IF;
	SELECT array_agg(CASE WHEN a.outcome <> 'new' THEN a.outcome
			WHEN a.slot = ANY (v_put) THEN 'stored' ELSE 'same_slot' END ORDER BY a.n)
	INTO v_out
	FROM unnest(p_slot, v_out) WITH ORDINALITY AS a (slot, outcome, n);

	DELETE FROM barometre.draft d USING unnest(p_loc, v_out) AS a (loc, outcome)
	WHERE d.loc = a.loc AND a.outcome <> 'unknown';

	INSERT INTO barometre.participation_day AS d (edition, audience, channel, day, shard, n)
	SELECT a.edition, a.audience, a.channel, p_day, p_shard, count(*)
	FROM unnest(p_edition, p_audience, p_channel, v_out) AS a (edition, audience, channel, outcome)
	WHERE a.outcome = 'stored' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
	ON CONFLICT (edition, audience, channel, day, shard) DO UPDATE SET n = d.n + excluded.n;

	-- The last look: see above. One edition that is not open undoes the batch; the caller tries row by row.
	SELECT bool_or(e.code IS NULL) INTO v_closed
	FROM (SELECT DISTINCT a.edition, a.audience FROM unnest(p_edition, p_audience) AS a (edition, audience)) t
	LEFT JOIN barometre.edition_audience ea ON ea.edition = t.edition AND ea.audience = t.audience
	LEFT JOIN barometre.edition e ON e.code = ea.edition AND e.state = 'open';
	IF v_closed THEN
		RAISE EXCEPTION USING ERRCODE = 'BR001', MESSAGE = 'edition not open';
	END IF;

	RETURN QUERY
	SELECT a.n::integer, CASE
		WHEN f.outcome = 'stored' AND a.first <> a.n THEN 'same_slot' ELSE f.outcome END
	FROM unnest(v_first) WITH ORDINALITY AS a (first, n)
	JOIN unnest(v_out) WITH ORDINALITY AS f (outcome, n) ON f.n = a.first;
END
$$;

CREATE OR REPLACE FUNCTION barometre.web_invitation(p_mac bytea)
RETURNS TABLE (edition text, audience text, done boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT v.edition, v.audience, v.done FROM barometre.invitation v WHERE v.mac = p_mac $$;

CREATE OR REPLACE FUNCTION barometre.web_draft_load(p_loc bytea, p_mac bytea)
RETURNS TABLE (box bytea, done boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT (SELECT d.resume_box FROM barometre.draft d WHERE d.loc = p_loc),
		coalesce((SELECT v.done FROM barometre.invitation v WHERE v.mac = p_mac), false)
$$;

-- Writes a draft over what the writer had read, and says whether it could: with p_from NULL there was none; else there
-- was one at p_from whose resume box began with p_was (24 random bytes, new each time it is sealed), and it moves to p_loc.
-- So two pages that are sent together do not undo each other, and a page that comes late never brings back what
-- was sent, erased or moved meanwhile: its writer reads again first.
-- Writes first, then looks at the state, for the reason told above web_submit.
DROP FUNCTION IF EXISTS barometre.web_draft_save(text, text, bytea, bytea, bytea);
CREATE OR REPLACE FUNCTION barometre.web_draft_save(p_edition text, p_audience text, p_from bytea, p_was bytea, p_loc bytea,
	p_resume bytea, p_count bytea)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_written boolean;
BEGIN
	IF p_from IS NULL THEN
		INSERT INTO barometre.draft (loc, edition, audience, resume_box, count_box)
		VALUES (p_loc, p_edition, p_audience, p_resume, p_count) ON CONFLICT DO NOTHING;
	ELSE
		UPDATE barometre.draft SET loc = p_loc, resume_box = p_resume, count_box = p_count
		WHERE loc = p_from AND edition = p_edition AND audience = p_audience
			AND substring(resume_box FROM 1 FOR 24) = p_was;
	END IF;
	v_written := FOUND;
	PERFORM 1 FROM barometre.edition e JOIN barometre.edition_audience a ON a.edition = e.code
	WHERE e.code = p_edition AND e.state = 'open' AND a.audience = p_audience;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'BR001', MESSAGE = 'edition not open';
	END IF;
	RETURN v_written;
END
$$;

CREATE OR REPLACE FUNCTION barometre.web_draft_delete(p_loc bytea) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ DELETE FROM barometre.draft WHERE loc = p_loc $$;

-- For ever: this contact, the same address in every other list, and whatever list is imported later.
CREATE OR REPLACE FUNCTION barometre.web_stop(p_stop bytea) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_address bytea;
BEGIN
	SELECT c.address_hash INTO v_address FROM barometre.contact c WHERE c.stop_hash = p_stop;
	IF v_address IS NULL THEN
		RETURN false;
	END IF;
	INSERT INTO barometre.objection (address_hash) VALUES (v_address) ON CONFLICT DO NOTHING;
	UPDATE barometre.contact c SET objected = true WHERE c.address_hash = v_address AND NOT c.objected;
	RETURN true;
END
$$;

-- A receipt names no edition; a slot is random, and few editions are waiting for their count.
CREATE OR REPLACE FUNCTION barometre.web_receipt_check(p_slot uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT EXISTS (SELECT FROM barometre.urn u WHERE u.slot = p_slot
		AND u.edition IN (SELECT e.code FROM barometre.edition e WHERE e.state IN ('open', 'closed')))
$$;

CREATE OR REPLACE FUNCTION barometre.web_receipt_withdraw(p_slot uuid) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH gone AS (
		DELETE FROM barometre.urn u WHERE u.slot = p_slot
			AND u.edition IN (SELECT e.code FROM barometre.edition e WHERE e.state IN ('open', 'closed'))
		RETURNING 1)
	SELECT EXISTS (SELECT FROM gone)
$$;
