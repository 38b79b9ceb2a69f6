-- SPDX-License-Identifier: Apache-2.0
-- rehearse/take: an edition with its questionnaires, its plan and its letters, as one text.
-- role: owner
-- parameters: $1 text edition
-- rows: 1: whole text (JSON), state text or NULL (no such edition)
SELECT jsonb_build_object(
	'edition', (SELECT jsonb_agg(to_jsonb(e)) FROM barometre.edition e WHERE e.code = $1::text),
	'form', (SELECT jsonb_agg(to_jsonb(f)) FROM barometre.form f
		WHERE f.hash IN (SELECT a.form FROM barometre.edition_audience a WHERE a.edition = $1::text)),
	'edition_audience', (SELECT jsonb_agg(to_jsonb(a)) FROM barometre.edition_audience a WHERE a.edition = $1::text),
	'mailing', (SELECT coalesce(jsonb_agg(to_jsonb(m)), '[]') FROM barometre.mailing m WHERE m.edition = $1::text),
	'letter', (SELECT coalesce(jsonb_agg(to_jsonb(l) || '{"saved_by":""}'), '[]') FROM barometre.letter l WHERE l.edition = $1::text))::text AS whole,
	(SELECT e.state FROM barometre.edition e WHERE e.code = $1::text) AS state
