-- SPDX-License-Identifier: Apache-2.0
-- letter/load: letters in the words of editions that are not closed; the ones of one mailing too.
-- role: barometre_mailer
-- parameters: none
-- rows: n: edition, kind text, audience text or NULL, mailing uuid or NULL, source text
SELECT l.edition, l.kind, l.audience, NULL::uuid AS mailing, l.source
FROM barometre.letter l JOIN barometre.edition e ON e.code = l.edition AND e.state IN ('draft', 'open')
UNION ALL
SELECT m.edition, m.kind, NULL, m.id, m.letter
FROM barometre.mailing m JOIN barometre.edition e ON e.code = m.edition AND e.state IN ('draft', 'open')
WHERE m.letter IS NOT NULL AND m.state <> 'cancelled'
