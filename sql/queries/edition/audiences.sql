-- SPDX-License-Identifier: Apache-2.0
-- edition/audiences: the audiences of an edition in their order, with the source of their forms.
-- role: any
-- parameters: $1 text edition
-- rows: n: audience text, open_link boolean, channels text (JSON array), source text, hash text
SELECT a.audience, a.open_link, to_json(a.channels)::text AS channels, f.source, f.hash
FROM barometre.edition_audience a JOIN barometre.form f ON f.hash = a.form
WHERE a.edition = $1::text ORDER BY a.ordinal
