-- SPDX-License-Identifier: Apache-2.0
-- mailing/claim: takes rows to send now; those that must not be sent any more are skipped with the reason.
-- role: barometre_mailer
-- parameters: $1 uuid mailing, $2 timestamptz now, $3 bigint limit
-- rows: n: mailing, contact, invitation uuid, edition, audience, kind text, address_box bytea, attempt bigint
WITH due AS (
	SELECT d.mailing, d.contact, d.edition, m.kind, m.not_after
	FROM barometre.delivery d
	JOIN barometre.mailing m ON m.id = d.mailing AND m.state = 'sending'
	JOIN barometre.edition e ON e.code = m.edition AND e.state = 'open' AND e.closes > $2::timestamptz
	WHERE d.mailing = $1::uuid AND d.state = 'planned' AND (d.not_before IS NULL OR d.not_before <= $2::timestamptz)
	ORDER BY d.contact LIMIT $3::bigint FOR UPDATE OF d SKIP LOCKED),
judged AS (
	SELECT due.*, c.audience, c.address_box, v.id AS invitation,
		CASE WHEN v.done THEN 'done' WHEN c.objected THEN 'objected' WHEN c.bounced IS NOT NULL THEN 'bounced'
			WHEN due.not_after <= $2::timestamptz THEN 'late' END AS reason
	FROM due JOIN barometre.contact c ON c.edition = due.edition AND c.id = due.contact
	JOIN barometre.invitation v ON v.edition = due.edition AND v.contact = due.contact),
taken AS (
	UPDATE barometre.delivery d SET reason = j.reason,
		state = CASE WHEN j.reason IS NULL THEN 'claimed' ELSE 'skipped' END,
		attempt = CASE WHEN j.reason IS NULL THEN d.attempt + 1 ELSE d.attempt END,
		claimed_at = CASE WHEN j.reason IS NULL THEN $2::timestamptz END,
		done_at = CASE WHEN j.reason IS NOT NULL THEN $2::timestamptz END
	FROM judged j WHERE d.mailing = j.mailing AND d.contact = j.contact
	RETURNING d.contact, d.state, d.attempt)
SELECT j.mailing, j.contact, j.invitation, j.edition, j.audience, j.kind, j.address_box, t.attempt::bigint AS attempt
FROM taken t JOIN judged j ON j.contact = t.contact WHERE t.state = 'claimed' ORDER BY j.contact
