-- SPDX-License-Identifier: Apache-2.0
-- The contact list for the staff site: how many, never who. Answers are told by audience alone (staff_participation):
-- by department or type a list may have one person, and a number would say whether that one has answered. So nothing here
-- looks at invitations.

-- The groups of the contact list.
CREATE OR REPLACE FUNCTION barometre.staff_segments(p_edition text)
RETURNS TABLE (audience text, department text, type text, n bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT c.audience, c.department, c.type, count(*)
	FROM barometre.contact c WHERE c.edition = p_edition GROUP BY 1, 2, 3
$$;

-- The same with what became of their mail. written: a mail has left or may have left; waiting: none, and nothing is in its way.
CREATE OR REPLACE FUNCTION barometre.staff_contacts(p_edition text)
RETURNS TABLE (audience text, department text, type text, contacts bigint, written bigint, waiting bigint, objected bigint,
	bounced bigint, soft bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH mailed AS (
		SELECT DISTINCT d.contact FROM barometre.delivery d
		WHERE d.edition = p_edition AND d.state IN ('sent', 'unknown', 'claimed'))
	SELECT c.audience, c.department, c.type, count(*), count(l.contact),
		count(*) FILTER (WHERE l.contact IS NULL AND NOT c.objected AND c.bounced IS NULL),
		count(*) FILTER (WHERE c.objected), count(*) FILTER (WHERE c.bounced IS NOT NULL),
		count(*) FILTER (WHERE c.soft_bounces > 0 AND c.bounced IS NULL)
	FROM barometre.contact c LEFT JOIN mailed l ON l.contact = c.id
	WHERE c.edition = p_edition GROUP BY 1, 2, 3
$$;

-- Why people are not written to any more. reason: the words of contact.bounced. Dropped first: an earlier one had the audience too, and
-- CREATE OR REPLACE changes no columns.
DROP FUNCTION IF EXISTS barometre.staff_bounce_reasons(text);
CREATE OR REPLACE FUNCTION barometre.staff_bounce_reasons(p_edition text)
RETURNS TABLE (reason text, n bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT c.bounced, count(*)
	FROM barometre.contact c WHERE c.edition = p_edition AND c.bounced IS NOT NULL GROUP BY 1
$$;

-- Those people, a page at a time, in the order of their random ids, after p_after (NULL: from the first). p_start: only ids that begin so
-- (hexadecimal digits; NULL: all).
CREATE OR REPLACE FUNCTION barometre.staff_bounced(p_edition text, p_start text, p_after uuid, p_limit integer)
RETURNS TABLE (contact uuid, audience text, reason text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT c.id, c.audience, c.bounced
	FROM barometre.contact c
	WHERE c.edition = p_edition AND c.bounced IS NOT NULL AND (p_after IS NULL OR c.id > p_after)
		AND (p_start IS NULL OR starts_with(c.id::text, p_start))
	ORDER BY c.id LIMIT p_limit
$$;

-- Whom a targeted mailing would go to, before it is made: it is made, judged by the judge of all mailings, and undone; the journal too.
-- outcome as of mailing_add; with 'done' a row for each audience and verdict that somebody has.
CREATE OR REPLACE FUNCTION barometre.staff_mailing_preview(p_edition text, p_audience text, p_departments text[], p_types text[],
	p_received text, p_due timestamptz, p_not_after timestamptz)
RETURNS TABLE (outcome text, audience text, verdict text, n bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v_id uuid := gen_random_uuid();
	v_outcome text;
	v_rows jsonb := '[]';
BEGIN
	BEGIN
		v_outcome := barometre.mailing_add(v_id, p_edition, 'targeted', '', p_audience, p_departments, p_types, p_received,
			p_due, p_not_after, NULL, NULL, NULL, NULL, '');
		IF v_outcome = 'done' THEN
			SELECT coalesce(jsonb_agg(jsonb_build_object('a', g.audience, 'v', g.verdict, 'n', g.n)), '[]') INTO v_rows
			FROM barometre.mailing_dry_run(v_id) g;
		END IF;
		RAISE EXCEPTION USING ERRCODE = 'BR000', MESSAGE = 'undone';
	EXCEPTION WHEN SQLSTATE 'BR000' THEN
		NULL;
	END;
	RETURN QUERY
	SELECT v_outcome, x.value ->> 'a', x.value ->> 'v', (x.value ->> 'n')::bigint
	FROM (SELECT 1) one LEFT JOIN LATERAL jsonb_array_elements(v_rows) x ON true;
END
$$;

DROP FUNCTION IF EXISTS barometre.staff_dry_run_rows(uuid, text, uuid, integer);
