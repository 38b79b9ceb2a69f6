-- SPDX-License-Identifier: Apache-2.0
-- staff/mailing: one mailing, and the edition it belongs to.
-- role: barometre_staff
-- parameters: $1 uuid mailing
-- rows: 0..1: edition, title, zone, kind, state text, due, not_after bigint (microseconds)
SELECT m.edition, e.title, e.zone, m.kind, m.state, (extract(epoch FROM m.due) * 1000000)::bigint AS due,
	(extract(epoch FROM m.not_after) * 1000000)::bigint AS not_after
FROM barometre.mailing m JOIN barometre.edition e ON e.code = m.edition WHERE m.id = $1::uuid
