-- SPDX-License-Identifier: Apache-2.0
-- staff/contacts: the contact list in groups, with what became of their mail; nothing of who answered.
-- role: barometre_staff
-- parameters: $1 text edition
-- rows: n: audience, department, type text, contacts, written, waiting, objected, bounced, soft bigint
SELECT audience, department, type, contacts, written, waiting, objected, bounced, soft
FROM barometre.staff_contacts($1::text) ORDER BY department, type, audience
