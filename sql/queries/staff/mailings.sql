-- SPDX-License-Identifier: Apache-2.0
-- staff/mailings: the plan and what became of it. total = planned + claimed + sent + refused + skipped + unknown.
-- role: barometre_staff
-- parameters: $1 text edition
-- rows: n: id uuid, kind, title, state text, audience text or NULL, departments, types text (lines, parted by a line feed), received text, after_kind text or NULL, after_days, stop_at_percent bigint or NULL, paused, alarm, own_letter boolean, due, not_after bigint (microseconds), total, planned, deferred (planned, after a try), claimed, sent, refused, skipped, unknown bigint
SELECT m.id, m.kind, m.title, m.state, m.audience, array_to_string(m.departments, E'\n') AS departments,
	array_to_string(m.types, E'\n') AS types, m.received, m.after_kind, m.after_days::bigint AS after_days,
	m.stop_at_percent::bigint AS stop_at_percent, m.paused, m.alarm, m.letter IS NOT NULL AS own_letter,
	(extract(epoch FROM m.due) * 1000000)::bigint AS due, (extract(epoch FROM m.not_after) * 1000000)::bigint AS not_after,
	coalesce(t.total, k.total, 0) AS total,
	coalesce(t.planned, (m.totals ->> 'planned')::bigint, 0) AS planned,
	coalesce(t.deferred, 0) AS deferred,
	coalesce(t.claimed, 0) AS claimed,
	coalesce(t.sent, (m.totals ->> 'sent')::bigint, 0) AS sent,
	coalesce(t.refused, (m.totals ->> 'refused')::bigint, 0) AS refused,
	coalesce(t.skipped, (m.totals ->> 'skipped')::bigint, 0) AS skipped,
	coalesce(t.unknown, (m.totals ->> 'unknown')::bigint, 0) AS unknown
FROM barometre.mailing m
LEFT JOIN (SELECT d.mailing, count(*) AS total, count(*) FILTER (WHERE d.state = 'planned') AS planned,
		count(*) FILTER (WHERE d.state = 'planned' AND d.attempt > 0) AS deferred,
		count(*) FILTER (WHERE d.state = 'claimed') AS claimed, count(*) FILTER (WHERE d.state = 'sent') AS sent,
		count(*) FILTER (WHERE d.state = 'refused') AS refused, count(*) FILTER (WHERE d.state = 'skipped') AS skipped,
		count(*) FILTER (WHERE d.state = 'unknown') AS unknown
	FROM barometre.delivery d WHERE d.edition = $1::text GROUP BY d.mailing) t ON t.mailing = m.id
LEFT JOIN LATERAL (SELECT sum(x.value::bigint)::bigint AS total FROM jsonb_each_text(m.totals) x) k ON true
WHERE m.edition = $1::text ORDER BY m.due, m.id
