-- SPDX-License-Identifier: Apache-2.0
-- release/notes: what a release does not show, and why, in order.
-- role: barometre_keeper, barometre_staff
-- parameters: $1 text edition, $2 bigint version
-- rows: n: audience, question, segment, code, body text
SELECT audience, question, segment, code, body
FROM barometre.release_note WHERE edition = $1::text AND version = $2::bigint ORDER BY n
