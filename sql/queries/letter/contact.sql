-- SPDX-License-Identifier: Apache-2.0
-- letter/contact: the public of a contact, by the beginning of its random id.
-- role: barometre_staff
-- parameters: $1 text edition, $2 text the beginning: six characters at least
-- rows: 0..2: audience text
SELECT audience FROM barometre.letter_contact($1::text, $2::text)
