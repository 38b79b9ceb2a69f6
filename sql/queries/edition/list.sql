-- SPDX-License-Identifier: Apache-2.0
-- edition/list: everything of every edition but its audiences.
-- role: any
-- parameters: none
-- rows: n: code, title, zone, state text, opens, closes bigint (microseconds), min_base, min_cell bigint, count_partials boolean, count_key bytea or NULL, trustee_key bytea, mail text (JSON), keys text, custodians bigint
SELECT code, title, zone, state, (extract(epoch FROM opens) * 1000000)::bigint AS opens, (extract(epoch FROM closes) * 1000000)::bigint AS closes,
	min_base, min_cell, count_partials, count_key, trustee_key, mail::text AS mail, keys,
	(SELECT count(c.edition) FROM barometre.custodian c WHERE c.edition = edition.code) AS custodians
FROM barometre.edition ORDER BY edition.opens, code
