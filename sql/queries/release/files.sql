-- SPDX-License-Identifier: Apache-2.0
-- release/files: the files of a release, without their bytes.
-- role: barometre_keeper, barometre_staff
-- parameters: $1 text edition, $2 bigint version
-- rows: n: format, name, media_type text, size bigint (bytes), hash text
SELECT format, name, media_type, octet_length(bytes)::bigint AS size, hash
FROM barometre.release_file WHERE edition = $1::text AND version = $2::bigint ORDER BY format
