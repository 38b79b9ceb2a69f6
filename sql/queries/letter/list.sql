-- SPDX-License-Identifier: Apache-2.0
-- letter/list: who saved which letter of an edition and when.
-- role: barometre_staff
-- parameters: $1 text edition
-- rows: n: kind text, audience text or NULL, saved_by text, saved_at bigint (microseconds)
SELECT l.kind, l.audience, l.saved_by, (extract(epoch FROM l.saved_at) * 1000000)::bigint AS saved_at
FROM barometre.letter l WHERE l.edition = $1::text ORDER BY l.kind, l.audience NULLS FIRST
