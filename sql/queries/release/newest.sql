-- SPDX-License-Identifier: Apache-2.0
-- release/newest: the head of the newest release.
-- role: barometre_keeper, barometre_staff
-- parameters: $1 text edition
-- rows: 0..1: version bigint, min_base bigint, min_cell bigint, reason text, created_on text (ISO date), rows bigint, hash text
SELECT version, min_base, min_cell, reason, created_on::text AS created_on, row_count AS rows, hash
FROM barometre.release WHERE edition = $1::text ORDER BY version DESC LIMIT 1
