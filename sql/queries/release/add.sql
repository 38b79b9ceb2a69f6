-- SPDX-License-Identifier: Apache-2.0
-- release/add: the head of a release: a draft.
-- role: barometre_keeper
-- parameters: $1 text edition, $2 bigint version, $3 text kind, $4 text parameters (JSON), $5 bigint min_base, $6 bigint min_cell, $7 text reason, $8 bigint rows, $9 text hash
-- rows: none
INSERT INTO barometre.release (edition, version, kind, parameters, min_base, min_cell, reason, created_on, row_count, hash)
VALUES ($1::text, $2::bigint, $3::text, $4::text::jsonb, $5::bigint, $6::bigint, $7::text, (now() AT TIME ZONE 'UTC')::date,
	$8::bigint, $9::text)
