-- SPDX-License-Identifier: Apache-2.0
-- rehearse/ledger: of which mailing and to whom each mail of the sink was, by the number the sink gave.
-- role: owner
-- parameters: $1 text edition
-- rows: n: number bigint, mailing, contact uuid, audience text
SELECT substring(d.queue_id FROM 'rehearsal-([0-9]{1,15})$')::bigint AS number, d.mailing, d.contact, c.audience
FROM barometre.delivery d JOIN barometre.contact c ON c.edition = d.edition AND c.id = d.contact
WHERE d.edition = $1::text AND d.state = 'sent' AND d.queue_id ~ 'rehearsal-[0-9]{1,15}$'
ORDER BY 1
