-- SPDX-License-Identifier: Apache-2.0
-- count/dispositions: what became of the people of each list, as totals.
-- role: barometre_keeper
-- parameters: $1 text edition
-- rows: n: audience text, contacts, complete, refusal, undelivered, not_sent, silent, done_open bigint
SELECT t.audience, t.contacts, t.complete, t.refusal, t.undelivered, t.not_sent, t.silent, t.done_open
FROM barometre.participation_total t JOIN barometre.edition_audience a ON a.edition = t.edition AND a.audience = t.audience
WHERE t.edition = $1::text ORDER BY a.ordinal
