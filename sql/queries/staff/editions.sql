-- SPDX-License-Identifier: Apache-2.0
-- staff/editions: every edition, the newest first.
-- role: barometre_staff
-- parameters: none
-- rows: n: code, title, zone, state text, opens, closes bigint (microseconds), min_base, min_cell bigint, count_partials boolean, keys text (server, custodians), send_window text (JSON), release bigint (newest version or NULL), pending text (keeper task not finished, or NULL)
SELECT e.code, e.title, e.zone, e.state, (extract(epoch FROM e.opens) * 1000000)::bigint AS opens, (extract(epoch FROM e.closes) * 1000000)::bigint AS closes,
	e.min_base, e.min_cell, e.count_partials, e.keys,
	jsonb_build_object('window', e.mail -> 'window')::text AS send_window,
	(SELECT max(r.version) FROM barometre.release r WHERE r.edition = e.code) AS release,
	(SELECT min(t.kind) FROM barometre.keeper_task t WHERE t.edition = e.code AND t.finished_at IS NULL) AS pending
FROM barometre.edition e ORDER BY e.opens DESC, e.code
