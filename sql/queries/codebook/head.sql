-- SPDX-License-Identifier: Apache-2.0
-- codebook/head: one version; 0 is the newest.
-- role: owner
-- parameters: $1 text book, $2 bigint version
-- rows: 0 or 1   version bigint, created_on, note text
SELECT version, created_on::text AS created_on, note FROM barometre.codebook
WHERE book = $1::text AND (version = $2::bigint OR $2::bigint = 0) ORDER BY version DESC LIMIT 1
