-- SPDX-License-Identifier: Apache-2.0
-- letter/find: the letters of an edition that somebody of this audience could get: its own, and the one for all.
-- role: barometre_staff
-- parameters: $1 text edition, $2 text kind, $3 text audience or NULL
-- rows: 0..2, its own first: audience text or NULL, source, saved_by text, saved_at bigint (microseconds)
SELECT l.audience, l.source, l.saved_by, (extract(epoch FROM l.saved_at) * 1000000)::bigint AS saved_at
FROM barometre.letter l
WHERE l.edition = $1::text AND l.kind = $2::text AND (l.audience IS NULL OR l.audience = $3::text)
ORDER BY l.audience NULLS LAST
