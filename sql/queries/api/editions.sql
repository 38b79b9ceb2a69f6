-- SPDX-License-Identifier: Apache-2.0
-- api/editions: editions that have begun, the newest first.
-- role: barometre_staff
-- parameters: $1 text code or NULL (all)
-- rows: n: code, title, state, opens, closes text (ISO dates of its zone), newest bigint (version that is out, or NULL)
SELECT e.code, e.title, e.state, (e.opens AT TIME ZONE e.zone)::date::text AS opens, (e.closes AT TIME ZONE e.zone)::date::text AS closes,
	(SELECT max(r.version) FROM barometre.release r WHERE r.edition = e.code AND r.state = 'published') AS newest
FROM barometre.edition e WHERE e.state <> 'draft' AND ($1::text IS NULL OR e.code = $1::text) ORDER BY e.opens DESC, e.code
