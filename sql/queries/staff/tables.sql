-- SPDX-License-Identifier: Apache-2.0
-- staff/tables: the lines of one audience in a release, in order.
-- role: barometre_staff
-- parameters: $1 text edition, $2 bigint version, $3 text audience, $4 bigint limit
-- rows: n: n bigint, audience, question, type, segment, segment_value, option, label text, base, mentions, count, percent bigint or NULL, value text or NULL, value_bits bigint or NULL (the same as IEEE 754 bits), status text
SELECT n, audience, question, type, segment, segment_value, option, label, base, mentions, count, percent, value::text AS value,
	('x' || encode(float8send(value), 'hex'))::bit(64)::bigint AS value_bits, status
FROM barometre.release_row
WHERE edition = $1::text AND version = $2::bigint AND audience = $3::text AND segment = '' ORDER BY n LIMIT $4::bigint
