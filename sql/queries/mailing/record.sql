-- SPDX-License-Identifier: Apache-2.0
-- mailing/record: what became of a claimed row. One held as unknown may still turn out sent or refused.
-- role: barometre_mailer
-- parameters: $1 uuid mailing, $2 uuid contact, $3 text outcome (sent, refused, deferred, returned), $4 bigint code, $5 text queue id or NULL, $6 timestamptz retry at or NULL, $7 timestamptz now
-- rows: none
UPDATE barometre.delivery d SET
	state = CASE WHEN $3::text IN ('sent', 'refused') THEN $3::text WHEN e.state = 'open' THEN 'planned' ELSE 'skipped' END,
	reason = CASE WHEN $3::text IN ('deferred', 'returned') AND e.state <> 'open' THEN 'closed' END,
	code = CASE WHEN $3::text = 'returned' THEN d.code ELSE $4::bigint::integer END,
	queue_id = CASE WHEN $3::text = 'returned' THEN d.queue_id ELSE $5::text END,
	attempt = CASE WHEN $3::text = 'returned' THEN d.attempt - 1 ELSE d.attempt END,
	not_before = CASE WHEN $3::text = 'deferred' THEN $6::timestamptz END,
	claimed_at = CASE WHEN $3::text IN ('sent', 'refused') THEN d.claimed_at END,
	done_at = CASE WHEN $3::text IN ('sent', 'refused') OR e.state <> 'open' THEN $7::timestamptz END
FROM barometre.edition e
WHERE d.mailing = $1::uuid AND d.contact = $2::uuid AND e.code = d.edition
	AND (d.state = 'claimed' OR d.state = 'unknown' AND $3::text IN ('sent', 'refused'))
