-- SPDX-License-Identifier: Apache-2.0
-- doctor/mailings: the mailings of drafts and open editions, and how many mails each still has to send, at most: who has not yet had the mailing
--   before may have it by then.
-- role: owner
-- parameters: $1 text edition or NULL
-- rows: n: edition, kind, title, audience, state text, paused, alarm boolean, due, not_after bigint (microseconds), unknown, to_send bigint
SELECT m.edition, m.kind, m.title, coalesce(m.audience, '') AS audience, m.state, m.paused, m.alarm,
	(extract(epoch FROM m.due) * 1000000)::bigint AS due, (extract(epoch FROM m.not_after) * 1000000)::bigint AS not_after,
	(SELECT count(*) FROM barometre.delivery d WHERE d.mailing = m.id AND d.state = 'unknown') AS unknown,
	CASE m.state
		WHEN 'planned' THEN (SELECT count(*) FROM barometre.mailing_judge(m.id) j WHERE j.verdict IN ('send', 'received'))
		WHEN 'sending' THEN (SELECT count(*) FROM barometre.delivery d WHERE d.mailing = m.id AND d.state IN ('planned', 'claimed'))
		ELSE 0 END AS to_send
FROM barometre.mailing m JOIN barometre.edition e ON e.code = m.edition
WHERE e.state NOT IN ('closed', 'counted', 'released') AND ($1::text IS NULL OR m.edition = $1::text)
ORDER BY m.due, m.id
