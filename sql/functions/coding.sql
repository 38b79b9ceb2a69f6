-- SPDX-License-Identifier: Apache-2.0
-- Codebooks, coders, decisions. Themes: rows of coding; who reads what, in which version: coding_task. BR003: the state does not allow it.
-- With the owner's rights, so that a process of staff can be given one of them without reading a table.

-- The first version of a book, or the next one with what becomes of each theme of the version before.
CREATE OR REPLACE FUNCTION barometre.codebook_add(p_book text, p_version bigint, p_note text, p_codes text[], p_labels text[],
	p_was text[], p_becomes text[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF p_version <> (SELECT coalesce(max(c.version), 0) + 1 FROM barometre.codebook c WHERE c.book = p_book)
		OR EXISTS (SELECT t.code FROM barometre.codebook_theme t WHERE t.book = p_book AND t.version = p_version - 1
			EXCEPT SELECT unnest(p_was))
		OR EXISTS (SELECT unnest(p_was)
			EXCEPT SELECT t.code FROM barometre.codebook_theme t WHERE t.book = p_book AND t.version = p_version - 1) THEN
		RAISE EXCEPTION USING ERRCODE = 'BR003', MESSAGE = 'not the next version';
	END IF;
	INSERT INTO barometre.codebook (book, version, created_on, note)
	VALUES (p_book, p_version, (now() AT TIME ZONE 'UTC')::date, p_note);
	INSERT INTO barometre.codebook_theme (book, version, ordinal, code, label)
	SELECT p_book, p_version, x.n, x.code, x.label FROM unnest(p_codes, p_labels) WITH ORDINALITY AS x (code, label, n);
	INSERT INTO barometre.codebook_map (book, version, was, becomes)
	SELECT p_book, p_version, x.was, x.becomes FROM unnest(p_was, p_becomes) AS x (was, becomes);
END
$$;

-- The version an edition codes with: the newest when it begins to.
CREATE OR REPLACE FUNCTION barometre.codebook_of(p_edition text, p_book text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_version bigint;
BEGIN
	INSERT INTO barometre.edition_codebook (edition, book, version)
	SELECT p_edition, p_book, coalesce(
		(SELECT max(t.version) FROM barometre.coding_task t WHERE t.edition = p_edition AND t.book = p_book), max(c.version))
	FROM barometre.codebook c WHERE c.book = p_book HAVING count(*) > 0
	ON CONFLICT DO NOTHING;
	SELECT e.version INTO STRICT v_version FROM barometre.edition_codebook e WHERE e.edition = p_edition AND e.book = p_book;
	RETURN v_version;
END
$$;

-- Gives the texts of these questions that nobody has yet to coders, by lot and in equal parts; p_double of a hundred go to a second one.
-- Each gets an order of his own. How many were given.
CREATE OR REPLACE FUNCTION barometre.coding_assign(p_edition text, p_audiences text[], p_questions text[], p_books text[],
	p_coders text[], p_double integer, p_by text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_k bigint := cardinality(p_coders);
	v_n bigint;
BEGIN
	PERFORM FROM barometre.edition e WHERE e.code = p_edition AND e.state IN ('counted', 'released') FOR NO KEY UPDATE;
	IF NOT FOUND OR v_k < 1 OR p_double NOT BETWEEN 0 AND 100 OR (p_double > 0 AND v_k < 2) THEN
		RAISE EXCEPTION USING ERRCODE = 'BR003', MESSAGE = 'cannot be given to coders';
	END IF;
	-- Lots are drawn first, each its own: two windows over one volatile expression would be the same lot.
	WITH lots AS MATERIALIZED (
		SELECT v.id, v.audience, v.question, q.book, gen_random_uuid() AS a, gen_random_uuid() AS b
		FROM barometre.verbatim v
		JOIN unnest(p_audiences, p_questions, p_books) AS q (audience, question, book)
			ON q.audience = v.audience AND q.question = v.question
		WHERE v.edition = p_edition AND NOT EXISTS (
			SELECT FROM barometre.coding_task t WHERE t.edition = p_edition AND t.verbatim = v.id)),
	chosen AS (
		SELECT l.id, l.book, l.a, row_number() OVER (PARTITION BY l.audience, l.question ORDER BY l.b) <=
				ceil(count(*) OVER (PARTITION BY l.audience, l.question) * p_double / 100.0) AS twice
		FROM lots l),
	-- Those for two first, so that second readings come in equal parts too.
	ranked AS (
		SELECT c.id, c.book, c.twice, row_number() OVER (ORDER BY c.twice DESC, c.a) - 1 AS n FROM chosen c),
	given AS MATERIALIZED (
		SELECT r.id, r.book, p_coders[1 + r.n % v_k] AS coder, gen_random_uuid() AS c FROM ranked r
		UNION ALL
		SELECT r.id, r.book, p_coders[1 + (r.n + 1 + (r.n / v_k) % greatest(v_k - 1, 1)) % v_k], gen_random_uuid() FROM ranked r WHERE r.twice)
	INSERT INTO barometre.coding_task (edition, verbatim, coder, position, book, version, state)
	SELECT p_edition, g.id, g.coder, row_number() OVER (PARTITION BY g.coder ORDER BY g.c) +
			coalesce((SELECT max(t.position) FROM barometre.coding_task t WHERE t.edition = p_edition AND t.coder = g.coder), 0),
		g.book, e.version, 'todo'
	FROM given g JOIN barometre.edition_codebook e ON e.edition = p_edition AND e.book = g.book;
	GET DIAGNOSTICS v_n = ROW_COUNT;
	INSERT INTO barometre.journal (login, action, detail)
	VALUES (p_by, 'coding.assign', p_edition || ' ' || v_n || ' ' || array_to_string(p_coders, ' '));
	RETURN v_n;
END
$$;

-- The nameless coder takes what he brings (the file of one column of themes, without --coder).
CREATE OR REPLACE FUNCTION barometre.coding_take(p_edition text, p_verbatims uuid[], p_books text[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	INSERT INTO barometre.coding_task (edition, verbatim, coder, position, book, version, state)
	SELECT p_edition, x.verbatim, '', 0, min(x.book), min(e.version), 'todo'
	FROM unnest(p_verbatims, p_books) AS x (verbatim, book)
	JOIN barometre.verbatim v ON v.edition = p_edition AND v.id = x.verbatim
	JOIN barometre.edition_codebook e ON e.edition = p_edition AND e.book = x.book
	GROUP BY x.verbatim
	ON CONFLICT DO NOTHING
$$;

-- The themes of these texts, as one coder reads them, instead of those he gave before. A decision on such a text is void. How many texts.
CREATE OR REPLACE FUNCTION barometre.coding_save(p_edition text, p_coder text, p_by text, p_verbatims uuid[], p_themes text[])
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_n bigint;
BEGIN
	PERFORM FROM barometre.edition e WHERE e.code = p_edition AND e.state IN ('counted', 'released') FOR NO KEY UPDATE;
	IF NOT FOUND OR EXISTS (
			SELECT FROM unnest(p_verbatims, p_themes) AS x (verbatim, theme)
			LEFT JOIN barometre.coding_task t ON t.edition = p_edition AND t.verbatim = x.verbatim AND t.coder = p_coder
			LEFT JOIN barometre.codebook_theme b ON b.book = t.book AND b.version = t.version AND b.code = x.theme
			WHERE t.verbatim IS NULL OR (b.code IS NULL AND x.theme NOT IN ('aucun_theme', 'illisible')))
		OR EXISTS (
			SELECT FROM unnest(p_verbatims, p_themes) AS x (verbatim, theme) GROUP BY x.verbatim
			HAVING bool_or(x.theme IN ('aucun_theme', 'illisible')) AND count(DISTINCT x.theme) > 1) THEN
		RAISE EXCEPTION USING ERRCODE = 'BR003', MESSAGE = 'not a coding';
	END IF;
	DELETE FROM barometre.coding k WHERE k.edition = p_edition AND k.verbatim = ANY (p_verbatims) AND k.coder IN (p_coder, '*');
	IF p_coder <> '*' THEN
		DELETE FROM barometre.coding_task t WHERE t.edition = p_edition AND t.verbatim = ANY (p_verbatims) AND t.coder = '*';
	END IF;
	INSERT INTO barometre.coding (edition, verbatim, coder, theme, version)
	SELECT DISTINCT p_edition, x.verbatim, p_coder, x.theme, t.version
	FROM unnest(p_verbatims, p_themes) AS x (verbatim, theme)
	JOIN barometre.coding_task t ON t.edition = p_edition AND t.verbatim = x.verbatim AND t.coder = p_coder;
	UPDATE barometre.coding_task t SET state = 'done', set_by = p_by
	WHERE t.edition = p_edition AND t.verbatim = ANY (p_verbatims) AND t.coder = p_coder;
	GET DIAGNOSTICS v_n = ROW_COUNT;
	RETURN v_n;
END
$$;

-- What a coder has to read, in his order: question and text, nothing else of who wrote it. p_all: what he has done too.
CREATE OR REPLACE FUNCTION barometre.coding_waiting(p_edition text, p_coder text, p_all boolean)
RETURNS TABLE (verbatim uuid, question text, body text, book text, version bigint, state text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT t.verbatim, v.question, v.body, t.book, t.version, t.state
	FROM barometre.coding_task t JOIN barometre.verbatim v ON v.edition = t.edition AND v.id = t.verbatim
	WHERE t.edition = p_edition AND t.coder = p_coder AND t.coder <> '*' AND (p_all OR t.state <> 'done')
	ORDER BY t.position, t.verbatim
$$;

-- Each text that somebody has to code: 'open' while a coder is missing, 'agreed' where all gave the same themes, 'disagree', 'decided'.
CREATE OR REPLACE FUNCTION barometre.coding_final(p_edition text)
RETURNS TABLE (verbatim uuid, audience text, question text, book text, version bigint, coders bigint, state text, themes text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH readings AS (
		SELECT t.verbatim, t.coder, t.book, t.version, t.state, k.themes
		FROM barometre.coding_task t LEFT JOIN (
			SELECT c.verbatim, c.coder, array_agg(c.theme ORDER BY c.theme COLLATE "C") AS themes
			FROM barometre.coding c WHERE c.edition = p_edition GROUP BY c.verbatim, c.coder) k
			ON k.verbatim = t.verbatim AND k.coder = t.coder
		WHERE t.edition = p_edition),
	texts AS (
		SELECT r.verbatim, min(r.book) AS book, min(r.version) AS version,
			count(*) FILTER (WHERE r.coder <> '*') AS coders,
			bool_and(r.state = 'done') FILTER (WHERE r.coder <> '*') AS finished,
			count(DISTINCT r.themes) FILTER (WHERE r.coder <> '*') AS sets,
			min(r.themes) FILTER (WHERE r.coder <> '*') AS themes,
			min(r.themes) FILTER (WHERE r.coder = '*' AND r.state = 'done') AS decision
		FROM readings r GROUP BY r.verbatim)
	SELECT x.verbatim, v.audience, v.question, x.book, x.version, x.coders,
		CASE WHEN NOT x.finished THEN 'open' WHEN x.sets = 1 THEN 'agreed' WHEN x.decision IS NOT NULL THEN 'decided' ELSE 'disagree' END,
		CASE WHEN NOT x.finished THEN NULL WHEN x.sets = 1 THEN x.themes ELSE x.decision END
	FROM texts x JOIN barometre.verbatim v ON v.edition = p_edition AND v.id = x.verbatim
$$;

-- Where two coders disagree, somebody decides; again, if he changes his mind. How many texts.
CREATE OR REPLACE FUNCTION barometre.coding_decide(p_edition text, p_by text, p_verbatims uuid[], p_themes text[]) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_n bigint;
BEGIN
	IF EXISTS (SELECT unnest(p_verbatims) EXCEPT
			SELECT f.verbatim FROM barometre.coding_final(p_edition) f WHERE f.state IN ('disagree', 'decided')) THEN
		RAISE EXCEPTION USING ERRCODE = 'BR003', MESSAGE = 'nothing to decide';
	END IF;
	INSERT INTO barometre.coding_task (edition, verbatim, coder, position, book, version, state)
	SELECT p_edition, f.verbatim, '*', 0, f.book, f.version, 'todo'
	FROM barometre.coding_final(p_edition) f WHERE f.verbatim = ANY (p_verbatims)
	ON CONFLICT DO NOTHING;
	v_n := barometre.coding_save(p_edition, '*', p_by, p_verbatims, p_themes);
	INSERT INTO barometre.journal (login, action, detail) VALUES (p_by, 'coding.decide', p_edition || ' ' || v_n);
	RETURN v_n;
END
$$;

-- An edition goes on with a newer version of a book. Themes that were renamed or merged are carried over; a text with one that was split is to be
-- read again, and a decision on it is void.
CREATE OR REPLACE FUNCTION barometre.coding_carry(p_edition text, p_book text, p_version bigint, p_by text)
RETURNS TABLE (carried bigint, again bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_from bigint := barometre.codebook_of(p_edition, p_book);
	v_texts uuid[];
	v_coders text[];
	v_themes text[];
BEGIN
	PERFORM FROM barometre.edition e WHERE e.code = p_edition FOR NO KEY UPDATE;
	IF p_version <= v_from OR NOT EXISTS (
		SELECT FROM barometre.codebook c WHERE c.book = p_book AND c.version = p_version) THEN
		RAISE EXCEPTION USING ERRCODE = 'BR003', MESSAGE = 'not a newer version';
	END IF;
	FOR n IN v_from + 1 .. p_version LOOP
		-- Split.
		WITH torn AS (
			SELECT DISTINCT k.verbatim, k.coder FROM barometre.coding k
			JOIN barometre.coding_task t ON t.edition = p_edition AND t.verbatim = k.verbatim AND t.coder = k.coder AND t.book = p_book
			WHERE k.edition = p_edition AND (SELECT count(*) FROM barometre.codebook_map m
				WHERE m.book = p_book AND m.version = n AND m.was = k.theme) > 1)
		UPDATE barometre.coding_task t SET state = 'again'
		FROM torn WHERE t.edition = p_edition AND t.verbatim = torn.verbatim AND t.coder = torn.coder;
		DELETE FROM barometre.coding k USING barometre.coding_task t
		WHERE k.edition = p_edition AND t.edition = p_edition AND t.verbatim = k.verbatim AND t.coder = k.coder
			AND t.book = p_book AND t.state = 'again';
		DELETE FROM barometre.coding k USING barometre.coding_task t
		WHERE k.edition = p_edition AND k.coder = '*' AND t.edition = p_edition AND t.verbatim = k.verbatim
			AND t.book = p_book AND t.state = 'again';
		DELETE FROM barometre.coding_task d USING barometre.coding_task t
		WHERE d.edition = p_edition AND d.coder = '*' AND t.edition = p_edition AND t.verbatim = d.verbatim
			AND t.book = p_book AND t.state = 'again';
		-- One theme, or several, into one. Old and new codes may be called the same: all go before any comes.
		SELECT array_agg(x.verbatim), array_agg(x.coder), array_agg(x.theme) INTO v_texts, v_coders, v_themes
		FROM (SELECT DISTINCT k.verbatim, k.coder, coalesce(m.becomes, k.theme) AS theme
			FROM barometre.coding k
			JOIN barometre.coding_task t ON t.edition = p_edition AND t.verbatim = k.verbatim AND t.coder = k.coder AND t.book = p_book
			LEFT JOIN barometre.codebook_map m ON m.book = p_book AND m.version = n AND m.was = k.theme
			WHERE k.edition = p_edition) x;
		DELETE FROM barometre.coding k USING barometre.coding_task t
		WHERE k.edition = p_edition AND t.edition = p_edition AND t.verbatim = k.verbatim AND t.coder = k.coder AND t.book = p_book;
		INSERT INTO barometre.coding (edition, verbatim, coder, theme, version)
		SELECT p_edition, x.verbatim, x.coder, x.theme, n FROM unnest(v_texts, v_coders, v_themes) AS x (verbatim, coder, theme);
	END LOOP;
	UPDATE barometre.coding_task t SET version = p_version WHERE t.edition = p_edition AND t.book = p_book;
	UPDATE barometre.edition_codebook e SET version = p_version WHERE e.edition = p_edition AND e.book = p_book;
	INSERT INTO barometre.journal (login, action, detail)
	VALUES (p_by, 'coding.carry', p_edition || ' ' || p_book || ' ' || v_from || ' ' || p_version);
	RETURN QUERY SELECT count(*) FILTER (WHERE t.state = 'done'), count(*) FILTER (WHERE t.state = 'again')
	FROM barometre.coding_task t WHERE t.edition = p_edition AND t.book = p_book AND t.coder <> '*';
END
$$;

-- ---- moderation ----

-- Every text and its state, in the order of their random ids.
CREATE OR REPLACE FUNCTION barometre.moderation_texts(p_edition text)
RETURNS TABLE (verbatim uuid, audience text, question text, body text, state text, redacted text, reason text, decided_on text, decided_by text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT v.id, v.audience, v.question, v.body, coalesce(m.state, 'waiting'), coalesce(m.body, ''), coalesce(m.reason, ''),
		coalesce(m.decided_on::text, ''), coalesce(m.decided_by, '')
	FROM barometre.verbatim v LEFT JOIN barometre.moderation m ON m.edition = v.edition AND m.verbatim = v.id
	WHERE v.edition = p_edition ORDER BY v.audience, v.question, v.id
$$;

CREATE OR REPLACE FUNCTION barometre.moderation_set(p_edition text, p_by text, p_verbatims uuid[], p_states text[], p_bodies text[],
	p_reasons text[]) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_n bigint;
BEGIN
	PERFORM FROM barometre.edition e WHERE e.code = p_edition AND e.state IN ('counted', 'released');
	IF NOT FOUND OR EXISTS (SELECT unnest(p_verbatims)
			EXCEPT SELECT v.id FROM barometre.verbatim v WHERE v.edition = p_edition) THEN
		RAISE EXCEPTION USING ERRCODE = 'BR003', MESSAGE = 'no such text';
	END IF;
	INSERT INTO barometre.moderation (edition, verbatim, state, body, decided_on, decided_by, reason)
	SELECT p_edition, x.verbatim, x.state, nullif(x.body, ''), (now() AT TIME ZONE 'UTC')::date, p_by, x.reason
	FROM unnest(p_verbatims, p_states, p_bodies, p_reasons) AS x (verbatim, state, body, reason)
	ON CONFLICT (edition, verbatim) DO UPDATE SET state = excluded.state, body = excluded.body, decided_on = excluded.decided_on,
		decided_by = excluded.decided_by, reason = excluded.reason;
	GET DIAGNOSTICS v_n = ROW_COUNT;
	INSERT INTO barometre.journal (login, action, detail) VALUES (p_by, 'verbatim.moderate', p_edition || ' ' || v_n);
	RETURN v_n;
END
$$;

-- The texts that may leave: moderated ones, of questions that have 11 of them, or the threshold of the edition when that is more. In an
-- order that is the same every time and says nothing: that of a hash of random ids, which do not leave.
CREATE OR REPLACE FUNCTION barometre.moderation_out(p_edition text)
RETURNS TABLE (audience text, question text, body text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_min bigint;
BEGIN
	SELECT greatest(11, e.min_base) INTO v_min FROM barometre.edition e
	WHERE e.code = p_edition AND e.state IN ('counted', 'released');
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'BR003', MESSAGE = 'not counted';
	END IF;
	RETURN QUERY
	WITH good AS (
		SELECT v.audience, v.question, CASE m.state WHEN 'redacted' THEN m.body ELSE v.body END AS body, v.id,
			count(*) OVER (PARTITION BY v.audience, v.question) AS n
		FROM barometre.verbatim v JOIN barometre.moderation m ON m.edition = v.edition AND m.verbatim = v.id
		WHERE v.edition = p_edition AND m.state IN ('publishable', 'redacted'))
	SELECT g.audience, g.question, g.body FROM good g WHERE g.n >= v_min
	ORDER BY g.audience, g.question, sha256(convert_to('verbatim ' || p_edition || ' ' || g.id, 'UTF8'));
END
$$;

DROP FUNCTION IF EXISTS barometre.coding_todo(text, text, boolean);
