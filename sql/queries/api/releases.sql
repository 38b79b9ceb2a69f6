-- SPDX-License-Identifier: Apache-2.0
-- api/releases: what is out, or was, of an edition, the newest first; of an edition without any one row with version NULL.
-- role: barometre_staff
-- parameters: $1 text code
-- rows: n: edition_state text, version bigint or NULL, state, kind, reason, published_on, withdrawn_on, withdrawn_why text or NULL, rows bigint
SELECT e.state AS edition_state, r.version, r.state, r.kind, r.reason, r.published_on::text AS published_on,
	r.withdrawn_on::text AS withdrawn_on, r.withdrawn_why, r.row_count AS rows
FROM barometre.edition e LEFT JOIN barometre.release r ON r.edition = e.code AND r.state IN ('published', 'withdrawn')
WHERE e.code = $1::text AND e.state <> 'draft' ORDER BY r.version DESC
