-- SPDX-License-Identifier: Apache-2.0
-- contact/find: contact and invitation of an address.
-- role: owner
-- parameters: $1 text edition, $2 bytea address hash
-- rows: 0..1: contact uuid, invitation uuid, audience text
SELECT c.id AS contact, v.id AS invitation, c.audience
FROM barometre.contact c JOIN barometre.invitation v ON v.edition = c.edition AND v.contact = c.id
WHERE c.edition = $1::text AND c.address_hash = $2::bytea ORDER BY c.audience LIMIT 1
