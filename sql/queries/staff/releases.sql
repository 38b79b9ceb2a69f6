-- SPDX-License-Identifier: Apache-2.0
-- staff/releases: the releases of an edition, the newest first.
-- role: barometre_staff
-- parameters: $1 text edition
-- rows: n: version bigint, min_base bigint, min_cell bigint, reason text, created_on text (ISO date), rows bigint, hash text
SELECT version, min_base, min_cell, reason, created_on::text AS created_on, row_count AS rows, hash
FROM barometre.release WHERE edition = $1::text ORDER BY version DESC
