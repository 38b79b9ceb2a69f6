-- SPDX-License-Identifier: Apache-2.0
-- release/file_add: a file of a release; one that is there stays.
-- role: barometre_keeper
-- parameters: $1 text edition, $2 bigint version, $3 text format, $4 text name, $5 text media type, $6 bytea bytes, $7 text hash
-- rows: none
INSERT INTO barometre.release_file (edition, version, format, name, media_type, bytes, hash)
VALUES ($1::text, $2::bigint, $3::text, $4::text, $5::text, $6::bytea, $7::text) ON CONFLICT DO NOTHING
