-- SPDX-License-Identifier: Apache-2.0
-- contact/uninvited: contacts of an open edition to whom nothing was sent and no invitation is to come: it was cancelled, is held, or its
--   time has passed. To be asked behind contact/invite_late.
-- role: owner
-- parameters: $1 text edition, $2 timestamptz now
-- rows: 1: n bigint
SELECT count(*) AS n
FROM barometre.contact c JOIN barometre.edition e ON e.code = c.edition AND e.state = 'open'
WHERE c.edition = $1::text AND NOT c.objected AND c.bounced IS NULL
	AND NOT EXISTS (SELECT FROM barometre.delivery d WHERE d.edition = c.edition AND d.contact = c.id)
	AND EXISTS (SELECT FROM barometre.mailing m WHERE m.edition = c.edition AND m.kind = 'invitation'
		AND (m.audience IS NULL OR m.audience = c.audience))
	AND NOT EXISTS (SELECT FROM barometre.mailing m WHERE m.edition = c.edition AND m.kind = 'invitation'
		AND (m.audience IS NULL OR m.audience = c.audience) AND m.state IN ('planned', 'sending') AND m.not_after > $2::timestamptz)
