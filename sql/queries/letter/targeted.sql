-- SPDX-License-Identifier: Apache-2.0
-- letter/targeted: the targeted mailings of an edition, and whether they have a letter of their own.
-- role: barometre_staff
-- parameters: $1 text edition
-- rows: n: id uuid, title, state text, own boolean
SELECT m.id, m.title, m.state, m.letter IS NOT NULL AS own
FROM barometre.mailing m WHERE m.edition = $1::text AND m.kind = 'targeted' ORDER BY m.due, m.id
