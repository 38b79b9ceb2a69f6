-- SPDX-License-Identifier: Apache-2.0
-- api/file: the bytes of one file of a release that is out.
-- role: barometre_staff
-- parameters: $1 text edition, $2 bigint version, $3 text format
-- rows: 0..1: bytes bytea
SELECT f.bytes FROM barometre.release_file f JOIN barometre.release r USING (edition, version)
WHERE f.edition = $1::text AND f.version = $2::bigint AND f.format = $3::text AND r.state = 'published'
