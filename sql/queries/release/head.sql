-- SPDX-License-Identifier: Apache-2.0
-- release/head: the head of one release, or of the newest that is no draft.
-- role: barometre_keeper, barometre_staff
-- parameters: $1 text edition, $2 bigint version (0: the newest that is no draft)
-- rows: 0..1: edition text, version bigint, kind, state text, min_base, min_cell, coalition bigint, reason, created_on text (ISO date), published_on, published_by, withdrawn_on, withdrawn_by, withdrawn_why, refused text or NULL, rows bigint, hash text
SELECT edition, version, kind, state, min_base, min_cell, coalesce((parameters ->> 'coalition')::bigint, 0) AS coalition, reason,
	created_on::text AS created_on, published_on::text AS published_on, published_by, withdrawn_on::text AS withdrawn_on, withdrawn_by,
	withdrawn_why, refused, row_count AS rows, hash
FROM barometre.release WHERE edition = $1::text AND CASE $2::bigint WHEN 0 THEN state <> 'draft' ELSE version = $2::bigint END
ORDER BY version DESC LIMIT 1
