-- SPDX-License-Identifier: Apache-2.0
-- staff/tables: the lines of one audience in a release, of the whole audience or by one segment, in order.
-- role: barometre_staff
-- parameters: $1 text edition, $2 bigint version, $3 text audience, $4 text segment ('' for the whole), $5 bigint limit
-- rows: n: audience, question, type, segment, segment_value, segment_label, option, label text, base, not_answered, not_concerned, mentions, count, percent bigint or NULL, value text or NULL, value_bits bigint or NULL (the same as IEEE 754 bits), status text
SELECT audience, question, type, segment, segment_value, segment_label, option, label, base, not_answered, not_concerned, mentions, count, percent, value::text AS value,
	('x' || encode(float8send(value), 'hex'))::bit(64)::bigint AS value_bits, status
FROM barometre.release_row
WHERE edition = $1::text AND version = $2::bigint AND audience = $3::text AND segment = $4::text ORDER BY n LIMIT $5::bigint
