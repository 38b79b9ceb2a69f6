-- SPDX-License-Identifier: Apache-2.0
-- codebook/map: what became of the themes of the version before.
-- role: owner
-- parameters: $1 text book, $2 bigint version
-- rows: n   was, becomes text
SELECT m.was, m.becomes FROM barometre.codebook_map m JOIN barometre.codebook_theme t
	ON t.book = m.book AND t.version = m.version - 1 AND t.code = m.was
WHERE m.book = $1::text AND m.version = $2::bigint ORDER BY t.ordinal, m.becomes
