-- SPDX-License-Identifier: Apache-2.0
-- coding/pairs: what two coders gave to the same text, both having done it.
-- role: owner
-- parameters: $1 text edition
-- rows: n   audience, question, book text, version bigint, one, other text coders, first, second text themes
WITH sets AS (
	SELECT t.verbatim, t.coder, t.book, t.version, string_agg(k.theme, ' ') AS themes
	FROM barometre.coding_task t JOIN barometre.coding k ON k.edition = t.edition AND k.verbatim = t.verbatim AND k.coder = t.coder
	WHERE t.edition = $1::text AND t.state = 'done' AND t.coder <> '*'
	GROUP BY t.verbatim, t.coder, t.book, t.version)
SELECT v.audience, v.question, a.book, a.version, a.coder AS one, b.coder AS other, a.themes AS first, b.themes AS second
FROM sets a JOIN sets b ON b.verbatim = a.verbatim AND a.coder < b.coder
JOIN barometre.verbatim v ON v.edition = $1::text AND v.id = a.verbatim
ORDER BY v.audience, v.question, a.coder, b.coder, v.id
