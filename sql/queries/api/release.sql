-- SPDX-License-Identifier: Apache-2.0
-- api/release: one release that is out, or was, with its files but their bytes; without one, the state of the edition alone.
-- role: barometre_staff
-- parameters: $1 text code, $2 bigint version (0: the newest that is out, else the newest withdrawn one)
-- rows: n, one a file or one in all: edition_state text, version bigint or NULL, state, kind, reason, parameters, created_on, published_on, withdrawn_on, withdrawn_why, release_hash text, rows bigint, format text or NULL, name, media_type, hash text, size bigint
SELECT e.state AS edition_state, r.version, r.state, r.kind, r.reason, r.parameters::text AS parameters, r.created_on::text AS created_on,
	r.published_on::text AS published_on, r.withdrawn_on::text AS withdrawn_on, r.withdrawn_why, r.hash AS release_hash,
	r.row_count AS rows, f.format, f.name, f.media_type, f.hash, octet_length(f.bytes)::bigint AS size
FROM barometre.edition e
LEFT JOIN LATERAL (
	SELECT * FROM barometre.release x
	WHERE x.edition = e.code AND x.state IN ('published', 'withdrawn') AND ($2::bigint = 0 OR x.version = $2::bigint)
	ORDER BY x.state = 'published' DESC, x.version DESC LIMIT 1) r ON true
LEFT JOIN barometre.release_file f ON f.edition = r.edition AND f.version = r.version
WHERE e.code = $1::text AND e.state <> 'draft'
ORDER BY array_position('{csv,csv-excel,xlsx,json,json-stat,ddi,datapackage,manifest}'::text[], f.format)
