-- SPDX-License-Identifier: Apache-2.0
-- staff/releases: the releases of an edition, the newest first, and what was asked of the keeper for each.
-- role: barometre_staff
-- parameters: $1 text edition
-- rows: n: version bigint, state text, min_base, min_cell bigint, reason, created_on text (ISO date), published_on, published_by, withdrawn_on, withdrawn_by, withdrawn_why, refused text or NULL, rows bigint, hash text, files bigint, synthesis boolean (it has one of all audiences), pending text (keeper task not finished, or NULL)
SELECT r.version, r.state, r.min_base, r.min_cell, r.reason, r.created_on::text AS created_on, r.published_on::text AS published_on,
	r.published_by, r.withdrawn_on::text AS withdrawn_on, r.withdrawn_by, r.withdrawn_why, r.refused, r.row_count AS rows, r.hash,
	(SELECT count(*) FROM barometre.release_file f WHERE f.edition = r.edition AND f.version = r.version) AS files,
	EXISTS (SELECT FROM barometre.release_row x
		WHERE x.edition = r.edition AND x.version = r.version AND x.audience = 'ensemble') AS synthesis,
	(SELECT min(t.kind) FROM barometre.keeper_task t
	 WHERE t.edition = r.edition AND t.version = r.version AND t.finished_at IS NULL) AS pending
FROM barometre.release r WHERE r.edition = $1::text ORDER BY r.version DESC
