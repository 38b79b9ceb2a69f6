-- SPDX-License-Identifier: Apache-2.0
-- plan/dry_run_rows: the same contact by contact, a page at a time in the order of their random ids.
-- role: owner
-- parameters: $1 uuid mailing, $2 uuid after, $3 bigint limit
-- rows: n: contact uuid, short text (six characters), audience, department, type, verdict text
WITH page AS MATERIALIZED (
	SELECT c.id, c.audience, c.department, c.type FROM barometre.mailing m JOIN barometre.contact c ON c.edition = m.edition
	WHERE m.id = $1::uuid AND c.id > $2::uuid ORDER BY c.id LIMIT $3::bigint)
SELECT p.id AS contact, left(p.id::text, 6) AS short, p.audience, p.department, p.type, j.verdict
FROM page p JOIN barometre.mailing_judge($1::uuid) j ON j.contact = p.id ORDER BY p.id
