-- SPDX-License-Identifier: Apache-2.0
-- staff/segments: the groups of the contact list, to choose from.
-- role: barometre_staff
-- parameters: $1 text edition
-- rows: n: audience, department, type text, n bigint
SELECT audience, department, type, n FROM barometre.staff_segments($1::text) ORDER BY department, type, audience
