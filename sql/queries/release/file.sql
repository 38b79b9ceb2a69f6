-- SPDX-License-Identifier: Apache-2.0
-- release/file: one file of a release that is out.
-- role: barometre_keeper, barometre_staff
-- parameters: $1 text edition, $2 bigint version (0: the newest that is out), $3 text format
-- rows: 0..1: version bigint, name, media_type text, bytes bytea, hash text
SELECT f.version, f.name, f.media_type, f.bytes, f.hash
FROM barometre.release_file f JOIN barometre.release r USING (edition, version)
WHERE f.edition = $1::text AND r.state = 'published' AND f.format = $3::text AND ($2::bigint = 0 OR f.version = $2::bigint)
ORDER BY f.version DESC LIMIT 1
