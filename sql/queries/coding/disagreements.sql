-- SPDX-License-Identifier: Apache-2.0
-- coding/disagreements: texts on which two coders disagree, with what each of them and the decision gave.
-- role: owner
-- parameters: $1 text edition
-- rows: n   verbatim uuid, question, body, state, first, second, decision text
SELECT f.verbatim, v.question, v.body, f.state, r.sets[1] AS first, r.sets[2] AS second, coalesce(array_to_string(f.themes, ' '), '') AS decision
FROM barometre.coding_final($1::text) f
JOIN barometre.verbatim v ON v.edition = $1::text AND v.id = f.verbatim
CROSS JOIN LATERAL (
	SELECT array_agg(x.themes ORDER BY x.coder) AS sets FROM (
		SELECT k.coder, string_agg(k.theme, ' ' ORDER BY k.theme) AS themes FROM barometre.coding k
		WHERE k.edition = $1::text AND k.verbatim = f.verbatim AND k.coder <> '*' GROUP BY k.coder) x) r
WHERE f.state IN ('disagree', 'decided') ORDER BY v.audience, v.question, f.verbatim
