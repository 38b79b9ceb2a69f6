-- SPDX-License-Identifier: Apache-2.0
-- rehearse/take_deliveries: a page of the ledger, as one text; what is being sent at this moment is of unknown end.
-- role: owner
-- parameters: $1 text edition, $2 uuid mailing and $3 uuid contact of the last row before, or NULL, $4 bigint limit
-- rows: 1: n bigint, rows text (JSON), mailing, contact uuid or NULL (of the last)
WITH page AS (
	SELECT d.* FROM barometre.delivery d
	WHERE d.edition = $1::text AND ($2::uuid IS NULL OR (d.mailing, d.contact) > ($2::uuid, $3::uuid))
	ORDER BY d.mailing, d.contact LIMIT $4::bigint)
SELECT (SELECT count(*) FROM page) AS n,
	(SELECT coalesce(jsonb_agg(to_jsonb(p) || '{"queue_id":null}' || CASE WHEN p.state = 'claimed' THEN '{"state":"unknown"}'::jsonb ELSE '{}' END), '[]')::text
		FROM page p) AS rows,
	(SELECT p.mailing FROM page p ORDER BY p.mailing DESC, p.contact DESC LIMIT 1) AS mailing,
	(SELECT p.contact FROM page p ORDER BY p.mailing DESC, p.contact DESC LIMIT 1) AS contact
