-- SPDX-License-Identifier: Apache-2.0
-- rehearse/plan: the mailings of the copy, and whether each has work at this moment inside its window (work), or at any hour (late).
-- role: owner
-- parameters: $1 text edition, $2 timestamptz now
-- rows: n: id uuid, kind, title, audience, state text, paused, work, late boolean, due, not_after, not_before bigint (microseconds; not_before 0: none)
SELECT m.id, m.kind, m.title, coalesce(m.audience, '') AS audience, m.state, m.paused,
	u.id IS NOT NULL AND (m.state = 'planned'
		OR NOT EXISTS (SELECT FROM barometre.delivery d WHERE d.mailing = m.id AND d.state = 'planned')
		OR EXISTS (SELECT FROM barometre.delivery d WHERE d.mailing = m.id AND d.state = 'planned'
			AND (d.not_before IS NULL OR d.not_before <= $2::timestamptz))
		OR EXISTS (SELECT FROM barometre.delivery d WHERE d.mailing = m.id AND d.state = 'claimed')) AS work,
	u.id IS NOT NULL AND m.not_after <= $2::timestamptz AS late,
	(extract(epoch FROM m.due) * 1000000)::bigint AS due, (extract(epoch FROM m.not_after) * 1000000)::bigint AS not_after,
	coalesce((SELECT (extract(epoch FROM min(d.not_before)) * 1000000)::bigint FROM barometre.delivery d
		WHERE d.mailing = m.id AND d.state = 'planned' AND d.not_before > $2::timestamptz), 0) AS not_before
FROM barometre.mailing m LEFT JOIN barometre.mailing_due($2::timestamptz) u ON u.id = m.id
WHERE m.edition = $1::text ORDER BY m.due, m.id
