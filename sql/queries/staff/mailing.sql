-- SPDX-License-Identifier: Apache-2.0
-- staff/mailing: one mailing, and what became of it. total = planned + claimed + sent + refused + skipped + unknown.
-- role: barometre_staff
-- parameters: $1 uuid mailing
-- rows: 0..1: id uuid, kind, title, state text, audience text or NULL, departments, types text (lines, parted by a line feed), received text, after_kind text or NULL, after_days, stop_at_percent bigint or NULL, paused, alarm, own_letter boolean, due, not_after bigint (microseconds), total, planned, deferred (planned, after a try), claimed, sent, refused, skipped, unknown bigint
SELECT m.id, m.kind, m.title, m.state, m.audience, array_to_string(m.departments, E'\n') AS departments,
	array_to_string(m.types, E'\n') AS types, m.received, m.after_kind, m.after_days::bigint AS after_days,
	m.stop_at_percent::bigint AS stop_at_percent, m.paused, m.alarm, m.letter IS NOT NULL AS own_letter,
	(extract(epoch FROM m.due) * 1000000)::bigint AS due, (extract(epoch FROM m.not_after) * 1000000)::bigint AS not_after,
	t.total + k.total AS total,
	t.planned + coalesce((m.totals ->> 'planned')::bigint, 0) AS planned, t.deferred, t.claimed,
	t.sent + coalesce((m.totals ->> 'sent')::bigint, 0) AS sent,
	t.refused + coalesce((m.totals ->> 'refused')::bigint, 0) AS refused,
	t.skipped + coalesce((m.totals ->> 'skipped')::bigint, 0) AS skipped,
	t.unknown + coalesce((m.totals ->> 'unknown')::bigint, 0) AS unknown
FROM barometre.mailing m
CROSS JOIN LATERAL (SELECT count(*) AS total, count(*) FILTER (WHERE d.state = 'planned') AS planned,
		count(*) FILTER (WHERE d.state = 'planned' AND d.attempt > 0) AS deferred,
		count(*) FILTER (WHERE d.state = 'claimed') AS claimed, count(*) FILTER (WHERE d.state = 'sent') AS sent,
		count(*) FILTER (WHERE d.state = 'refused') AS refused, count(*) FILTER (WHERE d.state = 'skipped') AS skipped,
		count(*) FILTER (WHERE d.state = 'unknown') AS unknown
	FROM barometre.delivery d WHERE d.mailing = m.id) t
CROSS JOIN LATERAL (SELECT coalesce(sum(x.value::bigint), 0)::bigint AS total FROM jsonb_each_text(m.totals) x) k
WHERE m.id = $1::uuid
