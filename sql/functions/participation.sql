-- SPDX-License-Identifier: Apache-2.0
-- Participation as totals, live or as kept by the count: staff may know how many, never who.

CREATE OR REPLACE FUNCTION barometre.participation_live(p_edition text)
RETURNS TABLE (edition text, audience text, contacts bigint, added_after_open bigint, sent bigint, refused bigint,
	objected bigint, done_invited bigint, done_open bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH mailed AS (
		SELECT d.contact, bool_or(d.state = 'sent') AS sent, bool_or(d.state = 'refused') AS refused
		FROM barometre.delivery d WHERE d.edition = p_edition AND d.state IN ('sent', 'refused')
		GROUP BY d.contact),
	people AS (
		SELECT c.audience, count(*) AS contacts, count(*) FILTER (WHERE c.added_after_open) AS added_after_open,
			count(*) FILTER (WHERE l.sent) AS sent, count(*) FILTER (WHERE l.refused AND NOT l.sent) AS refused,
			count(*) FILTER (WHERE c.objected) AS objected, count(*) FILTER (WHERE v.done) AS done_invited
		FROM barometre.contact c
		LEFT JOIN barometre.invitation v ON v.edition = c.edition AND v.contact = c.id
		LEFT JOIN mailed l ON l.contact = c.id
		WHERE c.edition = p_edition GROUP BY c.audience),
	passers AS (
		SELECT d.audience, sum(d.n)::bigint AS n FROM barometre.participation_day d
		WHERE d.edition = p_edition AND d.channel <> '' GROUP BY d.audience)
	SELECT a.edition, a.audience, coalesce(p.contacts, 0), coalesce(p.added_after_open, 0), coalesce(p.sent, 0),
		coalesce(p.refused, 0), coalesce(p.objected, 0), coalesce(p.done_invited, 0), coalesce(o.n, 0)
	FROM barometre.edition_audience a
	LEFT JOIN people p ON p.audience = a.audience
	LEFT JOIN passers o ON o.audience = a.audience
	WHERE a.edition = p_edition ORDER BY a.ordinal
$$;

CREATE OR REPLACE FUNCTION barometre.staff_participation(p_edition text)
RETURNS TABLE (edition text, audience text, contacts bigint, added_after_open bigint, sent bigint, refused bigint,
	objected bigint, done_invited bigint, done_open bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT t.edition, t.audience, t.contacts, t.added_after_open, t.sent, t.refused, t.objected, t.done_invited,
		t.done_open
	FROM barometre.participation_total t
	JOIN barometre.edition_audience a ON a.edition = t.edition AND a.audience = t.audience
	WHERE t.edition = p_edition ORDER BY a.ordinal;
	IF NOT FOUND THEN
		RETURN QUERY SELECT * FROM barometre.participation_live(p_edition);
	END IF;
END
$$;

-- Every contact of an edition in exactly one class; the classes in AAPOR's words are told in include/barometre/app/count.h.
CREATE OR REPLACE FUNCTION barometre.dispositions_live(p_edition text)
RETURNS TABLE (audience text, complete bigint, refusal bigint, undelivered bigint, not_sent bigint, silent bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH mailed AS (
		SELECT d.contact, bool_or(d.state IN ('sent', 'unknown', 'claimed')) AS left_here,
			bool_or(d.state = 'refused') AS refused
		FROM barometre.delivery d WHERE d.edition = p_edition GROUP BY d.contact),
	people AS (
		SELECT c.audience, CASE WHEN v.done THEN 'complete'
				WHEN c.objected THEN 'refusal'
				WHEN c.bounced IS NOT NULL OR (l.refused AND NOT l.left_here) THEN 'undelivered'
				WHEN l.left_here IS NOT TRUE THEN 'not_sent'
				ELSE 'silent' END AS class
		FROM barometre.contact c
		LEFT JOIN barometre.invitation v ON v.edition = c.edition AND v.contact = c.id
		LEFT JOIN mailed l ON l.contact = c.id
		WHERE c.edition = p_edition)
	SELECT a.audience, count(*) FILTER (WHERE p.class = 'complete'), count(*) FILTER (WHERE p.class = 'refusal'),
		count(*) FILTER (WHERE p.class = 'undelivered'), count(*) FILTER (WHERE p.class = 'not_sent'),
		count(*) FILTER (WHERE p.class = 'silent')
	FROM barometre.edition_audience a LEFT JOIN people p ON p.audience = a.audience
	WHERE a.edition = p_edition GROUP BY a.audience
$$;
