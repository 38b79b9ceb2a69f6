-- SPDX-License-Identifier: Apache-2.0
-- rehearse/take_contacts: a page of contacts, without address.
-- role: owner
-- parameters: $1 text edition, $2 uuid the last one of the page before or NULL, $3 bigint limit
-- rows: n: contact, invitation uuid, audience, department, type text, objected, bounced, done boolean
SELECT c.id AS contact, v.id AS invitation, c.audience, c.department, c.type, c.objected, c.bounced IS NOT NULL AS bounced, v.done
FROM barometre.contact c JOIN barometre.invitation v ON v.edition = c.edition AND v.contact = c.id
WHERE c.edition = $1::text AND ($2::uuid IS NULL OR c.id > $2::uuid) ORDER BY c.id LIMIT $3::bigint
