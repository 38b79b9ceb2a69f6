-- SPDX-License-Identifier: Apache-2.0
-- release/add: the head of a release.
-- role: barometre_keeper
-- parameters: $1 text edition, $2 bigint version, $3 bigint min_base, $4 bigint min_cell, $5 text reason, $6 bigint rows, $7 text hash
-- rows: none
INSERT INTO barometre.release (edition, version, min_base, min_cell, reason, created_on, row_count, hash)
VALUES ($1::text, $2::bigint, $3::bigint, $4::bigint, $5::text, (now() AT TIME ZONE 'UTC')::date, $6::bigint, $7::text)
