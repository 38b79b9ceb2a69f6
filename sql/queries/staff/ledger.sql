-- SPDX-License-Identifier: Apache-2.0
-- staff/ledger: the rows of a mailing, a page at a time in the order of their random ids, without who.
-- role: barometre_staff
-- parameters: $1 uuid mailing, $2 text state or NULL for all, $3 uuid after (NULL: from the first), $4 bigint limit
-- rows: n: contact uuid, short text (six characters), state text, reason text or NULL, code bigint or NULL, queue_id text or NULL, attempt bigint, done_at bigint (microseconds) or NULL
SELECT d.contact, left(d.contact::text, 6) AS short, d.state, d.reason, d.code::bigint AS code, d.queue_id, d.attempt::bigint AS attempt,
	(extract(epoch FROM d.done_at) * 1000000)::bigint AS done_at
FROM barometre.delivery d
WHERE d.mailing = $1::uuid AND ($2::text IS NULL OR d.state = $2::text)
	AND d.contact > coalesce($3::uuid, '00000000-0000-0000-0000-000000000000')
ORDER BY d.contact LIMIT $4::bigint
