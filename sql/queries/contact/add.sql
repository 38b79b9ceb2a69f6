-- SPDX-License-Identifier: Apache-2.0
-- contact/add: a batch of contacts with their invitations. Whoever is there already is left as he is.
-- role: owner
-- parameters: $1 text edition, $2 boolean after open, $3 uuid[] contact, $4 uuid[] invitation, $5 text[] audience, $6 text[] department, $7 text[] type, $8 bytea[] address box, $9 bytea[] address hash, $10 bytea[] mac, $11 bytea[] stop hash
-- rows: 1: added bigint, objecting bigint (of the added)
WITH given AS (
	SELECT * FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::bytea[], $9::bytea[], $10::bytea[], $11::bytea[])
		AS g (contact, invitation, audience, department, type, address_box, address_hash, mac, stop_hash)),
added AS (
	INSERT INTO barometre.contact (edition, id, audience, address_box, address_hash, stop_hash, department, type, objected, added_after_open)
	SELECT $1::text, g.contact, g.audience, g.address_box, g.address_hash, g.stop_hash, g.department, g.type,
		EXISTS (SELECT FROM barometre.objection o WHERE o.address_hash = g.address_hash), $2::boolean
	FROM given g ON CONFLICT (edition, audience, address_hash) DO NOTHING
	RETURNING id, objected),
invited AS (
	INSERT INTO barometre.invitation (edition, id, contact, audience, mac)
	SELECT $1::text, g.invitation, g.contact, g.audience, g.mac FROM given g JOIN added a ON a.id = g.contact)
SELECT count(*) AS added, count(*) FILTER (WHERE objected) AS objecting FROM added
