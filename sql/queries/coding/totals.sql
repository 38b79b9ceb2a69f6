-- SPDX-License-Identifier: Apache-2.0
-- coding/totals: per coded question, how many texts have their themes, and how often each was given; theme NULL: of none.
-- role: owner
-- parameters: $1 text edition
-- rows: n   audience, question, book text, version bigint, base, texts bigint (all of the question), theme text or NULL, count bigint
WITH final AS MATERIALIZED (
	SELECT f.* FROM barometre.coding_final($1::text) f WHERE f.state IN ('agreed', 'decided')),
bases AS (
	SELECT f.audience, f.question, min(f.book) AS book, min(f.version) AS version, count(*) AS base
	FROM final f GROUP BY f.audience, f.question),
counts AS (
	SELECT f.audience, f.question, t.theme, count(*) AS count
	FROM final f CROSS JOIN LATERAL unnest(f.themes) AS t (theme) GROUP BY f.audience, f.question, t.theme)
SELECT b.audience, b.question, b.book, b.version, b.base, (SELECT count(*) FROM barometre.verbatim v
		WHERE v.edition = $1::text AND v.audience = b.audience AND v.question = b.question) AS texts, c.theme, c.count
FROM bases b LEFT JOIN counts c ON c.audience = b.audience AND c.question = b.question
ORDER BY b.audience, b.question, c.theme
