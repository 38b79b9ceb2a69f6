-- SPDX-License-Identifier: Apache-2.0
-- codebook/list: all versions, and how many editions code with each.
-- role: owner
-- parameters: none
-- rows: n   book text, version bigint, created_on, note text, themes, editions bigint
SELECT c.book, c.version, c.created_on::text AS created_on, c.note,
	(SELECT count(*) FROM barometre.codebook_theme t WHERE t.book = c.book AND t.version = c.version) AS themes,
	(SELECT count(*) FROM barometre.edition_codebook e WHERE e.book = c.book AND e.version = c.version) AS editions
FROM barometre.codebook c ORDER BY c.book, c.version
