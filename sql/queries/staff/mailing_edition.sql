-- SPDX-License-Identifier: Apache-2.0
-- staff/mailing_edition: the edition a mailing belongs to.
-- role: barometre_staff
-- parameters: $1 uuid mailing
-- rows: 0..1: code, title, state, zone, keys, send_window text, opens, closes, min_base bigint, release bigint or NULL
SELECT e.code, e.title, e.state, e.zone, e.keys, jsonb_build_object('window', e.mail -> 'window')::text AS send_window,
	(extract(epoch FROM e.opens) * 1000000)::bigint AS opens, (extract(epoch FROM e.closes) * 1000000)::bigint AS closes,
	e.min_base, NULL::bigint AS release
FROM barometre.mailing m JOIN barometre.edition e ON e.code = m.edition WHERE m.id = $1::uuid
