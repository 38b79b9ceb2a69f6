-- SPDX-License-Identifier: Apache-2.0
-- staff/ledger: the ledger, a page at a time, without who: the contact is six characters of its random id.
-- role: barometre_staff
-- parameters: $1 text edition, $2 text kind or NULL for all, $3 text state or NULL for all, $4 bigint offset, $5 bigint limit
-- rows: n: kind text, contact text, state text, reason text or NULL, code bigint or NULL, queue_id text or NULL, attempt bigint, done_at bigint (microseconds) or NULL, total bigint (of all pages)
SELECT m.kind, left(d.contact::text, 6) AS contact, d.state, d.reason, d.code::bigint AS code, d.queue_id, d.attempt::bigint AS attempt,
	(extract(epoch FROM d.done_at) * 1000000)::bigint AS done_at, count(*) OVER () AS total
FROM barometre.delivery d JOIN barometre.mailing m ON m.id = d.mailing
WHERE d.edition = $1::text AND ($2::text IS NULL OR m.kind = $2::text) AND ($3::text IS NULL OR d.state = $3::text)
ORDER BY m.due, m.id, d.contact OFFSET $4::bigint LIMIT $5::bigint
