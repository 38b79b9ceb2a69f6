-- SPDX-License-Identifier: Apache-2.0
-- coding/totals: per open question, how many texts are coded and how often each theme was given.
-- role: owner   $1 text edition
-- rows: n   audience text, question text, theme text, count bigint, base bigint
SELECT v.audience, v.question, k.theme, count(*) AS count,
	(SELECT count(DISTINCT k2.verbatim) FROM barometre.coding k2
	 JOIN barometre.verbatim v2 ON v2.edition = k2.edition AND v2.id = k2.verbatim
	 WHERE k2.edition = $1 AND v2.audience = v.audience AND v2.question = v.question) AS base
FROM barometre.coding k
JOIN barometre.verbatim v ON v.edition = k.edition AND v.id = k.verbatim
WHERE k.edition = $1
GROUP BY v.audience, v.question, k.theme
ORDER BY v.audience, v.question, k.theme
