-- SPDX-License-Identifier: Apache-2.0
-- published/rows: what an earlier edition published, in the order of its file.
-- role: barometre_keeper, barometre_staff
-- parameters: $1 text edition
-- rows: audience, question, option, measure, value text, number text or NULL, base bigint or NULL, unit, wording, label, source, known_error text
SELECT audience, question, option, measure, value, number::text AS number, base, unit, wording, label, source, known_error
FROM barometre.published_figure WHERE edition = $1::text ORDER BY n
