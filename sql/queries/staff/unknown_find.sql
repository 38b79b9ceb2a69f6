-- SPDX-License-Identifier: Apache-2.0
-- staff/unknown_find: rows of a mailing that wait for a decision, by the first characters of their contact's id.
-- role: barometre_staff
-- parameters: $1 uuid mailing, $2 text the first characters
-- rows: 0..2: contact uuid
SELECT d.contact FROM barometre.delivery d
WHERE d.mailing = $1::uuid AND d.state = 'unknown' AND starts_with(d.contact::text, $2::text) LIMIT 2
