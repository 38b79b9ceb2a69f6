-- SPDX-License-Identifier: Apache-2.0
-- people/links: every invitation of an edition with its sealed address, for "barometre link --all".
-- role: owner   $1 text edition
-- rows: n   invitation uuid, audience text, address_box bytea
SELECT i.id AS invitation, i.audience, c.address_box
FROM barometre.invitation i
JOIN barometre.contact c ON c.edition = i.edition AND c.id = i.contact
WHERE i.edition = $1
ORDER BY i.audience, c.address_hash
