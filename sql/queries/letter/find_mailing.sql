-- SPDX-License-Identifier: Apache-2.0
-- letter/find_mailing: the letter of one targeted mailing.
-- role: barometre_staff
-- parameters: $1 uuid mailing
-- rows: 0..1: title text (of the mailing), audience text or NULL, source text or NULL, seen text (for mailing_save)
SELECT m.title, m.audience, m.letter AS source, coalesce(md5(m.letter), '') AS seen
FROM barometre.mailing m WHERE m.id = $1::uuid AND m.kind = 'targeted'
