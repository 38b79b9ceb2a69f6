-- SPDX-License-Identifier: Apache-2.0
-- staff/audiences: the audiences of an edition in their order, with the names people read.
-- role: barometre_staff
-- parameters: $1 text edition
-- rows: n: audience text, label text
SELECT a.audience, coalesce(f.source::jsonb #>> '{barometre,audienceLabel,default}', f.source::jsonb #>> '{barometre,audienceLabel}',
	a.audience) AS label -- a text, or one for each language
FROM barometre.edition_audience a JOIN barometre.form f ON f.hash = a.form
WHERE a.edition = $1::text ORDER BY a.ordinal
