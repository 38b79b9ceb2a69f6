-- SPDX-License-Identifier: Apache-2.0
-- coding/state: of each question with texts, where the coding of them stands.
-- role: owner
-- parameters: $1 text edition
-- rows: n   audience, question text, texts, given, double, open, disagree, decided, final bigint
SELECT v.audience, v.question, count(*) AS texts, count(f.verbatim) AS given, count(*) FILTER (WHERE f.coders > 1) AS double,
	count(*) FILTER (WHERE f.state = 'open') AS open, count(*) FILTER (WHERE f.state = 'disagree') AS disagree,
	count(*) FILTER (WHERE f.state = 'decided') AS decided, count(*) FILTER (WHERE f.state IN ('agreed', 'decided')) AS final
FROM barometre.verbatim v LEFT JOIN barometre.coding_final($1::text) f ON f.verbatim = v.id
WHERE v.edition = $1::text GROUP BY v.audience, v.question ORDER BY v.audience, v.question
